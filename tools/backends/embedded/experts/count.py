"""count: counts boxes, labels and rows by their labels; in a text the lines, or what the goal names."""

import re
from collections.abc import Callable, Sequence

from .....graph.call import Artifact, Call, Material
from .....graph.errors import input_error
from .....graph.task import Task
from ....media.rows import Row, has_label, nonblank_lines, row_text, rows
from ..goal_words import goal_text, has_word, strings
from ..registry import expert
from ..tokenization import sentences, word_count

_KINDS: dict[str, re.Pattern[str]] = {
    "code": re.compile(r"[\w -]+: "),
    "qr": re.compile(r"(?:micro |rm)?qr\b", re.IGNORECASE),
    "barcode": re.compile(r"(?!(?:micro |rm)?qr|data ?matrix|aztec)[\w -]+: ", re.IGNORECASE),
    **dict.fromkeys(("amount", "price", "sum", "cost"), re.compile(r"MONEY$")),
    **dict.fromkeys(("phone", "phone number", "telephone number"), re.compile(r"PHONE$")),
    **dict.fromkeys(("e-mail", "mail", "email address"), re.compile(r"EMAIL$")),
    **dict.fromkeys(("link", "website", "web address"), re.compile(r"URL$")),
}
"""Words that match rows without being their label: the label of a code is its format and its content."""


def accepts(task: Task) -> str | None:
    """Everything but pages."""
    return "it counts no pages" if task.parameters.get("look_for") == "pages" else None


@expert(
    "count",
    name="count",
    description="counts boxes, labels, rows, columns or lines, exactly",
    accepts=accepts,
    light=True,
)
def count(call: Call) -> Sequence[Artifact]:
    """The number in all items together, as text."""
    from ....tables.large_cells import is_large

    label, goal = str(call.task.parameters.get("label") or ""), goal_text(call.task)
    where, unit = strings(call.task, "where"), _unit_of(str(call.task.parameters.get("look_for") or goal).lower())
    items, columns = call.inputs.get("items", ()), call.task.parameters.get("look_for") == "columns"
    conditions = where or ([f"* = {label}"] if label and any(map(is_large, items)) else [])
    note = ""
    if call.task.parameters.get("look_for") == "occurrences":
        number = sum(_occurrences(label, item.text()) for item in items)
        note = f"computed: “{label}” as whole words, in upper or lower case"
    elif call.task.parameters.get("look_for") == "e-mails":
        number = sum(map(_mails_in, items))
        note = f"computed: count of e-mails, of {len(items)} file(s); no addresses were counted"
    elif columns or conditions or (not label and items and all(item.resource.kind == "table" for item in items)):
        note = f"computed: count of {'columns' if columns else 'rows'}{' where ' * bool(where)}{' and '.join(where)}"
        number = sum(_count_rows(call, item, conditions, columns) for item in items)
    else:
        number = sum(_count(item, label, unit) for item in items)
    return [Artifact(output="text", kind="text", media_type="text/plain", text=str(number), note=note)]


def _occurrences(words: str, text: str) -> int:
    """How often words stand in a text; of a script without spaces also within longer ones."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    edges = [r"\b" if re.match(r"\w", end) and end < "\u2e80" else "" for end in (words[:1], words[-1:])]
    return len(re.findall(f"{edges[0]}{pattern}{edges[1]}", text, re.IGNORECASE))


def _mails_in(material: Material) -> int:
    """The e-mails of a file as it is read: a mailbox numbers them. Raises `ExpertError` for a file that is no e-mail."""
    if numbered := re.match(r"E-mail 1 of (\d+)\n", text := material.text()):
        return int(numbered[1])
    if not re.match(r"(?:Subject|From|To|Cc|Date): ", text):
        raise input_error(f"{material.resource.label} is neither an e-mail nor a mailbox")
    return 1


def _count_rows(call: Call, material: Material, where: Sequence[str], columns: bool) -> int:
    from ....tables.conditions import kept
    from ....tables.open_table import open_table
    from ....tables.total_row import body

    with open_table(material, call.scratch) as table:
        if columns:
            return len(table.names)
        return kept(body(table), where).count


def _count(material: Material, label: str, unit: str) -> int:
    if (found := rows(material)) is not None:
        return sum(not label or has_label(row, label) or _is_a(row, label) for row in found)
    if label:
        return sum(label.lower() in line.lower() for line in nonblank_lines(material))
    return _IN_TEXT[unit](material.text())


_IN_TEXT: dict[str, Callable[[str], int]] = {
    "words": word_count,
    "sentences": lambda text: len(sentences(text)),
    "characters": len,
    "paragraphs": lambda text: len([part for part in re.split(r"\n\s*\n", text) if part.strip()]),
    "lines": lambda text: len([line for line in text.splitlines() if line.strip()]),
}


def _unit_of(goal: str) -> str:
    return next((unit for unit in _IN_TEXT if has_word(goal, unit[:-1] + r"s?\b")), "lines")


def _is_a(row: Row, label: str) -> bool:
    """Whether a row is of a kind that its label does not name: `QR Code: hello` is a code."""
    word = label.strip().lower()
    word = "qr" if word.startswith("qr") else word
    kind = _KINDS.get(word) or _KINDS.get(word.removesuffix("s").replace("addresse", "address"))
    return kind is not None and kind.match(row_text(row)) is not None
