"""The cost of calls: `CallUsage` adds up the tokens of one, `cost_of` prices them."""

from typing import TYPE_CHECKING

from ...graph.errors import UsageError
from ...graph.usage import Usage
from .messages import Messages, estimated_tokens_of
from .structured_output import text_of, token_counts
from .token_estimate import estimated_tokens

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

Price = tuple[float, float]
"""Dollars for a million tokens in, and out."""


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
        """Estimate the tokens of a call that was answered and whose server has not counted them."""
        text = "".join(self._text)
        if text and not self.total.tokens:
            read, written = estimated_tokens_of(messages), estimated_tokens(text)
            self.total += Usage(input_tokens=read, output_tokens=written, estimated=True)


def cost_of(usage: Usage, price: Price | None) -> float | None:
    """Dollars; None where no price is set."""
    if price is None:
        return None
    return (usage.input_tokens * price[0] + usage.output_tokens * price[1]) / 1_000_000


def parse_price(text: str) -> Price | None:
    """`0.25/2`: dollars for a million tokens in and out."""
    if not text.strip():
        return None
    try:
        read, written = (float(part) for part in text.split("/"))
    except ValueError:
        raise UsageError(
            f"HUGGINGGPT_LLM_PRICE is {text!r}", hint="write dollars for a million tokens in and out, e.g. 0.25/2"
        ) from None
    return read, written
