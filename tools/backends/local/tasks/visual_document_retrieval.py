"""visual-document-retrieval: which pages answer a query, by their looks (ColPali: a vector for each patch and word)."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ...answers import score_answer
from ...inputs import required_text
from ..loading import Source
from ..registry import local
from ..torch_device import device, dtype

MODELS = ("ColPaliForRetrieval", "ColQwen2ForRetrieval", "ColModernVBertForRetrieval")


@local("visual-document-retrieval")
def find_pages(call: Call, source: Source) -> Sequence[Artifact]:
    """For every page the sum, over the words of the query, of the best match among its patches."""
    pages = call.inputs.get("images", ())
    if not pages:
        raise ExpertError("visual-document-retrieval needs pages to look at", input_fault=True)
    model, processor = source.model(*MODELS), source.processor()
    query = model(**processor.process_queries([required_text(call, "query")]).to(device())).embeddings[0].float()
    scores = []
    for page in pages:  # one by one: a page takes a thousand vectors
        read = processor.process_images([read_image(page)]).to(device(), dtype())
        patches = model(**read).embeddings[0].float()
        scores.append(float((query @ patches.T).max(-1).values.sum()))
    return score_answer(call, [page.resource.label for page in pages], scores)
