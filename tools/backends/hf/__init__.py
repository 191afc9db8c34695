"""Hugging Face Inference Providers."""

from .backend import HfBackend

__all__ = ["HfBackend"]
