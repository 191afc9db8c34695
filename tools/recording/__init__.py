"""Record and replay: every exchange of a run with the outside world, in one file."""
