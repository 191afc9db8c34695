"""image-to-text, for printed text only, line by line, by OCR."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.task import Task
from ....media.reading_order import lines_in_reading_order
from ..goal_words import MAX_LENGTH, goal_text, has_word
from ..ocr import find_pages, no_text
from ..registry import expert

READING = (
    r"read|texts?\b|ocr\b|transcri|say|said|says|written|writing|words?\b|letters?\b|print|type[ds]|line|spell|extract"
    r"|scan|receipt|invoice|bills?\b|tickets?\b|menus?\b|pages?\b|document|signs?\b|labels?\b|forms?\b|posters?\b"
    r"|books?\b|notes?\b|notice|screenshot|slide|card|article|newspaper|comment|review|total|price|dates?\b|amount"
    r"|number|address|translat|summar"
    r"|lies|lese|vorles|quittung|rechnung|beleg|schild|seite|lire|lis\b|lisez|reçu|facture|texte|lee\b|leer|lea\b"
    r"|texto|recibo|factura|leggi|testo|scontrino|ler\b|leia"
)
VISUAL = (
    r"describ|descri[bp]|beschreib|décri|caption|depict|what(?:'s| is| are| do you see)? (?:in|on|shown)\b"
    r"|what(?:'s| is) this|look like|what do you see|who is|was ist|qué hay|que voit"
)
PLAIN_READING = (
    r"read|texts?\b|ocr\b|words?\b|written|writing|says?\b|printed"
    r"|receipt|invoice|letter|page|document|menu|ticket|notice|form\b"
)


def accepts(task: Task) -> str | None:
    """Only goals that ask for text."""
    goal = goal_text(task)
    visual = has_word(goal, VISUAL) and not has_word(goal, PLAIN_READING)
    if not goal or (not visual and has_word(f"{task.goal[:MAX_LENGTH]} {goal}".lower(), READING)):
        return None
    return (
        "it reads printed text only and can't describe a picture; ask for the text in it, or set up a captioning model"
    )


@expert(
    "image-to-text",
    name="rapidocr",
    description="reads printed text (Latin and Chinese script) from a picture or page; does not describe pictures",
    library="rapidocr",
    requires=("rapidocr", "onnxruntime", "cv2"),
    accepts=accepts,
    partial=True,
)
def read_text(call: Call) -> Sequence[Artifact]:
    """The text of the picture, one line each; of several frames or pages one after another, a blank line between them.

    A blank page in a list is no failure: its text is empty.
    """
    picture = call.one("image")
    pages = [lines_in_reading_order(pieces) for pieces in find_pages(picture)]
    if not any(pages) and "[" not in call.key:
        raise no_text(picture)
    text = "\n\n".join("\n".join(lines) for lines in pages if lines)
    note = f"{len(pages)} different frames of {picture.resource.label} were read" if len(pages) > 1 else ""
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text, note=note)]
