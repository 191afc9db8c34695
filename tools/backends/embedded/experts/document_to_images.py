"""document-to-images: the pages of a PDF as pictures, rendered by PDFium."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pdf_pages import pages, render_page
from ....media.pictures import image_artifact
from ..registry import expert


@expert(
    "document-to-images",
    name="pdf-pages",
    description="draws the pages of a PDF as pictures, at 200 dots an inch",
    library="pypdfium2",
    requires=("pypdfium2", "PIL"),
)
def document_to_images(call: Call) -> Sequence[Artifact]:
    """A picture a page, in order."""
    document = call.one("document")
    numbered = enumerate(pages(call, document), start=1)
    drawings = ((number, render_page(page, document.resource.label)) for number, page in numbered)
    return [image_artifact(call, image, "images", f"page-{number}") for number, image in drawings]
