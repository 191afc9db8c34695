"""`read_pages`: the pages of a document that words name: "page 3", "pages 2 to 4", "the last two pages", "each page".

Their forms are in forms.toml. Not covered: several ranges, even and odd pages.
"""

from dataclasses import dataclass

from .forms import Form, find_forms, value_of


@dataclass(frozen=True)
class Pages:
    """A range of pages and where the words name it. Negative numbers count from the end: -1 is the last page."""

    start: int
    end: int
    first: int | None = None
    last: int | None = None
    each: bool = False
    """One result for each page."""
    left_out: bool = False
    """All pages but these."""


def read_pages(text: str, code: str) -> Pages | None:
    """The pages that a masked text names; None for none, and for pages that are not next to each other."""
    form = next(find_forms("pages", text, code), None)
    if form is None:
        return None
    if "each" in form.words:
        return Pages(form.start, form.end, each=True)
    first, last = _bounds(form, code)
    if first is None or last is None:
        return None
    if "and" in form.words and last != first + 1:
        return None
    if "except" not in form.words:
        return Pages(form.start, form.end, first, last)
    if first == 1:
        return Pages(form.start, form.end, last + 1, -1)
    return (
        Pages(form.start, form.end, 1, first - 1)
        if last == -1
        else Pages(form.start, form.end, first, last, left_out=True)
    )


def _bounds(form: Form, code: str) -> tuple[int | None, int | None]:
    values = {name: value_of(form.words[name], code) for name in ("ord", "n", "a", "b") if name in form.words}
    if "ord" in values and "n" in values:
        many = values["n"]
        return {1: (1, many), -1: (-many, -1)}.get(values["ord"], (None, None))
    first = values["ord"] if "ord" in values else values.get("a")
    return first, values.get("b", first)
