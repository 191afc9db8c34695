"""The embedded controller: reads a request with rules; no model, no network, no key."""

from .controller import EmbeddedController

__all__ = ["EmbeddedController"]
