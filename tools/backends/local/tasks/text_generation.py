"""Causal language models: text-generation, and conversational by the model's chat template."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ...chat.answer_schemas import parse_text
from ...inputs import required_text
from ..loading import Source
from ..registry import local
from ..torch_device import device
from .text import token_window

MOST_NEW = 512
"""Tokens of one reply."""
THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class Reply(NamedTuple):
    """What a model wrote, without its reasoning."""

    text: str
    cut: str
    """Where it was cut off, as a note to the reader; empty where the model came to its end."""


@local("text-generation")
def generate_text(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply where the model has a chat template, else a continuation of the text."""
    return _answer(call, reply(source, required_text(call, "prompt")))


@local("conversational")
def converse(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to one message."""
    if not source.tokenizer().chat_template:
        raise ExpertError(f"{source.model_id} has no chat template: it continues texts, it does not reply")
    return _answer(call, reply(source, required_text(call, "text")))


def _answer(call: Call, given: Reply) -> list[Artifact]:
    (made,) = parse_text(call, given.text)
    return [made.model_copy(update={"note": given.cut})]


def reply(source: Source, text: str, *, most: int = MOST_NEW) -> Reply:
    """The generated text, of at most `most` tokens. Reasoning in `<think>` is left out, and where possible turned off."""
    model, tokenizer = source.model("AutoModelForCausalLM"), source.tokenizer()
    read = _read(tokenizer, text).to(device())
    given = read["input_ids"].shape[1]
    room = window_of(source) - given
    if room < 1:
        raise ExpertError(f"the text is longer than {source.model_id} reads: {given} tokens", input_fault=False)
    limit = min(most, room)
    output = model.generate(
        input_ids=read["input_ids"],
        attention_mask=read["attention_mask"],
        max_new_tokens=limit,
        pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
    )
    written = output[0, given:]
    ends = model.generation_config.eos_token_id
    ended = len(written) < limit or int(written[-1]) in (ends if isinstance(ends, list) else [ends])
    text = THOUGHTS.sub("", str(tokenizer.decode(written, skip_special_tokens=True))).strip()
    return Reply(text, "" if ended else f"cut off after {limit} tokens")


def window_of(source: Source) -> int:
    """Tokens of a text and its answer together."""
    own = source.model("AutoModelForCausalLM").config
    return int(getattr(own, "max_position_embeddings", 0) or token_window(source.tokenizer()))


def _read(tokenizer: Any, text: str) -> Any:
    if not tokenizer.chat_template:
        return tokenizer(text, return_tensors="pt")
    messages = [{"role": "user", "content": text}]
    return tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_dict=True, return_tensors="pt", enable_thinking=False
    )
