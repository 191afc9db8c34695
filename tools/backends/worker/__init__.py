"""Worker processes that can be killed: the pool, one process, its limits and sandbox, and decoding in them."""
