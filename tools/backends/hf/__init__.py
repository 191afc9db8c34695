"""Hugging Face Inference Providers."""
