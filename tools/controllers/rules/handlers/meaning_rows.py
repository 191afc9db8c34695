"""`plan_rows`: count or keep the lines of a text that satisfy a condition; `asks_about_rows`: what only a table decides."""

from .....graph.vocabulary import VOCABULARY
from ....tables.table_words import names_table_operation
from ....wording.clause_words import ClauseWords
from ....wording.lost_words import has_other_words
from ....wording.meanings import Meaning, meaning_of
from ....wording.refusals import refusal
from ....wording.row_conditions import removes_rows, row_conditions
from ..intents import Intent
from ..linking import Linker
from ..parameters import Parameters
from .meaning_inputs import choose, data_of

OF_ROWS = "table-question-answering"
_CALCULATED = ("highest", "lowest", "sum", "average", "median", "per", "sort", "top", "bottom")
_FOUND_IN_TEXT = ("token-classification", "question-answering", "text-classification", "summarization", "pick-best",
                  "compare", "zero-shot-classification")  # fmt: skip
"""Types that the words of a question about a table are near to: "the sum of the amounts in March"."""
_OF_GROUPS = {
    "compare": ("highest", "lowest"),
    "zero-shot-classification": ("highest", "lowest", "sum", "average", "median", "count"),
}
"""What of this a question has that is near to a task on groups: "the sum by category", and no "sort them by category"."""
_CHOSEN = ("count/rows", "filter/rows")


def asks_about_rows(linker: Linker, intent: Intent, meaning: Meaning, words: ClauseWords) -> bool:
    """Whether a table is asked about its rows: what chooses them, and a calculation, only the table's own words decide."""
    code, name = words.language.code, meaning.name
    port = VOCABULARY[OF_ROWS].inputs[0]
    asked = choose(linker, intent, port, meaning_of(OF_ROWS))
    if code == "en" or {r.kind for r in asked} != {"table"} or (meaning.task_type == "pick-best" and len(asked) > 1):
        return False
    if name == "count/rows":
        return words.number() is not None or has_other_words(words.words, code, name)
    calculated = names_table_operation(words.words, code, _CALCULATED)
    if name in _OF_GROUPS:
        calculated = names_table_operation(words.words, code, _OF_GROUPS[name])
    return meaning.task_type == "filter" or (calculated and meaning.task_type in _FOUND_IN_TEXT)


def plan_rows(linker: Linker, intent: Intent, meaning: Meaning) -> bool:
    """Whether a clause is about chosen lines of a text: the task with the condition on them, else a refusal."""
    code, text = linker.parsed.language, linker.parsed.text[intent.start : intent.stop]
    conditions = [*row_conditions(linker.parsed.masked[intent.start : intent.stop], code)]
    removed = removes_rows(text, code) and meaning.task_type != "count"
    of_table = meaning.task_type == OF_ROWS and not (conditions and removed)
    if code == "en" or of_table or not (conditions or meaning.task_type == "filter"):
        return False
    if len(conditions) != 1 or conditions[0].value is None or meaning.name not in _CHOSEN:
        linker.refusals.append(refusal(code, "not-understood", linker.goal_of(intent)))
        return True
    span = range(intent.start + conditions[0].start, intent.start + conditions[0].end)
    linker.use(span.start, span.stop)
    chosen = choose(linker, intent, data_of(meaning)[0], meaning)
    files = [r for r in linker.resolver.referents if r.origin == "file" and r.kind == "text"]
    items = [r.value for r in chosen if r.position not in span] or [r.value for r in files]
    where: Parameters = {"where": (conditions[0].where(text, removed=removed),)}
    if meaning.task_type == "count" and not items:  # "wie viele Zeilen hat “...”?": the quotation is the data
        items, where = [r.value for r in chosen], {}
    for group in [(item,) for item in items] if meaning.task_type == "count" else [tuple(items)]:
        if group:
            linker.add_task(meaning.task_type, {"items": group}, intent, where)
    if not items:
        linker.refusals.append(refusal(code, "missing", linker.goal_of(intent), "text"))
    return True
