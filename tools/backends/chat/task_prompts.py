"""`TASK_PROMPTS`, for `ChatBackend`: by task type the instruction, the schema of the answer, and its parser.

Inputs go into a marked block (`messages.marked`), never into the instruction: they are data, whatever they contain.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ....graph.call import Call
from ....graph.errors import ExpertError
from ....graph.resource import Kind
from ....graph.vocabulary import VOCABULARY
from ..inputs import candidate_labels
from .answer_schemas import (  # fmt: skip
    BOXES,
    ENTITIES,
    LABELS,
    SCORES,
    Parse,
    parse_boxes,
    parse_entities,
    parse_given_labels,
    parse_labels,
    parse_languages,
    parse_scores,
    parse_text,
)

MOST_CHARACTERS = 48_000
"""Of each text that is sent: about 12,000 tokens."""
MEDIA_KINDS: tuple[Kind, ...] = ("image", "mask", "document", "audio", "video")
"""Kinds that go into the message as blocks; audio and video are refused."""


@dataclass(frozen=True)
class TaskPrompt:
    """How a chat model is prompted for one task type."""

    instruction: str | Callable[[Call], str]
    parse: Parse = parse_text
    schema: dict[str, Any] | None = None
    """JSON schema of the answer; None for plain text."""

    def instruction_for(self, call: Call) -> str:
        """The instruction, with the parameters of the call, and with the words of the request that it serves."""
        text, goal = self.instruction if isinstance(self.instruction, str) else self.instruction(call), call.task.goal
        if not goal or goal in text or repr(goal) in text:
            return text
        words = json.dumps(goal, ensure_ascii=False)
        return f"{text}\nThe user's words, of which you do this task and nothing else: {words}"

    def text_inputs(self, call: Call) -> dict[str, Any]:
        """The text inputs, by name; images go into the message as blocks."""
        texts = {
            name: [self._text(call, m.text()) for m in materials]
            for name, materials in call.inputs.items()
            if materials and materials[0].resource.kind not in MEDIA_KINDS
        }
        return {name: many[0] if len(many) == 1 else many for name, many in texts.items()}

    @staticmethod
    def _text(call: Call, text: str) -> str:
        if len(text) > MOST_CHARACTERS:
            raise ExpertError(
                f"{call.expert.model_id} got {len(text):,} characters; the limit is {MOST_CHARACTERS:,}",
                hint="Summarise it in parts, or choose another expert.",
                kind="too_large",
            )
        return text


def _parameter(call: Call, name: str) -> str:
    value = call.task.parameters.get(name)
    return str(value) if value is not None else ""


def _translate(call: Call) -> str:
    target, goal = _parameter(call, "target_language"), call.task.goal
    into = f"into {target}" if target else f"as the goal says ({goal!r})" if goal else "into English"
    return f"Translate the text {into}. Reply with the translation only."


def _summarise(call: Call) -> str:
    limits = [f"at most {most} {unit}s" for unit in ("sentence", "word") if (most := _parameter(call, f"max_{unit}s"))]
    form = {"bullets": " as bullet points", "paragraph": " in one paragraph"}.get(_parameter(call, "format"), "")
    limit = f", in {' and '.join(limits)}" if limits else ""
    return f"Summarise the text in its own language{limit}{form}. Reply with the summary only."


def _classify(call: Call) -> str:
    goal = call.task.goal
    what = f"Label the text for this goal: {goal!r}." if goal else "Label the sentiment of the text."
    return f"{what} Give the few labels that fit, the surest first."


def _describe_image(call: Call) -> str:
    goal = f" The goal is: {call.task.goal!r}." if call.task.goal else ""
    reading = "if its text is asked for, write out the text in it, line by line, and nothing else."
    return f"Describe the picture in a sentence or two; {reading}{goal}"


def _score_given_labels(what: str) -> Callable[[Call], str]:
    return lambda call: (
        f"Which of these labels fit {what}? {', '.join(candidate_labels(call))}. Score each of them, 0 to 1."
    )


def _detect(call: Call) -> str:
    given = call.task.parameters.get("candidate_labels")
    wanted = f": {', '.join(map(str, given))}" if isinstance(given, tuple) and given else ""
    return f"Find the objects in the picture{wanted}, each with its own box."


_ANSWER_FROM = "Answer the question from {what} only, as briefly as it allows. If {what} does not tell, say so."

TASK_PROMPTS: dict[str, TaskPrompt] = {
    "summarization": TaskPrompt(_summarise),
    "translation": TaskPrompt(_translate),
    "text2text-generation": TaskPrompt(
        lambda call: f"Rewrite the text for this goal: {call.task.goal!r}. Reply with the new text only."
    ),
    "text-generation": TaskPrompt("Write what the prompt asks for. Reply with the text only."),
    "conversational": TaskPrompt("Reply to the message."),
    "question-answering": TaskPrompt(
        "Answer the question, from the context where there is one, as briefly as it allows."
    ),
    "table-question-answering": TaskPrompt(_ANSWER_FROM.format(what="the table")),
    "text-classification": TaskPrompt(_classify, parse_labels, LABELS),
    "language-identification": TaskPrompt(
        "Which language is the text in? Give its ISO 639-1 code as the label.", parse_languages, LABELS
    ),
    "token-classification": TaskPrompt(
        lambda call: (
            f"Find names of persons, places and organisations, dates and amounts in the text. {call.task.goal}"
        ),
        parse_entities,
        ENTITIES,
    ),
    "fill-mask": TaskPrompt("Which words may stand in the blank of the text? Likeliest first.", parse_labels, LABELS),
    "zero-shot-classification": TaskPrompt(_score_given_labels("the text"), parse_given_labels, LABELS),
    "sentence-similarity": TaskPrompt(
        "How similar in meaning is each of the sentences to the source sentence, 0 to 1?",
        parse_scores("sentences"),
        SCORES,
    ),
    "text-ranking": TaskPrompt(
        "How well does each of the texts answer the query, 0 to 1?", parse_scores("texts"), SCORES
    ),
    "image-to-text": TaskPrompt(_describe_image),
    "visual-question-answering": TaskPrompt(_ANSWER_FROM.format(what="the picture")),
    "document-question-answering": TaskPrompt(_ANSWER_FROM.format(what="the page")),
    "image-text-to-text": TaskPrompt("Do what the prompt says about the picture."),
    "image-classification": TaskPrompt(
        lambda call: f"Which labels fit the picture? {call.task.goal} The surest first.", parse_labels, LABELS
    ),
    "zero-shot-image-classification": TaskPrompt(_score_given_labels("the picture"), parse_given_labels, LABELS),
    "object-detection": TaskPrompt(_detect, parse_boxes, BOXES),
    "zero-shot-object-detection": TaskPrompt(_detect, parse_boxes, BOXES),
}


def needs_vision(task_type: str) -> bool:
    """Whether the model must read an image."""
    required = [port.kinds for port in VOCABULARY[task_type].inputs if port.required]
    return any("image" in kinds and "table" not in kinds for kinds in required)
