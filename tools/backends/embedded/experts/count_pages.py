"""count-pages: how many pages a PDF has, by PDFium."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pdf_pages import count_pages
from ..registry import expert


@expert(
    "count-pages",
    name="pdf-page-count",
    description="counts the pages of a PDF, exactly",
    library="pypdfium2",
    requires=("pypdfium2",),
)
def number_of_pages(call: Call) -> Sequence[Artifact]:
    """The number, as text."""
    number = count_pages(call.one("document"))
    return [Artifact(output="text", kind="text", media_type="text/plain", text=str(number))]
