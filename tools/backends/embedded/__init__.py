"""Embedded experts: one file each, found by their decorator (`registry.py`); `backend.py` runs them."""
