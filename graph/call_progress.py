"""`CallProgress`: what a call to a chat model is waiting for, or has written so far."""

from typing import Literal

from .resource import Frozen
from .usage import Stage

Phase = Literal["called", "reading", "thinking", "writing"]
"""`called`: it is not known to be connected. `reading`: it is, has the prompt, and no token has come."""


class CallProgress(Frozen):
    """One call to a chat model at one moment."""

    stage: Stage
    model: str
    phase: Phase
    seconds: float
    """Since the call began."""
    tokens: int = 0
    """Written so far, thoughts included; estimated by length."""
    tokens_per_second: float = 0.0
    """Since the first token."""

    def __str__(self) -> str:
        """`ollama:qwen3:8b writes: 120 tokens, 31 a second`."""
        match self.phase:
            case "called":
                return f"{self.model} is called, {self.seconds:.0f} s"
            case "reading":
                return f"{self.model} is connected and reads the prompt, {self.seconds:.0f} s"
        verb = "thinks" if self.phase == "thinking" else "writes"
        return f"{self.model} {verb}: {self.tokens} tokens, {self.tokens_per_second:.0f} a second"
