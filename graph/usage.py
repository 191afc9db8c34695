"""`Usage`: what calls to chat models cost; `LlmCall`: one of them."""

from typing import Literal

from pydantic import Field

from .resource import Frozen

Stage = Literal["plan", "choose", "answer", "summarise", "expert", "call"]
"""The purpose of a call to a chat model; `call`: a call to an expert that is none, and is paid by the call."""


class Usage(Frozen):
    """What was spent."""

    llm_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None
    """Dollars; None where no price is known."""
    estimated: bool = Field(default=False, exclude_if=lambda estimated: not estimated)
    """Some of the tokens are estimated from the characters: a server did not count them."""

    @property
    def tokens(self) -> int:
        """In and out."""
        return self.input_tokens + self.output_tokens

    @property
    def shown_tokens(self) -> str:
        """`11 + 7 tokens`, with what is estimated marked as that."""
        about = "about " if self.estimated else ""
        return f"{about}{self.input_tokens} + {self.output_tokens} tokens{' (estimated)' if self.estimated else ''}"

    def __add__(self, other: "Usage") -> "Usage":
        known = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(
            llm_calls=self.llm_calls + other.llm_calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            seconds=self.seconds + other.seconds,
            cost=sum(known) if known else None,
            estimated=self.estimated or other.estimated,
        )


class LlmCall(Frozen):
    """One call to a controller's model."""

    stage: Stage
    model: str
    usage: Usage = Usage()
    prompt_characters: int = 0
    started_at: float = 0.0
    """Seconds since the epoch."""
