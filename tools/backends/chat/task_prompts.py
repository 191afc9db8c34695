"""Asks: how a chat model is asked to do a task, in which form it must answer, and how that is read.

The material stands in a marked block (`prompts.marked`), never in the instruction: it is data, whatever it says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ....graph.call import Call
from ....graph.errors import ExpertError
from ....graph.vocabulary import VOCABULARY
from ..answers import text_answer
from ..task_api.text import wanted_labels
from .answer_schemas import (  # fmt: skip
    BOXES,
    ENTITIES,
    LABELS,
    SCORES,
    Read,
    read_boxes,
    read_chosen,
    read_entities,
    read_labels,
    read_scores,
)

MOST_CHARACTERS = 48_000
"""Of each text that is sent: about 12,000 tokens."""


@dataclass(frozen=True)
class Ask:
    """One way to ask."""

    instruction: Callable[[Call], str]
    read: Read
    schema: dict[str, Any] | None = None
    """The form of the answer; plain text without."""

    def material(self, call: Call) -> dict[str, Any]:
        """The text inputs, by name; pictures go beside them."""
        texts = {
            name: [self._text(call, m.text()) for m in materials]
            for name, materials in call.inputs.items()
            if materials and materials[0].resource.kind not in ("image", "mask", "document", "audio", "video")
        }
        return {name: many[0] if len(many) == 1 else many for name, many in texts.items()}

    @staticmethod
    def _text(call: Call, text: str) -> str:
        if len(text) > MOST_CHARACTERS:
            raise ExpertError(
                f"{call.expert.model_id} is given {len(text):,} characters; the most is {MOST_CHARACTERS:,}",
                hint="Summarise it in parts, or choose another expert.",
                kind="too_large",
            )
        return text


def _plain(instruction: str) -> Ask:
    return Ask(lambda _call: instruction, text_answer)


def _parameter(call: Call, name: str) -> str:
    value = call.task.parameters.get(name)
    return str(value) if value is not None else ""


def _translate(call: Call) -> str:
    target = _parameter(call, "target_language")
    into = (
        f"into {target}" if target else f"as the goal says ({call.task.goal!r})" if call.task.goal else "into English"
    )
    return f"Translate the text {into}. Reply with the translation only."


def _summarise(call: Call) -> str:
    most = _parameter(call, "max_sentences")
    limit = f", in at most {most} sentences" if most else ""
    return f"Summarise the text in its own language{limit}. Reply with the summary only."


def _classify(call: Call) -> str:
    what = (
        f"Label the text for this goal: {call.task.goal!r}." if call.task.goal else "Label the sentiment of the text."
    )
    return f"{what} Give the few labels that fit, the surest first."


def _look(call: Call) -> str:
    goal = f" The goal is: {call.task.goal!r}." if call.task.goal else ""
    reading = "if its text is asked for, write out the text in it, line by line, and nothing else."
    return f"Describe the picture in a sentence or two; {reading}{goal}"


def _choose(what: str) -> Callable[[Call], str]:
    return lambda call: (
        f"Which of these labels fit {what}? {', '.join(wanted_labels(call))}. Score each of them, 0 to 1."
    )


def _detect(call: Call) -> str:
    given = call.task.parameters.get("candidate_labels")
    wanted = f": {', '.join(map(str, given))}" if isinstance(given, tuple) and given else ""
    return f"Find the objects in the picture{wanted}, each with its own box."


_ANSWER_FROM = "Answer the question from {what} only, as briefly as it allows. If {what} does not tell, say so."

ASKS: dict[str, Ask] = {
    "summarization": Ask(_summarise, text_answer),
    "translation": Ask(_translate, text_answer),
    "text2text-generation": Ask(
        lambda call: f"Rewrite the text for this goal: {call.task.goal!r}. Reply with the new text only.", text_answer
    ),
    "text-generation": _plain("Write what the prompt asks for. Reply with the text only."),
    "conversational": _plain("Reply to the message."),
    "question-answering": _plain("Answer the question, from the context where there is one, as briefly as it allows."),
    "table-question-answering": _plain(_ANSWER_FROM.format(what="the table")),
    "text-classification": Ask(_classify, read_labels, LABELS),
    "language-identification": Ask(
        lambda _call: "Which language is the text in? Give its ISO 639-1 code as the label.", read_labels, LABELS
    ),
    "token-classification": Ask(
        lambda call: (
            f"Find names of persons, places and organisations, dates and amounts in the text. {call.task.goal}"
        ),
        read_entities,
        ENTITIES,
    ),
    "fill-mask": Ask(
        lambda _call: "Which words may stand in the blank of the text? Likeliest first.", read_labels, LABELS
    ),
    "zero-shot-classification": Ask(_choose("the text"), read_chosen, LABELS),
    "sentence-similarity": Ask(
        lambda _call: "How similar in meaning is each of the sentences to the source sentence, 0 to 1?",
        read_scores("sentences"),
        SCORES,
    ),
    "text-ranking": Ask(
        lambda _call: "How well does each of the texts answer the query, 0 to 1?", read_scores("texts"), SCORES
    ),
    "image-to-text": Ask(_look, text_answer),
    "visual-question-answering": _plain(_ANSWER_FROM.format(what="the picture")),
    "document-question-answering": _plain(_ANSWER_FROM.format(what="the page")),
    "image-text-to-text": _plain("Do what the prompt says about the picture."),
    "image-classification": Ask(
        lambda call: f"Which labels fit the picture? {call.task.goal} The surest first.", read_labels, LABELS
    ),
    "zero-shot-image-classification": Ask(_choose("the picture"), read_chosen, LABELS),
    "object-detection": Ask(_detect, read_boxes, BOXES),
    "zero-shot-object-detection": Ask(_detect, read_boxes, BOXES),
}
"""By task type."""


def sees(task_type: str) -> bool:
    """Whether the model must be shown a picture."""
    return any(
        "image" in port.kinds and port.required for port in VOCABULARY[task_type].inputs if "table" not in port.kinds
    )
