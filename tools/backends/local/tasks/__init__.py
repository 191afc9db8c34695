"""What local models do: a family of task types a file, found by its decorator (`registry.py`)."""
