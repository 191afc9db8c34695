"""document-question-answering: reads the page, then finds the answer in its lines."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.task import Task
from ..goal_words import has_word
from ..ocr import read_page
from ..registry import expert
from .answer_question import answer_artifact
from .document_to_text import whole_text

VISUAL = (
    r"colou?rs?\b|logo|photo|picture|drawing|handwrit|signature|signed|who is (?:in|on)|look like"
    r"|how many (?:people|objects)"
)


def accepts(task: Task) -> str | None:
    """Only questions about the text of the page, not about its pictures."""
    question = task.inputs.get("question")
    if isinstance(question, str) and has_word(question.lower(), VISUAL):
        return "it reads the printed text of a page only; what a picture shows needs a vision model"
    return None


@expert(
    "document-question-answering",
    name="rapidocr-qa",
    description="reads a printed page and finds the words that answer, e.g. a total or a date; reads text only",
    library="rapidocr",
    requires=("rapidocr", "onnxruntime", "cv2"),
    accepts=accepts,
    partial=True,
)
def answer_from_page(call: Call) -> Sequence[Artifact]:
    """The short answer, or the line that holds it. Not covered: handwriting, questions about the pictures."""
    page = call.one("image")
    if page.resource.kind == "document":
        text, note = whole_text(call, page)
    else:
        text, note = "\n".join(read_page(page)), ""
    return [answer_artifact(call.text("question"), text, page.resource.label).model_copy(update={"note": note})]
