"""The controller that is a chat model: any OpenAI-compatible server."""

from .controller import LlmController

__all__ = ["LlmController"]
