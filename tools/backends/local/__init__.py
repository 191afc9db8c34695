"""transformers and diffusers on this machine; a family of task types a file."""
