"""`text_of`: the visible text of a tree of HTML, Office XML or OpenDocument: paragraphs, lines, tables as Markdown's.

One walk for all; a `Form` says which elements are paragraphs, rows, cells, and which are not shown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from .forms import HTML, WORD, Form, keeps_its_place, local
from .merged_cells import spans, spread
from .reading import joined

ERROR = re.compile(r"#(?:REF|DIV/0|VALUE|NAME|NUM|NULL|N/A|SPILL|CALC)[!?]?|Err:\d{3}")
"""What spreadsheet programs show for a formula that can't be computed."""
_FIGURE = re.compile(r"\W?\d[\d.,' ]*(?:[^\W\d_]{1,3})?\W?$")


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
        if name == "a" and form is HTML:
            self._address(element)
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

    def _address(self, link: Any) -> None:
        """The e-mail address or telephone number behind a link, where its text does not say it."""
        scheme, _, rest = (link.get("href") or "").partition(":")
        address = unquote(rest.partition("?")[0]).strip()
        if scheme.strip().lower() in ("mailto", "tel") and address and address not in "".join(link.itertext()):
            self._add(f" ({address})")

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
        hidden = self.form.hidden
        rows = [list(_within(row, self.form.cells, hidden)) for row in _within(table, self.form.rows, hidden)]
        texts = spread([[(_in_cell(cell, self.form), *spans(cell)) for cell in row] for row in rows])
        texts = [row for row in texts if any(row)]
        nested = any(next(_iter(cell, self.form.tables), None) is not None for row in rows for cell in row)
        captions = [each for each in table if local(each) == "caption" and not hidden(each)]
        self.blocks += [_in_cell(each, self.form) for each in captions]
        if nested or len(texts) < 2 or max(map(len, texts), default=0) < 2:
            for cell in (cell for row in rows for cell in row):
                self.blocks += [text for text in [text_of_parts(cell, self.form)] if text]
            return
        self.blocks.append(table_text(texts, named=any(local(cell) == "th" for cell in rows[0])))


def table_text(rows: list[list[str]], *, named: bool = False) -> str:
    """Rows as a table of Markdown; two columns without names of their own as lines `label: value`."""
    named = named or max(map(len, rows)) > 2 or _has_names(rows)
    return as_markdown(rows) if named else "\n".join(_as_line(row) for row in rows)


def _has_names(rows: list[list[str]]) -> bool:
    """Whether the first of two columns' rows names the columns: figures stand in one of them, and not in that row.

    An error of a formula (`#REF!`, `Err:510`) stands for a figure beside others.
    """
    columns = [[row[n] for row in rows if n < len(row)] for n in range(2)]
    return any(
        not _FIGURE.search(cells[0])
        and any(map(_FIGURE.match, cells[1:]))
        and all(_FIGURE.match(cell) or ERROR.fullmatch(cell) for cell in cells[1:])
        for cells in columns
    )


def _as_line(row: list[str]) -> str:
    """A row of two columns without names: a label and what stands beside it."""
    label, *rest = [cell for cell in row if cell] or [""]
    return f"{label}{'' if label.endswith((':', '?', '.')) else ':'} {' '.join(rest)}" if rest else label


def text_of_parts(element: Any, form: Form) -> str:
    """The text of what an element holds; none of one that is hidden."""
    if form.hidden(element):
        return ""
    writer = _Writer(form)
    writer._inside(element, local(element))
    writer.end_block()
    return joined(writer.blocks)


def _in_cell(cell: Any, form: Form) -> str:
    return re.sub(r"\s*\n\s*", " ", text_of_parts(cell, form)).strip()


def _within(element: Any, names: frozenset[str], hidden: Callable[[Any], bool]) -> Any:
    """The elements of some names below one, those in inner and hidden ones left out; a cell that keeps its place stays."""
    for child in element:
        named = local(child) in names
        if not local(child) or (hidden(child) and not (named and names == HTML.cells and keeps_its_place(child))):
            continue
        if named:
            yield child
        elif local(child) not in HTML.tables | WORD.tables:
            yield from _within(child, names, hidden)


def _iter(element: Any, names: frozenset[str]) -> Any:
    return (each for each in element.iter() if each is not element and local(each) in names)


def as_markdown(rows: list[list[str]]) -> str:
    """Rows as a table of Markdown, the first as its names; short rows are filled up."""
    width = max(map(len, rows))
    full = [[*(cell.replace("|", "\\|") for cell in row), *[""] * (width - len(row))] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in full]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
