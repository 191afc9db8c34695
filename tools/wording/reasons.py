"""`reason_in`: why a task was not done, as an expert says it in English, in the language of the request (reasons.toml).

What has no translation stands as a whole, and is called English: no sentence is half in one language and half in another.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ...graph.expert import NO_EXPERT
from .phrases import Phrases

_SENTENCE = 3
"""Words from which a text is a sentence, and no name or command."""
_SLOT = re.compile(r"\{\d\}")


def reason_in(reason: str, words: Phrases) -> str:
    """A reason, and what it says in brackets, in a language; of several experts that are none here, each reason."""
    if words.code == "en" or not reason.strip():
        return reason
    none, found, each = reason.partition(f"{NO_EXPERT}: ")
    if found and not none:
        return f"{words.say('no_expert')}{words.say('colon')}{_of_several(each, words)}"
    return _translated(reason, words) or words.say("in_english", words=reason)


def _of_several(reasons: str, words: Phrases) -> str:
    parts = reasons.split("; or ")
    said = [_translated(part, words) or ("" if _is_sentence(part) else part) for part in parts]
    return words.say("or_else").join(said) if all(said) else words.say("in_english", words=reasons)


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= _SENTENCE


def _translated(text: str, words: Phrases) -> str:
    """The text of a template, or of two, the second in brackets; empty where there is none."""
    for bracket in re.finditer(r" \(", text) if text.endswith(")") else ():
        inside = text[bracket.end() : -1]
        if said := _of_template(text[: bracket.start()], words.code):
            hint = _of_template(inside, words.code) or ("" if _is_sentence(inside) else inside)
            return f"{said} ({hint})" if hint else ""
    return _of_template(text, words.code)


def _of_template(text: str, code: str) -> str:
    for pattern, own in _templates(code):
        if match := pattern.fullmatch(text):
            return own.format(*match.groups())
    return ""


@cache
def _templates(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile("(.+?)".join(map(re.escape, _SLOT.split(row["en"]))), re.DOTALL), row[code]) for row in rows()
    )


@cache
def rows() -> tuple[Mapping[str, str], ...]:
    """What experts say, a row each, by language."""
    return tuple(tomllib.loads(Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8"))["reason"])
