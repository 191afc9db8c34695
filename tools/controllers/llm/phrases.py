"""`phrases_for`: what `AnswerChecker` adds to an answer (phrases.toml), in the language of the request, else in English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ...wording.request_language import language_of, own_words


def phrases_for(request: str) -> Mapping[str, str]:
    """The phrases by name; each is a pattern for `str.format`."""
    by_language = _phrases()
    return by_language.get(language_of(own_words(request))) or by_language["en"]


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
