"""video-text-to-text, of one kind only: what the subtitles of a film answer."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ..goal_words import goal_and_prompt, has_word
from ..registry import expert
from .answer_from_document import VISUAL
from .answer_question import answer_artifact

_SAID = r"who|whose|when|where|why|how (?:much|many|long|old|often)|what is the (?:name|price|total|date|code|address)"
_SEEN = (
    rf"{VISUAL}|show|see|seen|visible|wear|holding|look|appear|scene|shot|frame|describe|happen|person|people|face|screen"
    r"|background|who is (?:this|that|he|she)|who are|where is (?:this|that|it)\b"
)


def accepts(task: Task) -> str | None:
    """Only questions that words can answer."""
    asked = goal_and_prompt(task)
    if has_word(asked, _SEEN) or not has_word(asked, _SAID):
        return "it reads the subtitles of a film only; what a film shows needs a vision model"
    return None


@expert(
    "video-text-to-text",
    name="subtitle-qa",
    description="answers from the subtitles that a film holds; sees and hears nothing of it",
    library="av",
    requires=("av",),
    accepts=accepts,
    partial=True,
)
def answer_from_film(call: Call) -> Sequence[Artifact]:
    """The words of the subtitles that answer. Raises `ExpertError` where there are none, or they do not answer."""
    from ....media.film_subtitles import read_subtitles

    film, question = call.one("video"), call.text("prompt")
    label = film.resource.label
    said = "\n".join(line.text for line in read_subtitles(film))
    try:
        made = answer_artifact(question, said, f"the subtitles of {label}")
    except ExpertError as error:
        error.message += "; what the film shows was not looked at"
        raise
    return [made.model_copy(update={"note": "from its subtitles; what the film shows was not looked at"})]
