"""`chunks`: splits a long text between sentences into pieces that fit a model's context."""

import re
from collections.abc import Iterator
from typing import Any

_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n+")


def chunks(text: str, tokenizer: Any, most: int) -> Iterator[str]:
    """The text in order, each chunk of at most `most` tokens; a longer sentence is split between words."""
    gathered: list[str] = []
    for sentence in _sentences(text, tokenizer, most):
        if gathered and _tokens(" ".join([*gathered, sentence]), tokenizer) > most:
            yield " ".join(gathered)
            gathered = []
        gathered.append(sentence)
    if gathered:
        yield " ".join(gathered)


def _sentences(text: str, tokenizer: Any, most: int) -> Iterator[str]:
    for sentence in filter(None, (part.strip() for part in _ENDS.split(text))):
        if _tokens(sentence, tokenizer) <= most:
            yield sentence
            continue
        words = sentence.split()
        while words:
            count = len(words)
            while count > 1 and _tokens(" ".join(words[:count]), tokenizer) > most:
                count = max(1, count * 2 // 3)
            yield " ".join(words[:count])
            words = words[count:]


def _tokens(text: str, tokenizer: Any) -> int:
    return len(tokenizer(text)["input_ids"])
