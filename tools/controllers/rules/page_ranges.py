"""`on_pages`: the pages that a clause names, as parameters or as a step that takes only these pages of a document."""

from collections.abc import Callable

from ....graph.resource import Resource
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from ...wording.page_words import Pages
from .parameters import Parameters

Take = Callable[[str, dict[str, Input], Parameters], Input]
"""Adds the step of a task type; returns its result."""


def on_pages(
    task_type: str, inputs: dict[str, Input], parameters: Parameters, pages: Pages, take: Take
) -> tuple[dict[str, Input], Parameters]:
    """Inputs and parameters of a task on some pages of its documents; unchanged where it has no document."""
    row = VOCABULARY[task_type]
    chosen: Parameters = {"each_page": True} if pages.each else {"except": True} if pages.left_out else {}
    chosen |= {k: v for k, v in {"first_page": pages.first, "last_page": pages.last}.items() if v is not None}
    if row.parameter("first_page") and any(_is_document(value) for value in inputs.values()):
        return inputs, {**parameters, **{k: v for k, v in chosen.items() if row.parameter(k)}}

    def taken(name: str, value: Input) -> Input:
        port = row.input(name)
        if isinstance(value, tuple):
            singles = [taken(name, single) for single in value]
            return tuple(single for single in singles if not isinstance(single, tuple))
        if not _is_document(value) or port is None:
            return value
        if port.takes("text"):
            return take("document-to-text", {"document": value}, chosen)
        if port.takes("image"):
            return take(
                "document-to-images", {"document": value}, {k: v for k, v in chosen.items() if k != "each_page"}
            )
        return value

    return {name: taken(name, value) for name, value in inputs.items()}, parameters


def _is_document(value: Input) -> bool:
    return isinstance(value, Resource) and value.kind == "document"
