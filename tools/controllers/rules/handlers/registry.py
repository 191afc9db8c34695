"""`plan_intent` calls the handler of an intent's act (`act` in rules.toml)."""

import re

from .....graph.advice import command
from ....wording.refusals import refusal
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import MAX_TASKS, Handler, Linker
from ..members import NoSuchMember
from ..text_linking import add_single_input
from . import altogether, audio, comparison, image_contents, meanings, operations, pictures, questions, tables, texts
from .occurrences import count_occurrences

_END = re.compile(r"[.;!?\n]|, |,? (?:and|then|but) |$")


def refuse_unsupported(linker: Linker, intent: Intent) -> None:
    """Refuse what no expert does ("email it")."""
    end = _END.search(linker.parsed.masked, intent.start)
    words = linker.parsed.text[intent.start : end.start() if end else intent.end]
    linker.use(intent.start, intent.start + len(words))
    linker.refusals.append(refusal(linker.parsed.language, "out-of-reach", words))


def plan_one_input(linker: Linker, intent: Intent) -> None:
    """Add a task that takes what the intent is about, or refer to its result where that is meant."""
    task_type = linker.task_type_of(intent)
    if not linker.refers_to_result(intent, task_type):
        add_single_input(linker, intent, task_type)


_OF_ONE_INPUT = (
    *("code", "depth", "forecast", "happen", "page-images"),
    *("read", "segment", "show-text", "table-class", "voice-activity"),
)
_NAMED_AS_ACTS: tuple[Handler, ...] = (
    altogether.altogether,
    *(audio.mux, audio.sound_class, audio.sound_clean, audio.speak, audio.transcribe),
    *(comparison.compare, comparison.pick, comparison.similar),
    *(image_contents.count, image_contents.crop, image_contents.describe, image_contents.detect),
    *(image_contents.thorough, operations.operate),
    *(pictures.control, pictures.control_image, pictures.draw, pictures.edit, pictures.enhance, pictures.film),
    *(pictures.look_alike, pictures.restyle, pictures.slideshow),
    *(tables.calculate, tables.sort),
    *(texts.classify, texts.converse, texts.entities, texts.fill, texts.join, texts.language, texts.rewrite),
    *(texts.sentiment, texts.summarize, texts.translate, texts.write),
)
HANDLERS: dict[str, Handler] = {
    **{handler.__name__.replace("_", "-"): handler for handler in _NAMED_AS_ACTS},
    "about-run": lambda linker, intent: linker.refuse(intent, refusal("en", "about-run", "", command("show"))),
    "condition": lambda linker, intent: linker.refuse(intent, "condition"),  # a plan has no branches
    "continue": texts.from_prompt,
    "example": meanings.plan_meaning,
    "filter": tables.filter_rows,
    "image-class": texts.classify,
    "music": texts.from_prompt,
    "question": questions.answer_question,
    "turn": pictures.enhance,
    "unsupported": refuse_unsupported,
    **dict.fromkeys(_OF_ONE_INPUT, plan_one_input),
}
"""What plans each act; an act that has no row raises `KeyError`."""


def plan_intent(linker: Linker, intent: Intent) -> None:
    """Add the tasks of one intent, or a refusal."""
    linker.intent_index += 1
    linker.resolver.clause = intent.clause
    if len(linker.tasks) >= MAX_TASKS:
        linker.refuse(intent, refusal(linker.parsed.language, "too-many", "", str(MAX_TASKS)))
        return
    if _repeats_earlier(linker, intent) or _names_earlier(linker, intent):
        return
    clause = intent.clause
    compares = intent.act == "pick" or (intent.match is not None and intent.match.meaning.startswith("pick-best"))
    if not compares and any(clause.start <= start < clause.end for start, _ in linker.parsed.undecided):
        linker.refuse(intent, "not-measured" if intent.act == "question" else "which-file")
        return
    if count_occurrences(linker, intent):
        return
    try:
        HANDLERS[intent.act](linker, intent)
    except NoSuchMember:
        linker.refuse(intent, "which-file")
    for span in linker.resolver.used:
        linker.use(*span)


def _names_earlier(linker: Linker, intent: Intent) -> bool:
    """Whether a noun means what an earlier turn made: "read the summary aloud"."""
    types = lexicon().acts.get(intent.act, {}).values() if intent.mention else ()
    return linker.resolver.made_earlier(types) and not linker.resolver.data_in_words(intent)


def _repeats_earlier(linker: Linker, intent: Intent) -> bool:
    """Whether an intent only repeats a planned one as a time: "after segmenting the image, detect the objects"."""
    masked, acts = linker.parsed.masked, lexicon().acts
    gerund = re.match(r"\w+ing\b", masked[intent.start : intent.end])
    timed = gerund and lexicon().cues["afterwards"].search(masked, intent.clause.start, intent.start)
    return bool(timed) and intent.act in acts and linker.has_task(linker.task_type_of(intent))
