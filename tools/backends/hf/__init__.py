"""`HfBackend`: models that Hugging Face Inference Providers serve, and the choice of a provider."""
