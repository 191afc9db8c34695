"""Worker processes that can be killed: the pool and one process, their limits, and what they decode."""
