"""document-question-answering: reads the page, then finds the answer in its lines."""

import re
from collections.abc import Sequence
from importlib.util import find_spec

from .....graph.call import Artifact, Call, Material
from .....graph.task import Task
from ....media.pictures import count_frames, read_frames
from ....media.reading_order import lines_in_reading_order
from ..goal_words import has_word
from ..ocr import read_pages
from ..question_limits import asks_for_pages
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
    from ..each_question import each_answered
    from ..page_tables import answer_of, tables_of

    page, question = call.one("image"), _without_pages(call.text("question"), call.task)
    label, note = page.resource.label, ""
    if page.resource.media_type == "image/tiff" and asks_for_pages(question):
        many = f"{count_frames(page)}"
        return [Artifact(output="text", kind="text", media_type="text/plain", text=many, note="counted: pages")]
    if page.resource.kind == "document":
        text, note, pages = whole_text(call, page)
        tables = tables_of(pages, label)
    else:
        pictures = read_pages(page)
        tables = tables_of(pictures, label) if len(pictures) == 1 else []
        # rows of a table are lines of their own, and no sentence that goes on
        texts = [("\n\n" if tables else "\n").join(lines_in_reading_order(pieces)) for pieces in pictures]
        text = "\n\n".join([*filter(None, texts), *_codes_on(page)])

    def answer(each: str) -> Artifact:
        if found := answer_of(tables, each, text):
            said = "; ".join(filter(None, (note, f"computed: {found.computed}")))
            return Artifact(output="text", kind="text", media_type="text/plain", text=found.text, note=said)
        made = answer_artifact(each, text, label)
        return made.model_copy(update={"note": note}) if note else made

    return [each_answered(question, answer)]


def _without_pages(question: str, task: Task) -> str:
    """A question without the numbers of the pages that are read, and the word before each: they say where, not what."""
    for number in {task.parameters.get("first_page"), task.parameters.get("last_page")}:
        question = re.sub(rf"\S+\s+{number}(?!\w)", "", question) if isinstance(number, int) else question
    return question


def _codes_on(page: Material) -> list[str]:
    """What the codes on a page say; those that hold the access to a WiFi network in a sentence."""
    if find_spec("zxingcpp") is None:
        return []
    import numpy as np
    import zxingcpp

    pictures = (np.asarray(frame.convert("L")) for frame in read_frames(page))
    found = [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]
    fields = {"S": "network", "P": "password"}
    return [
        " ".join(f"The WiFi {fields[key]} is {value}." for key, value in re.findall(r"([SP]):([^;]+)", text))
        if text.startswith("WIFI:")
        else text
        for text in found
    ]
