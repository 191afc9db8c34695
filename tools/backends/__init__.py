"""Where experts run: a place a folder, each behind the `Backend` port."""
