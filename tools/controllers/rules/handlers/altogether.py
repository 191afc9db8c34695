"""`add_answers`: the sum of what several pages answer, where a request asks for all of them together."""

import re
from collections.abc import Sequence

from .....graph.task import Ref, Task
from ....wording.nearest import words_pattern
from ....wording.wording import folded, wording
from ..intents import Intent
from ..linking import Linker

_THINGS = "receipts?|bills?|invoices?|files|pictures|photos|images|pages|scans"
_THE_THINGS = re.compile(
    rf"\b(?:the|these|those|my|our)\s(?:\w+\s)?(?:{_THINGS.replace('?', '')})\b"
    r"|\b(?:of|on|for|in) (?:[\ue010-\ue0ff]+,? )+and [\ue010-\ue0ff]"
)
"""All of them, in English, where no word for it is needed: "the total of a.png and b.png"."""
_ALL_OF_THEM = re.compile(
    r"\s*(?:\b(?:of|on|for|in|from)\s+)?(?:\b(?:all|both|these|those|the|my|our|of|and|two|three|four|five|six|seven|\d+"
    rf"|{_THINGS})\b[\s,]*|\S+\.[a-z]{{3,4}}\b[\s,]*){{2,}}(?=[?.!]|$|together|altogether|combined)",
    re.I,
)
_SUMMED = re.compile(r"\s*\b(?:together|altogether|combined|in total|overall)\b", re.I)
TYPE = "document-question-answering"


def add_answers(linker: Linker, intents: Sequence[Intent]) -> None:
    """Add the sum of the answers to one question about several pages, each of which has an amount."""
    language = wording(linker.parsed.language)
    said = folded(f"{linker.parsed.masked}\n{linker.parsed.text}")  # "all three receipts" are masked as files
    asked = [task for task in linker.tasks if task.type == TYPE]
    questions = {str(task.inputs.get("question")) for task in asked}
    if len(asked) < 2 or len(questions) > 1 or not intents:
        return

    def names(words: Sequence[str]) -> bool:
        pattern = words_pattern([*map(folded, words)], language)
        return pattern is not None and pattern.search(said) is not None

    english, summed = language.code == "en", language.section("altogether")
    whole = names(summed["together"]) or (english and _THE_THINGS.search(said))
    if whole and names(summed["amounts"]) and not names((*language.clauses["apart"], *language.ranges["each"])):
        if english:
            _ask_of_each(linker, asked)
        linker.add_task("add-up", {"items": tuple(Ref(task_id=task.id) for task in asked)}, intents[-1])


def _ask_of_each(linker: Linker, asked: Sequence[Task]) -> None:
    """Put to each page the question about one, without the names of all and without "together"."""
    for task in asked:
        if isinstance(question := task.inputs.get("question"), str):
            one = _SUMMED.sub("", _ALL_OF_THEM.sub(" ", question)).rstrip(" ?.!") + "?"
            changed = task.model_copy(update={"inputs": {**task.inputs, "question": one}})
            linker.tasks[linker.tasks.index(task)] = changed
