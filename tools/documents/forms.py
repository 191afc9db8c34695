"""`Form`: which elements of a kind of document are paragraphs, rows, cells, and which are not shown; `HTML`, `WORD`, ..."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_STYLED = re.compile(r"(?:^|;)\s*(display|visibility)\s*:\s*([\w-]+)", re.IGNORECASE)


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
    return element.get("hidden") is not None or _styled(element, "display", "none") or keeps_its_place(element)


def keeps_its_place(element: Any) -> bool:
    """Whether an element is not shown, and its place is empty: a hidden cell of that kind moves no other."""
    return _styled(element, "visibility", "hidden", "collapse")


def _styled(element: Any, name: str, *values: str) -> bool:
    """Whether the last word of the `style` on something is one of some values."""
    found = [value.lower() for key, value in _STYLED.findall(element.get("style") or "") if key.lower() == name]
    return bool(found) and found[-1] in values


def _is_vanished(run: Any) -> bool:
    """A run of Word that is formatted as hidden."""
    if local(run) != "r":
        return False
    marks = [mark for part in run if local(part) == "rPr" for mark in part if local(mark) in ("vanish", "webHidden")]
    return any(local(mark) == "vanish" and attribute(mark, "val") not in ("0", "false", "off") for mark in marks)


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
    hidden=lambda element: local(element) == "fld" and element.get("type") == "slidenum",
)
OPEN = Form(
    skipped=_names("annotation tracked-changes note-citation automatic-styles styles settings meta scripts"
                   " forms sequence-decls title desc covered-table-cell page-number"),
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


def attribute(element: Any, name: str) -> str:
    """The value of an attribute by its name without its namespace; empty where the element has none."""
    return next((str(value) for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")
