"""Amounts of several pages or in a text: `add_answers` adds, averages or compares answers, `altogether` asks for them."""

import re
from collections.abc import Sequence

from .....graph.resource import Resource
from .....graph.task import Ref
from ....tables.folding import singular
from ....wording.request_language import function_words
from ....wording.wording import wording
from ..counted_files import file_nouns
from ..harmless_words import plain_words
from ..intents import Intent
from ..linking import Linker
from ..parameters import NUMBERS, Inputs, Parameters
from ..referents import Referent
from ..text_linking import text_referents
from .comparison import names_of
from .questions import add_question

_ASKING = ("document-question-answering", "question-answering")
_NOUN = re.compile(
    r"\b(?:(?:sub|grand )?totals?(?: (?:amount|cost|price|tax|vat)s?)?|amounts?(?: due)?|balances?|prices?|rents?|fees?"
    r"|tax(?:es)?|vat|tips?|discounts?|percentages?)\b"
)
"""What is asked of each page; "the total", where the words name nothing."""
_LISTED = re.compile(r"\b(?:amounts|prices|percentages|sums)\b")
"""What a text may hold several of."""


def altogether(linker: Linker, intent: Intent) -> None:
    """Ask each page for what is to be added or averaged; the amounts in a text are found in it."""
    words = linker.parsed.words_of(intent.clause)
    pages = linker.resolver.resolve(intent, ("image", "document"), everything=True)
    listed = _LISTED.search(words)
    if len(pages) > 1:
        for page in pages:
            inputs: Inputs = {"image": page.value, "question": _question(words, "")}
            linker.add_task("document-question-answering", inputs, intent)
    elif pages and pages[0].kind == "image":
        linker.refuse(intent, "one picture has one total; I add up those of several")
    elif listed and (texts := text_referents(linker, intent, everything=True)) and not any(map(_has_markup, texts)):
        found = linker.add_each("token-classification", "text", texts, intent, {"look_for": listed[0]}, implied=True)
        items = tuple(referent.value for referent in found)
        linker.add_task("add-up", {"items": items}, intent, _averaged(linker, words))
    elif pages or text_referents(linker, intent):
        add_question(linker, intent, linker.parsed.text_of(intent.clause))
    else:
        linker.refuse_missing(intent, "two receipts or other pages, or a text with amounts")


def _has_markup(text: Referent) -> bool:
    """Whether a text has markup: it may hold tables, about whose columns it is a question."""
    return isinstance(text.value, Resource) and text.value.media_type not in ("text/plain", None)


def add_answers(linker: Linker, intents: Sequence[Intent]) -> None:
    """Add what becomes of the answers to one question about several pages: their sum, their average or the best of them."""
    code = linker.parsed.language
    said = f"{linker.parsed.masked.lower()}\n{linker.parsed.text.lower()}"  # "all three receipts" are masked as files
    asked = [task for task in linker.tasks if task.type in _ASKING]
    questions = {str(task.inputs.get("question")) for task in asked}
    summed = _says(linker, "amount", said) and not _says(linker, "each", said)
    if len(asked) < 2 or len(questions) > 1 or not intents or not summed:
        return
    items = tuple(Ref(task_id=task.id) for task in asked)
    lowest = _says(linker, "lowest", said)
    if best := lowest or _says(linker, "highest", said):
        names = names_of(linker, [next(v for n, v in task.inputs.items() if n != "question") for task in asked])
        linker.add_task("pick-best", {"items": items}, intents[-1], {**names, **({"lowest": True} if lowest else {})})
    elif _says(linker, "whole", said):
        linker.add_task("add-up", {"items": items}, intents[-1], _averaged(linker, said))
    else:
        return
    spans = [(e.start, e.end) for e in linker.evidence if e.task_id == asked[0].id]
    if code != "en" or not all(_only_asks(linker.parsed.masked[start:end]) for start, end in spans):
        return
    for span in spans:
        linker.use(*span)
    question = _question(questions.pop().lower(), best[0] if best else "")
    for task in asked:
        linker.tasks[task.id] = task.model_copy(update={"inputs": {**task.inputs, "question": question}})


def _only_asks(words: str) -> bool:
    """Whether words say nothing that the question to one page would lack: "between May and June" is in no total."""
    for what in ("amount", "average", "highest", "lowest"):
        words = re.sub(str(wording("en").section("altogether")[what]), " ", words)
    known = function_words() | plain_words() | {*file_nouns("en"), *NUMBERS, "among", "together", "bills", "scans"}
    return all(word in known for word in re.findall(r"[^\W_\ue000-\ue0ff]+", _NOUN.sub(" ", words)))


def _question(words: str, best: str) -> str:
    """The question to one page. `best`: a superlative, which one page with several prices answers as well."""
    noun = _NOUN.search(words)
    named = singular(noun[0].rpartition(" ")[2]) if noun else "total"
    whole = noun[0][: -len(noun[0].rpartition(" ")[2])] + named if noun else "total"
    return f"What is the {best + ' ' if best and named in ('price', 'fee', 'discount', 'percentage') else ''}{whole}?"


def _says(linker: Linker, what: str, said: str) -> re.Match[str] | None:
    """Where words of the section `[altogether]` stand in the request."""
    return re.search(str(wording(linker.parsed.language).section("altogether").get(what, "(?!)")), said)


def _averaged(linker: Linker, words: str) -> Parameters:
    return {"average": True} if _says(linker, "average", words) else {}
