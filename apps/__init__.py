"""Entry points: the command line, evaluations, sessions for Python, and a tool for larger agents."""
