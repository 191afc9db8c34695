"""The command line: everything that is typed, and everything that is printed."""
