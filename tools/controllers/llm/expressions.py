"""`said_for`: what people say for a label ("happy" for `positive`) or for a missing result (expressions.toml)."""

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path


def said_for(name: str, codes: Collection[str]) -> set[str]:
    """The expressions for `positive`, `negative`, `neutral` or `missing` in the languages given; empty for other names."""
    return {each for code in codes for each in _expressions().get(code, {}).get(name, ())}


@cache
def _expressions() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("expressions.toml").read_text(encoding="utf-8"))
