"""Causal language models: text-generation, and conversational by the model's chat template."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ...answers import text_answer
from ...inputs import required_text
from ..loading import Source
from ..registry import local
from ..torch_device import device
from .text import token_window

MOST_NEW = 512
"""Tokens of one reply."""
THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


@local("text-generation")
def generate_text(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply where the model has a chat template, else a continuation of the text."""
    return text_answer(call, reply(source, required_text(call, "prompt")))


@local("conversational")
def converse(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to one message."""
    if not source.tokenizer().chat_template:
        raise ExpertError(f"{source.model_id} has no chat template: it continues texts, it does not reply")
    return text_answer(call, reply(source, required_text(call, "text")))


def reply(source: Source, text: str) -> str:
    """The generated text, without the reasoning in `<think>`, which is turned off where the template allows it."""
    model, tokenizer = source.model("AutoModelForCausalLM"), source.tokenizer()
    read = _read(tokenizer, text).to(device())
    given = read["input_ids"].shape[1]
    room = int(getattr(model.config, "max_position_embeddings", 0) or token_window(tokenizer)) - given
    if room < 1:
        raise ExpertError(f"the text is longer than {source.model_id} reads: {given} tokens", input_fault=False)
    output = model.generate(
        input_ids=read["input_ids"],
        attention_mask=read["attention_mask"],
        max_new_tokens=min(MOST_NEW, room),
        pad_token_id=tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id,
    )
    return THOUGHTS.sub("", str(tokenizer.decode(output[0, given:], skip_special_tokens=True))).strip()


def _read(tokenizer: Any, text: str) -> Any:
    if not tokenizer.chat_template:
        return tokenizer(text, return_tensors="pt")
    messages = [{"role": "user", "content": text}]
    return tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_dict=True, return_tensors="pt", enable_thinking=False
    )
