"""The stages, one a file: state in, what changed out."""
