"""Media files: read within limits for the experts, and written in formats that every program opens."""
