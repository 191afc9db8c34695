"""`token_for`: how a translation model's tokenizer writes a language: `fra_Latn`, `fr_XX`, `__fr__` or `>>fra<<`."""

import re
from collections.abc import Iterable

from ...languages import flores200, iso3


def token_for(code: str, tokens: Iterable[str]) -> str | None:
    """The one of a tokenizer's `tokens` that stands for an ISO 639-1 code; None where it has none."""
    known, three = set(tokens), iso3(code)
    exact = (flores200(code), f"__{code}__", f">>{code}<<", f">>{three}<<")
    found = next((token for token in exact if token in known), None)
    if found is not None:
        return found
    begin = (f"{code}_", *([f"{three}_", f">>{three}_"] if three else ()))
    fitting = (token for token in known if token.startswith(begin) and re.fullmatch(r"\W*\w{2,3}_\w{2,4}\W*", token))
    return min(fitting, default=None)
