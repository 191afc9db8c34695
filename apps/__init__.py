"""The doors: the command line, and a tool for larger agents."""
