"""count: how many pages PDFs have, by PDFium."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from .....graph.task import Task
from ....media.pdf_pages import count_pages
from ..registry import expert


def accepts(task: Task) -> str | None:
    """Only pages."""
    return None if task.parameters.get("look_for") == "pages" else "it counts pages of documents only"


@expert(
    "count",
    name="pdf-page-count",
    description="counts the pages of a PDF, exactly",
    library="pypdfium2",
    requires=("pypdfium2",),
    accepts=accepts,
)
def number_of_pages(call: Call) -> Sequence[Artifact]:
    """The number of all documents together, as text."""
    documents = call.inputs.get("items", ())
    if other := next((item for item in documents if item.resource.kind != "document"), None):
        raise input_error(f"{other.resource.label} is no document with pages")
    number = sum(count_pages(document) for document in documents)
    return [Artifact(output="text", kind="text", media_type="text/plain", text=str(number))]
