"""Which experts exist, which of them can run, and in what order."""
