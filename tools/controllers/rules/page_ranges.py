"""`on_pages`: the pages that a clause names, as parameters or as a step that takes only these pages of a document.

`page_by_page`: the text of each page where a text was taken before.
"""

from collections.abc import Callable, Sequence

from ....graph.resource import Resource
from ....graph.task import Ref, Task
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from ...wording.clause_words import ClauseWords
from ...wording.page_words import Pages, read_pages
from ...wording.wording import wording
from .parameters import Parameters

Take = Callable[[str, dict[str, Input], Parameters], Input]
"""Adds the step of a task type; returns its result."""


def on_pages(
    task_type: str, inputs: dict[str, Input], parameters: Parameters, pages: Sequence[Pages], take: Take
) -> tuple[dict[str, Input], Parameters]:
    """Inputs and parameters of a task on some pages of its documents; unchanged where it has no document."""
    row = VOCABULARY[task_type]
    chosen = _parameters(pages[0])
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
            texts = [take("document-to-text", {"document": value}, _parameters(each)) for each in pages]
            return texts[0] if len(texts) == 1 else take("join-text", {"texts": tuple(texts)}, {})  # type: ignore[arg-type]
        if port.takes("image"):
            range_of = {k: v for k, v in chosen.items() if k != "each_page"}
            return take("document-to-images", {"document": value}, range_of)
        return value

    return {name: taken(name, value) for name, value in inputs.items()}, parameters


def names_each_page(words: str, code: str) -> bool:
    """Whether words ask for one result for each page."""
    return any(pages.each for pages in read_pages(words, code))


def page_by_page(
    inputs: dict[str, Input], tasks: Sequence[Task], words: str, code: str, take: Take
) -> dict[str, Input]:
    """Inputs with the list of the pages' texts for the whole text of a document, where the words ask for each page."""
    paged, each = names_each_page(words, code), ClauseWords(words, wording(code)).has("apart")

    def listed(value: Input) -> Input:
        source = tasks[value.task_id] if isinstance(value, Ref) and not value.output else None
        if source is None or source.type != "document-to-text":
            return value
        if not paged and not (each and source.parameters.get("each_page")):
            return value
        return take(source.type, source.inputs, {**source.parameters, "each_page": True})

    return {name: listed(value) for name, value in inputs.items()}


def _parameters(pages: Pages) -> Parameters:
    chosen: Parameters = {"each_page": True} if pages.each else {"except": True} if pages.left_out else {}
    return chosen | {k: v for k, v in {"first_page": pages.first, "last_page": pages.last}.items() if v is not None}


def _is_document(value: Input) -> bool:
    return isinstance(value, Resource) and value.kind == "document"
