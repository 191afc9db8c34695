"""`CallUsage` adds up the tokens of one call to a chat model."""

from typing import TYPE_CHECKING

from ...graph.usage import Usage
from .messages import Messages, estimated_tokens_of
from .structured_output import text_of, token_counts
from .token_estimate import estimated_tokens

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage


class CallUsage:
    """The cost of one call, summed over its messages."""

    def __init__(self) -> None:
        self.total = Usage(llm_calls=1)
        self._text: list[str] = []

    def add(self, message: "AIMessage") -> None:
        """Add the tokens of a message, or of a piece of one."""
        read, written = token_counts(message)
        self.total += Usage(input_tokens=read, output_tokens=written)
        self._text += [call["args"] or "" for call in getattr(message, "tool_call_chunks", ())] or [text_of(message)]

    def estimate(self, messages: Messages) -> None:
        """Estimate the tokens of a call that was answered and whose server has not counted them, or one of both only."""
        if text := "".join(self._text):
            read = 0 if self.total.input_tokens else estimated_tokens_of(messages)
            written = 0 if self.total.output_tokens else estimated_tokens(text)
            self.total += Usage(input_tokens=read, output_tokens=written, estimated=bool(read or written))
