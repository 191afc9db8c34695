"""`plan_intent` calls the handler of an intent's act (its name in rules.toml), or adds tasks with a single input."""

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


_MODULES = (altogether, audio, comparison, image_contents, meanings, operations, pictures, questions, tables, texts)
_OTHERS: dict[str, Handler] = {
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
}
"""Acts whose handlers have other names than they."""


def _handler(act: str) -> Handler:
    """The handler of an act: the function of its name; one input and nothing more where there is none."""
    named = (getattr(module, act.replace("-", "_"), None) for module in _MODULES)
    return _OTHERS.get(act) or next(filter(None, named), _plan_simply)


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
        _handler(intent.act)(linker, intent)
    except NoSuchMember:
        linker.refuse(intent, "which-file")
    for span in linker.resolver.used:
        linker.use(*span)


def _plan_simply(linker: Linker, intent: Intent) -> None:
    task_type = linker.task_type_of(intent)
    if not linker.refers_to_result(intent, task_type):
        add_single_input(linker, intent, task_type)


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
