"""`count_occurrences`: how often words stand in a text, by the forms `[occurrences]`, in any language."""

from collections.abc import Sequence

from ....wording.forms import find_forms
from ....wording.wording import folded
from ..intents import Intent
from ..linking import Linker
from ..referents import Referent, fits
from ..text_linking import text_referents

_ACTS = ("question", "count", "entities", "example")


def count_occurrences(linker: Linker, intent: Intent) -> bool:
    """Count each of the words that are named in each text; False where none are, or of a table, which has rows."""
    parsed, clause = linker.parsed, intent.clause
    form = next(find_forms("occurrences", parsed.masked[clause.start : clause.end], parsed.language), None)
    tabular = any(f.resource.kind == "table" for f in parsed.files if clause.start <= f.start < clause.end)
    if intent.act not in _ACTS or form is None or tabular:
        return False
    start = folded(parsed.masked).index(form.words["term"], clause.start + form.start)
    end = start + len(form.words["term"])
    terms = [q.text for q in parsed.quotations if start <= q.start < end] or [parsed.text[start:end]]
    texts = _beside(text_referents(linker, intent, everything=True), start, end)
    texts = texts or _beside(linker.resolver.referents, start, end)
    for text in texts:
        for term in terms:
            linker.add_task("count", {"items": (text.value,)}, intent, {"look_for": "occurrences", "label": term})
            linker.use(clause.start + form.start, clause.start + form.end)
    return bool(texts)


def _beside(referents: Sequence[Referent], start: int, end: int) -> list[Referent]:
    """Texts that do not stand between these positions."""
    return [r for r in referents if fits(r, ("text",)) and r.kind != "table" and not start <= r.position < end]
