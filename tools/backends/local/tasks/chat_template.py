"""`written_by_chat`: summaries and translations by a chat model on this machine, prompted as one on a server is."""

from collections.abc import Iterator, Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....chat_models.messages import marked
from ...chat.task_prompts import TASK_PROMPTS
from ...inputs import required_text
from ..loading import Source
from ..text_chunks import chunks
from .text_generation import MOST_NEW, reply, window_of

_LEAST = 64
"""Tokens of a text that a model must be able to read beside its instruction and its answer."""
_CAUSAL = "AutoModelForCausalLM"


def written_by_chat(call: Call, source: Source, other: str) -> Sequence[Artifact] | None:
    """The result by the model's chat template; None for a model of the auto class `other`.

    A text that does not fit is done in parts, one after another. Raises `ExpertError` for a model that can do neither, for
    an answer that was cut off, and for one that repeats itself without an end.
    """
    if source.class_for((other, _CAUSAL)) == other:
        return None
    if not source.tokenizer().chat_template:
        raise ExpertError(
            f"{source.model_id} has no chat template: it continues texts, it does not follow an instruction",
            kind="wrong_task",
        )
    prompt = TASK_PROMPTS[call.task.type]
    instruction = prompt.instruction_for(call)
    parts = []
    for piece in _pieces(source, instruction, required_text(call, "text"), halves=call.task.type == "translation"):
        written = reply(source, f"{instruction}\n{marked({'text': piece})}", most=_most_new(source, piece))
        if written.cut:
            raise ExpertError(f"{source.model_id} came to no end: its answer was {written.cut}", retryable=True)
        parts.append(written.text)
    return prompt.parse(call, "\n".join(parts))


def _pieces(source: Source, instruction: str, text: str, *, halves: bool) -> Iterator[str]:
    """Parts that fit the model beside its instruction and its answer; the whole text where it fits."""
    tokenizer = source.tokenizer()
    left = window_of(source) - _tokens(tokenizer, f"{instruction}\n{marked({'text': ''})}") - _LEAST
    most = left // 3 if halves else left - min(MOST_NEW, left // 2)  # a translation may be twice as long as its text
    if most < _LEAST:
        raise ExpertError(f"{source.model_id} reads too little at once: {window_of(source)} tokens", kind="too_large")
    if _tokens(tokenizer, text) <= most:
        yield text
    else:
        yield from chunks(text, tokenizer, most)


def _most_new(source: Source, piece: str) -> int:
    return max(MOST_NEW, 2 * _tokens(source.tokenizer(), piece))


def _tokens(tokenizer: Any, text: str) -> int:
    return len(tokenizer(text)["input_ids"])
