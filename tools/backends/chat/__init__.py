"""A chat model as expert: the controller's own, and one that sees pictures."""

from .backend import ChatBackend

__all__ = ["ChatBackend"]
