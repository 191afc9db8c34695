"""The embedded experts: one file each, found by its decorator (`registry.py`)."""
