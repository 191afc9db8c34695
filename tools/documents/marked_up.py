"""`text_of`: the visible text of a tree of HTML, Office XML or OpenDocument: paragraphs, lines, tables as Markdown's.

One walk for all; a `Form` says which elements are paragraphs, rows, cells, and which are not shown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .reading import joined

_STYLE_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FIGURE = re.compile(r"\W?\d[\d.,' ]*(?:[^\W\d_]{1,3})?\W?$")


def _never(_element: Any) -> bool:
    return False


@dataclass(frozen=True)
class Form:
    """What the elements of a kind of document are, by their local names."""

    skipped: frozenset[str]
    blocks: frozenset[str]
    tables: frozenset[str]
    rows: frozenset[str]
    cells: frozenset[str]
    breaks: frozenset[str]
    tabs: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    """The only elements with text; empty: all have."""
    items: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    """Elements whose spaces and line ends are kept."""
    hidden: Callable[[Any], bool] = _never
    spaces: frozenset[str] = frozenset()
    """Elements that stand for spaces."""
    folds: bool = False
    """Runs of spaces and line ends are one space."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_STYLE_HIDES.search(element.get("style") or ""))


def _is_vanished(run: Any) -> bool:
    """A run of Word that is formatted as hidden."""
    if local(run) != "r":
        return False
    marks = [mark for part in run if local(part) == "rPr" for mark in part if local(mark) in ("vanish", "webHidden")]
    return any(local(mark) == "vanish" and _value(mark) not in ("0", "false", "off") for mark in marks)


def _value(mark: Any) -> str:
    return next((str(value) for name, value in mark.attrib.items() if name.endswith("}val")), "")


HTML = Form(
    skipped=_names("head script style template noscript iframe object svg math audio video canvas datalist"),
    blocks=_names(
        "p div section article main header footer nav aside h1 h2 h3 h4 h5 h6 ul ol dl dt dd blockquote pre figure"
        " figcaption form fieldset legend address details summary hr body li option caption"
    ),
    tables=_names("table"),
    rows=_names("tr"),
    cells=_names("td th"),
    breaks=_names("br"),
    items=_names("li"),
    kept=_names("pre textarea"),
    hidden=_is_hidden,
    folds=True,
)
WORD = Form(
    skipped=_names("del moveFrom instrText delInstrText Fallback rPr pPr sectPr annotationRef"),
    blocks=_names("p"),
    tables=_names("tbl"),
    rows=_names("tr"),
    cells=_names("tc"),
    breaks=_names("br cr"),
    tabs=_names("tab ptab"),
    texts=_names("t"),
    hidden=_is_vanished,
)
SLIDES = Form(
    skipped=_names("Fallback"),
    blocks=_names("p pt"),
    tables=_names("tbl"),
    rows=_names("tr"),
    cells=_names("tc"),
    breaks=_names("br"),
    texts=_names("t v"),
)
OPEN = Form(
    skipped=_names("annotation tracked-changes note-citation automatic-styles styles settings meta scripts"
                   " forms sequence-decls title desc covered-table-cell"),
    blocks=_names("p h"),
    tables=_names("table"),
    rows=_names("table-row"),
    cells=_names("table-cell"),
    breaks=_names("line-break"),
    tabs=_names("tab"),
    spaces=_names("s"),
    folds=True,
)  # fmt: skip


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for comments and entities."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(root: Any, form: Form) -> str:
    """The visible text, a blank line between blocks."""
    writer = _Writer(form)
    writer.element(root)
    writer.end_block()
    return joined(writer.blocks)


@dataclass
class _Writer:
    form: Form
    blocks: list[str] = field(default_factory=list)
    _line: str = ""
    _kept: int = 0

    def element(self, element: Any) -> None:
        name, form = local(element), self.form
        if not name or name in form.skipped or form.hidden(element):
            return
        if name in form.tables:
            return self._table(element)
        if name in form.breaks:
            self._line = self._line.rstrip(" ") + "\n"
        elif name in form.tabs:
            self._line += "\t"
        elif name in form.spaces:
            self._line += " " * min(100, int(next((str(v) for v in element.attrib.values() if str(v).isdigit()), "1")))
        elif (
            name == "input"
            and form is HTML
            and element.get("type", "text").lower() in ("text", "search", "number", "date")
        ):
            self._add(f" {element.get('value') or ''} ")
        block = name in form.blocks
        if block:
            self.end_block()
        if name in form.items:
            self._line = "- "
        self._kept += name in form.kept
        self._inside(element, name)
        self._kept -= name in form.kept
        if block:
            self.end_block()

    def _inside(self, element: Any, name: str) -> None:
        speaks = not self.form.texts or name in self.form.texts
        if speaks:
            self._add(element.text or "")
        for child in element:
            self.element(child)
            if speaks:
                self._add(child.tail or "")

    def _add(self, text: str) -> None:
        if self.form.folds and not self._kept:
            text = re.sub(r"[ \t\r\n\f\xa0]+", " ", text)
            text = text.lstrip(" ") if not self._line or self._line[-1] in " \n" else text
        self._line += text

    def end_block(self) -> None:
        """Close the paragraph that is being written."""
        text = "\n".join(line.rstrip() for line in self._line.split("\n")).strip("\n")
        self._line = ""
        if text.strip() not in ("", "-"):
            item = text.startswith("- ") and self.blocks and self.blocks[-1].rpartition("\n")[2].startswith("- ")
            if item:
                self.blocks[-1] += f"\n{text}"
            else:
                self.blocks.append(text)

    def _table(self, table: Any) -> None:
        """A table as Markdown's; one that only arranges blocks (one column or row, a table in it) as blocks."""
        self.end_block()
        rows = [list(_within(row, self.form.cells)) for row in _within(table, self.form.rows)]
        texts = [[_in_cell(cell, self.form) for cell in row] for row in rows]
        texts = [row for row in texts if any(row)]
        nested = any(next(_iter(cell, self.form.tables), None) is not None for row in rows for cell in row)
        self.blocks += [_in_cell(each, self.form) for each in table if local(each) == "caption"]
        if nested or len(texts) < 2 or max(map(len, texts), default=0) < 2:
            for cell in (cell for row in rows for cell in row):
                self.blocks += [text for text in [text_of_parts(cell, self.form)] if text]
            return
        named = max(map(len, texts)) > 2 or _has_names(texts) or any(local(cell) == "th" for cell in rows[0])
        self.blocks.append(as_markdown(texts) if named else "\n".join(_as_line(row) for row in texts))


def _has_names(rows: list[list[str]]) -> bool:
    """Whether the first of two columns' rows names the columns: figures stand in one of them, and not in that row."""
    columns = [[row[n] for row in rows if n < len(row)] for n in range(2)]
    return any(
        not _FIGURE.search(cells[0]) and len(cells) > 1 and all(_FIGURE.match(cell) for cell in cells[1:])
        for cells in columns
    )


def _as_line(row: list[str]) -> str:
    """A row of two columns without names: a label and what stands beside it."""
    label, *rest = [cell for cell in row if cell] or [""]
    return f"{label}{'' if label.endswith((':', '?', '.')) else ':'} {' '.join(rest)}" if rest else label


def text_of_parts(element: Any, form: Form) -> str:
    """The text of what an element holds."""
    writer = _Writer(form)
    writer._inside(element, local(element))
    writer.end_block()
    return joined(writer.blocks)


def _in_cell(cell: Any, form: Form) -> str:
    return re.sub(r"\s*\n\s*", " ", text_of_parts(cell, form)).strip()


def _within(element: Any, names: frozenset[str]) -> Any:
    """The elements of some names below one, those in inner ones left out."""
    for child in element:
        if local(child) in names:
            yield child
        elif local(child) not in HTML.tables | WORD.tables:
            yield from _within(child, names)


def _iter(element: Any, names: frozenset[str]) -> Any:
    return (each for each in element.iter() if each is not element and local(each) in names)


def as_markdown(rows: list[list[str]]) -> str:
    """Rows as a table of Markdown, the first as its names; short rows are filled up."""
    width = max(map(len, rows))
    full = [[*(cell.replace("|", "\\|") for cell in row), *[""] * (width - len(row))] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in full]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
