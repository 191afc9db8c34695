"""`add_answers`: the sum of what several pages answer, where a request asks for all of them together."""

import re
from collections.abc import Sequence

from .....graph.task import Ref, Task
from ..intents import Intent
from ..linking import Linker

_THINGS = "receipts?|bills?|invoices?|files|pictures|photos|images|pages|scans"
_TOGETHER = {
    "en": rf"\b(?:altogether|combined|overall|in total|add\w* up)\b|\b(?:total|sum|amounts?|costs?|spen[dt]|pay|paid)\b"
    rf".*\b(?:all|both|together|(?:the|these|those|my|our)\s(?:\w+\s)?(?:{_THINGS.replace('?', '')}))\b"
    r"|\b(?:all|both)\b.*\b(?:together|cost|total)\b"
    r"|\b(?:total|sum)(?: amount| cost| price)? (?:of|on|for|in) (?:[\ue010-\ue0ff]+,? )+and [\ue010-\ue0ff]",
    "de": r"\b(?:insgesamt|zusammen|aller|alle|beider|beide|gesamt\w*)\b",
    "fr": r"\b(?:en tout|au total|ensemble|tous|toutes|total des|somme des)\b",
    "es": r"\b(?:en total|en conjunto|todos|todas|juntos|juntas|suma de l[oa]s|total de l[oa]s)\b",
    "pt": r"\b(?:ao todo|no total|em conjunto|todos|todas|juntos|juntas|soma d[oa]s|total d[oa]s)\b",
    "zh": r"一共|总共|合计|所有|全部|加起来|总和",
    "ja": r"全部|合計|すべて|全て|合わせ",
}
_AMOUNT = {
    "en": r"\b(?:total|sum|amounts?|costs?|spen[dt]|pay|paid|add|how much)\b",
    "de": r"\b(?:summe|betrag|beträge|kost\w*|gesamt\w*|bezahlt|zahlen|ausgegeben|wie viel)\b",
    "fr": r"\b(?:total|montants?|coût\w*|payé|dépensé|somme|combien)\b",
    "es": r"\b(?:total|suma|cuesta\w*|importes?|gast\w*|pag\w*|cuánto)\b",
    "pt": r"\b(?:total|soma|custa\w*|valor\w*|gast\w*|pag\w*|quanto)\b",
    "zh": r"总|合计|金额|钱|花",
    "ja": r"合計|金額|いくら",
}
_EACH = r"\b(?:each|every|per|separately|jede\w*|je|pro|einzeln|chaque|chacun\w*|cada)\b|每|分别|各|それぞれ"
_ALL_OF_THEM = re.compile(
    r"\s*(?:\b(?:of|on|for|in|from)\s+)?(?:\b(?:all|both|these|those|the|my|our|of|and|two|three|four|five|six|seven|\d+"
    rf"|{_THINGS})\b[\s,]*|\S+\.[a-z]{{3,4}}\b[\s,]*){{2,}}(?=[?.!]|$|together|altogether|combined)",
    re.I,
)
_SUMMED = re.compile(r"\s*\b(?:together|altogether|combined|in total|overall)\b", re.I)
TYPE = "document-question-answering"


def add_answers(linker: Linker, intents: Sequence[Intent]) -> None:
    """Add the sum of the answers to one question about several pages, each of which has an amount."""
    code = linker.parsed.language
    said = f"{linker.parsed.masked.lower()}\n{linker.parsed.text.lower()}"  # "all three receipts" are masked as files
    asked = [task for task in linker.tasks if task.type == TYPE]
    questions = {str(task.inputs.get("question")) for task in asked}
    if len(asked) < 2 or len(questions) > 1 or not intents or re.search(_EACH, said):
        return
    if re.search(_TOGETHER.get(code, "(?!)"), said) and re.search(_AMOUNT.get(code, "(?!)"), said):
        if code == "en":
            _ask_of_each(linker, asked)
        linker.add_task("add-up", {"items": tuple(Ref(task_id=task.id) for task in asked)}, intents[-1])


def _ask_of_each(linker: Linker, asked: Sequence[Task]) -> None:
    """Put to each page the question about one, without the names of all and without "together"."""
    for task in asked:
        if isinstance(question := task.inputs.get("question"), str):
            one = _SUMMED.sub("", _ALL_OF_THEM.sub(" ", question)).rstrip(" ?.!") + "?"
            changed = task.model_copy(update={"inputs": {**task.inputs, "question": one}})
            linker.tasks[linker.tasks.index(task)] = changed
