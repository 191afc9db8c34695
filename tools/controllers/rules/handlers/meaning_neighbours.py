"""What a clause decided by examples shares with others: a second thing with the same verb, a result that is refused."""

from .....graph.resource import Resource
from ....wording.clause_words import ClauseWords
from ....wording.meanings import Meaning, meaning_of
from ....wording.nearest import nearest, words_pattern
from ..intents import Intent
from ..linking import Linker

_IN_PICTURES = ("object-detection/codes", "image-to-text/read")
"""Meanings that one verb asks for at once: "read the QR code and the text"."""
_LIKE = 0.2
"""Score from which a part of a clause asks for the second."""
_REPEATED = 60
"""Characters by which a refusal of a clause is recognised."""


def meanings_of(meaning: Meaning, words: ClauseWords) -> list[Meaning]:
    """The meaning, and another that a part of the clause beside "and" asks for with the same verb."""
    if meaning.name not in _IN_PICTURES:
        return [meaning]
    language = words.language
    joints = words_pattern([*language.clauses.get("and", ()), *language.ranges.get("and", ())], language)
    found = [meaning]
    for part in joints.split(words.words) if joints else ():
        near = nearest(part, language.code, among=_IN_PICTURES, most=1)
        if near and near[0].score >= _LIKE and near[0].meaning not in [each.name for each in found]:
            found.append(meaning_of(near[0].meaning))
    return found


def is_about_refused(linker: Linker, intent: Intent, meaning: Meaning) -> bool:
    """Whether the clause before was to make what this one says or works on, and is refused: "the sum, and read it aloud".

    Speech, and whatever would take a whole table in its place; a clause that names its own data is about that.
    """
    before = [c for c in linker.parsed.clauses if c.start < c.end <= intent.start]
    if not before or linker.resolver.data_in_words(intent):
        return False
    text = linker.parsed.text_of(before[-1])[:_REPEATED].strip(" ,.;:\n、，。")
    refused = bool(text) and any(text in reason for reason in linker.refusals)
    made = any(before[-1].start <= e.start < before[-1].end for e in linker.evidence)
    tables = [r for r in linker.resolver.referents if isinstance(r.value, Resource) and r.kind == "table"]
    return refused and not made and (meaning.task_type == "text-to-speech" or bool(tables))
