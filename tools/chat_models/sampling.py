"""`Sampling`: which calls are sent `temperature` 0, and which models are not, as they think or refuse it.

Servers sample at a temperature of their own where none is sent (llama.cpp: 0.8). Models that think repeat themselves without
an end at 0; OpenAI's refuse it. A model is known to think by its name, or once it has thought in an answer.
"""

import re

from ...graph.usage import Stage
from .errors import is_bad_request
from .models import ChatModel

_THINKS = re.compile(
    r"(?:^|[/:_-])(?:o\d|gpt-?[5-9]|gpt-oss|qwq|qvq|magistral|minimax-m\d|seed-oss|nemotron|glm-?[4-9])(?![a-z])"
    r"|qwen-?3(?!.*(?:instruct|coder))|deepseek-?r\d|(?:^|[-_/])r1(?![\da-z])|think|reason",
    re.IGNORECASE,
)
"""Names of models that think before they answer, by their makers' pages."""
_PROVIDERS = ("openai", "huggingface", "ollama")
"""Whose clients pass `temperature` on under that name. Others have rules of their own beside thoughts."""
_CREATIVE: tuple[Stage, ...] = ("expert",)
"""What an expert writes is the user's: the server's own temperature is kept."""


class Sampling:
    """Of one model, for as long as its client is used."""

    def __init__(self, model: ChatModel) -> None:
        self._greedy = model.provider in _PROVIDERS and not _THINKS.search(model.model)

    def options(self, stage: Stage) -> dict[str, float]:
        """The options of a request beside its form."""
        return {"temperature": 0} if self._greedy and stage not in _CREATIVE else {}

    def has_thought(self) -> None:
        """The model thinks: no more calls are sent 0."""
        self._greedy = False

    def refused_by(self, error: Exception) -> bool:
        """Whether a server refuses the temperature; then none is sent any more."""
        refused = self._greedy and is_bad_request(error) and "temperature" in str(error).lower()
        self._greedy = self._greedy and not refused
        return refused
