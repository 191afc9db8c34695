"""Phrases: what we add to a chat model's answer, in the language of the request where we speak it, else English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ..rules.clauses import parse_request
from ..rules.request_language import language_of


def phrases_for(request: str) -> Mapping[str, str]:
    """By name; each is a pattern for `str.format`."""
    spoken = _spoken()
    return spoken.get(language_of(parse_request(request).masked)) or spoken["en"]


@cache
def _spoken() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
