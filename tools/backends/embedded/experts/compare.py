"""compare: reports whether results agree, and where they differ."""

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from ....media.rows import row_text, rows
from ..registry import expert
from ..tokenization import words

MAX_QUOTED = 12
"""Words of a text up to which it is quoted; longer texts are compared word by word."""


@expert(
    "compare", name="compare", description="reports exactly whether results agree, and where they differ", light=True
)
def compare(call: Call) -> Sequence[Artifact]:
    """A sentence or two."""
    items = call.inputs.get("items", ())
    if len(items) < 2:
        raise input_error("there is only one result; comparing takes two")
    tables = [rows(item) for item in items]
    if all(table is not None for table in tables):
        text = _tables([Counter(row_text(row) for row in table or ()) for table in tables])
    else:
        text = _texts(items)
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]


def _tables(counts: list[Counter[str]]) -> str:
    if all(count == counts[0] for count in counts):
        return f"They agree: {_listed(counts[0])}."
    return "They differ: " + "; ".join(f"{number}. {_listed(count)}" for number, count in enumerate(counts, 1)) + "."


def _listed(count: Counter[str]) -> str:
    listed = [f"{number} x {label}" if number > 1 else label for label, number in sorted(count.items())]
    return ", ".join(listed) or "nothing"


def _texts(items: Sequence[Material]) -> str:
    texts = [words(item.text()) for item in items]
    if all(each == texts[0] for each in texts):
        return f"They agree: {'all say the same.' if len(texts[0]) > MAX_QUOTED else items[0].text().strip()}"
    if all(len(each) <= MAX_QUOTED for each in texts):
        return "They differ: " + "; ".join(f"{n}. {item.text().strip()}" for n, item in enumerate(items, 1))
    names = [item.resource.name or f"text {number}" for number, item in enumerate(items, 1)]
    found = [_differences(texts[0], each) for each in texts[1:]]
    if len(found) == 1:
        return found[0]
    return "\n".join(f"{names[0]} and {name}: {text}" for name, text in zip(names[1:], found, strict=True))


def _differences(first: list[str], other: list[str]) -> str:
    """Where two texts differ, word by word."""
    if first == other:
        return "They agree: both say the same."
    matcher = SequenceMatcher(a=first, b=other, autojunk=False)
    changes = [_change(first[a:b], other[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    more = f" and {len(changes) - 5} more" if len(changes) > 5 else ""
    return f"They differ; {round(100 * matcher.ratio())}% of the words are the same. {'; '.join(changes[:5])}{more}."


def _change(before: list[str], after: list[str]) -> str:
    old, new = (" ".join(part[:8]) + (" ..." if len(part) > 8 else "") for part in (before, after))
    if before and after:
        return f"{old!r} is {new!r}"
    return f"{old!r} is only in the first" if before else f"{new!r} is only in the other"
