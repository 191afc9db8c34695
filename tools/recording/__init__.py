"""Record and replay: every exchange of a run with models, experts, catalogue and files, in one file."""
