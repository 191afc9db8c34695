"""Guarded reading of the files and URLs that a request names."""
