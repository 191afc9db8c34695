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

_END = re.compile(r"[.;!?\n]|, |,? (?:and|then|but) |$")


def refuse_unsupported(linker: Linker, intent: Intent) -> None:
    """Refuse what no expert does ("email it")."""
    end = _END.search(linker.parsed.masked, intent.start)
    words = linker.parsed.text[intent.start : end.start() if end else intent.end]
    linker.use(intent.start, intent.start + len(words))
    linker.refusals.append(refusal(linker.parsed.language, "out-of-reach", words))


_HANDLERS: dict[str, Handler] = {
    "about-run": lambda linker, intent: linker.refuse(intent, refusal("en", "about-run", "", command("show"))),
    "condition": lambda linker, intent: linker.refuse(intent, "condition"),  # a plan has no branches
    "unsupported": refuse_unsupported,
    "operate": operations.operate,
    "example": meanings.plan_meaning,
    "enhance": pictures.enhance,
    "turn": pictures.enhance,
    "restyle": pictures.restyle,
    "edit": pictures.edit,
    "draw": pictures.draw,
    "film": pictures.film,
    "slideshow": pictures.slideshow,
    "look-alike": pictures.look_alike,
    "control": pictures.control,
    "control-image": pictures.control_image,
    "thorough": image_contents.thorough,
    "crop": image_contents.crop,
    "count": image_contents.count,
    "altogether": altogether.altogether,
    "filter": tables.filter_rows,
    "sort": tables.sort,
    "calculate": tables.calculate,
    "describe": image_contents.describe,
    "detect": image_contents.detect,
    "speak": audio.speak,
    "transcribe": audio.transcribe,
    "sound-clean": audio.sound_clean,
    "sound-class": audio.sound_class,
    "mux": audio.mux,
    "music": audio.music,
    "entities": texts.entities,
    "fill": texts.fill,
    "sentiment": texts.sentiment,
    "classify": texts.classify,
    "image-class": texts.classify,
    "summarize": texts.summarize,
    "translate": texts.translate,
    "continue": texts.continue_,
    "rewrite": texts.rewrite,
    "write": texts.write,
    "converse": texts.converse,
    "language": texts.language,
    "join": texts.join,
    "compare": comparison.compare,
    "pick": comparison.pick,
    "similar": comparison.similar,
    "question": questions.answer_question,
}
"""Acts of rules.toml and what plans them."""


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
    try:
        (_HANDLERS.get(intent.act) or _plan_simply)(linker, intent)
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
