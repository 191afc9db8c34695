"""What a clause decided by examples shares with others: a second thing with the same verb, a result that is refused."""

from collections.abc import Sequence

from .....graph.resource import Resource
from .....graph.vocabulary import VOCABULARY
from ....wording.clause_words import ClauseWords
from ....wording.counted_parts import MAILS, type_by_name
from ....wording.fitting import FROM_WORDS
from ....wording.lost_words import has_other_words
from ....wording.meanings import Meaning, meaning_of
from ....wording.nearest import nearest
from ....wording.wording import wording
from ..intents import Intent
from ..linking import Linker
from ..referents import Referent
from .meaning_inputs import choose, data_of

CUTS = ("trim-audio", "trim-video")
_OFFICE = ("application/vnd.", "application/msword", "application/epub", "application/rtf")
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
    found = [meaning]
    for part in words.beside_ands:
        near = nearest(part, words.language.code, among=_IN_PICTURES, most=1)
        if near and near[0].score >= _LIKE and near[0].meaning not in [each.name for each in found]:
            found.append(meaning_of(near[0].meaning))
    return found


def for_kind(linker: Linker, intent: Intent, meaning: Meaning, words: ClauseWords) -> Meaning:
    """The meaning by the kind of its data: the cut of a film, or its sound where the words name that; else the meaning.

    "The first ten seconds of clip.mp4" is no sound; the part of one is cut by `cut_to_times`. What is to be read of a
    document that is no PDF is its text.
    """
    if meaning.name == "image-to-text/read":
        read = [r.value for r in choose(linker, intent, VOCABULARY["image-to-text"].inputs[0], meaning)]
        written = read and all(isinstance(v, Resource) and v.media_type.startswith(_OFFICE) for v in read)
        return meaning_of("document-to-text") if written else meaning
    if meaning.task_type == "pick-best" and meaning.first:
        of_each = meaning_of(meaning.first)
        given = choose(linker, intent, data_of(of_each)[0], of_each)
        if [each.kind for each in given] == ["table"]:
            return meaning_of("table-question-answering")
        return of_each if _is_one(given) else meaning
    if meaning.task_type not in CUTS:
        return meaning
    audio = VOCABULARY["trim-audio"].inputs[0]
    if {r.kind for r in choose(linker, intent, audio, meaning)} != {"video"}:
        return meaning
    return meaning_of("video-to-audio" if words.names_sound else "video-to-video/cut")


def _is_one(given: Sequence[Referent]) -> bool:
    """Whether what a choice is made of is a single datum: no list of pages, frames or crops."""
    each = given[0] if len(given) == 1 else None
    if each is None or each.kind in ("document", "table"):
        return False
    return not each.is_result or not any(output.many for output in VOCABULARY[each.origin].outputs)


def is_about_refused(linker: Linker, intent: Intent, meaning: Meaning) -> bool:
    """Whether the clause before was to make what this one says or works on, and is refused: "the sum, and read it aloud".

    Speech, what refers back, and whatever would take a whole table in its place; a clause that names its own data is
    about that.
    """
    before = [c for c in linker.parsed.clauses if c.start < c.end <= intent.start]
    if not before or linker.resolver.data_in_words(intent):
        return False
    text = linker.parsed.text_of(before[-1])[:_REPEATED].strip(" ,.;:\n、，。")
    refused = bool(text) and any(text in reason for reason in linker.refusals)
    made = any(before[-1].start <= e.start < before[-1].end for e in linker.evidence)
    tables = [r for r in linker.resolver.referents if isinstance(r.value, Resource) and r.kind == "table"]
    words = ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(linker.parsed.language))
    drawn = meaning.task_type in FROM_WORDS and words.refers_back
    return refused and not made and (meaning.task_type == "text-to-speech" or drawn or bool(tables))


def counts_all_mails(linker: Linker, intent: Intent, meaning: Meaning, words: ClauseWords) -> bool:
    """Whether a count is of all e-mails of mailboxes: no choice of them, and no addresses in another text."""
    given = [r.value for r in choose(linker, intent, data_of(meaning)[0], meaning)]
    mails = all(isinstance(v, Resource) and type_by_name(v.media_type, v.name or "") in MAILS for v in given)
    return mails and not has_other_words(words.words, words.language.code, meaning.name)
