"""Chat models as experts: the controller's own, and a vision-language model."""

from .backend import ChatBackend

__all__ = ["ChatBackend"]
