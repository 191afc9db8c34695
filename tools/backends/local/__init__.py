"""`LocalBackend`: models of transformers and diffusers on this machine; `tasks/` has a file a family of task types."""
