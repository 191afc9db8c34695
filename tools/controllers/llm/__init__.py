"""The LLM controller: plans, chooses experts and answers by a chat model."""

from .controller import LlmController

__all__ = ["LlmController"]
