"""The outside world behind the ports of `graph/ports.py`."""
