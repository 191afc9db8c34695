"""Sequence to sequence: translation, summaries, rewriting. transformers 5 has no pipelines for them any more."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....languages import english_name, iso1
from ...answers import text_answer
from ...inputs import required_text
from ...translation import accepts_languages, detected_language
from ..language_tokens import token_for
from ..loading import Source, places
from ..registry import local
from ..text_chunks import pieces
from ..torch_device import device
from .text import window

AUTO = "AutoModelForSeq2SeqLM"


@local("text2text-generation")
def rewrite(call: Call, source: Source) -> Sequence[Artifact]:
    """What the model makes of the text as it stands; its instruction is in it."""
    return text_answer(call, _generated(source, required_text(call, "text"), max_new_tokens=256))


@local("summarization")
def summarize(call: Call, source: Source) -> Sequence[Artifact]:
    """Summaries of the pieces that the model reads at once, one after another; at most `max_sentences`."""
    tokenizer = source.tokenizer()
    wish = (source.config.get("task_specific_params") or {}).get("summarization", {})
    prefix = str(wish.get("prefix", "") or "")
    most = min(window(tokenizer), source.config.get("max_position_embeddings") or 10**9)
    room = most - len(tokenizer(prefix)["input_ids"]) - 8
    told = [_summary(source, prefix + piece, wish) for piece in pieces(required_text(call, "text"), tokenizer, room)]
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(told))
    limit = call.task.parameters.get("max_sentences")
    return text_answer(call, " ".join(sentences[:limit] if isinstance(limit, int) and limit > 0 else sentences))


def _summary(source: Source, piece: str, wish: dict[str, Any]) -> str:
    """As long as the model was trained to write, and never longer than half of what it read."""
    own = source.model(AUTO).generation_config
    count = len(source.tokenizer()(piece)["input_ids"])
    longest = int(wish.get("max_length") or own.max_length or 142)
    longest = 142 if longest <= 20 else longest
    least = min(int(wish.get("min_length") or own.min_length or 0), count // 3)
    options = {name: wish[name] for name in ("num_beams", "length_penalty", "no_repeat_ngram_size") if name in wish}
    return _generated(source, piece, max_new_tokens=max(16, min(longest, count)), min_length=least, **options)


@local("translation", accepts=accepts_languages)
def translate(call: Call, source: Source) -> Sequence[Artifact]:
    """Line by line, so that paragraphs stay; long lines in pieces."""
    text = required_text(call, "text")
    prefix, options = _languages(call, source, text)
    tokenizer = source.tokenizer()
    most = min(window(tokenizer), 400) - len(tokenizer(prefix)["input_ids"])
    lines = [
        " ".join(_translated(source, prefix + piece, options) for piece in pieces(line, tokenizer, most))
        for line in text.splitlines()
    ]
    return text_answer(call, "\n".join(lines))


def _translated(source: Source, piece: str, options: dict[str, Any]) -> str:
    count = len(source.tokenizer()(piece)["input_ids"])
    return _generated(source, piece, max_new_tokens=2 * count + 20, **options)


def _languages(call: Call, source: Source, text: str) -> tuple[str, dict[str, Any]]:
    """What to put before the text, and how to tell the model its target; the tokenizer is told the source."""
    given = {end: str(call.task.parameters.get(f"{end}_language", "")) for end in ("source", "target")}
    short = {end: iso1(language) for end, language in given.items()}
    for end, language in given.items():
        if language and short[end] is None:
            raise ExpertError(f"{language!r} is no language known here", input_fault=True, hint="name it in English")
    if source.kind == "marian":
        return _marian_prefix(source, short["target"]), {}
    if short["target"] is None:
        raise ExpertError("translation needs target_language", input_fault=True)
    if source.kind in ("t5", "mt5", "umt5"):
        start = english_name(short["source"] or "en")
        return f"translate {start} to {english_name(short['target'])}: ", {}
    return "", _coded(source, short["source"] or detected_language(text), short["target"])


def _marian_prefix(source: Source, target: str | None) -> str:
    """Models with several targets are told by a token before the text."""
    known = [token for token in source.tokenizer().get_vocab() if re.fullmatch(r">>\w+<<", token)]
    if not known:
        return ""
    if target is None:
        raise ExpertError("translation needs target_language: this model has several", input_fault=True)
    token = token_for(target, known)
    if token is None:
        raise ExpertError(f"{source.model_id} does not translate to {english_name(target)}")
    return f"{token} "


def _coded(source: Source, start: str | None, target: str) -> dict[str, Any]:
    """NLLB, mBART-50 and M2M-100: both languages are tokens."""
    tokenizer = source.tokenizer()
    vocabulary = tokenizer.get_vocab()
    codes = {}
    if start is None:
        raise ExpertError("translation needs source_language: it can't be told from the text here", input_fault=True)
    for end, language in (("source", start), ("target", target)):
        codes[end] = token_for(language, vocabulary)
        if codes[end] is None:
            raise ExpertError(f"{source.model_id} does not know {english_name(language)}, the {end} language")
    tokenizer.src_lang = str(codes["source"]).strip("_") if str(codes["source"]).startswith("__") else codes["source"]
    return {"forced_bos_token_id": vocabulary[str(codes["target"])]}


def _generated(source: Source, text: str, *, max_new_tokens: int, **options: Any) -> str:
    """What the model writes for a text; never more than it has places for."""
    model, tokenizer = source.model(AUTO), source.tokenizer()
    read = tokenizer(text, truncation=True, max_length=window(tokenizer), return_tensors="pt").to(device())
    read = {name: read[name] for name in ("input_ids", "attention_mask")}
    made = model.generate(**read, max_new_tokens=places(model, max_new_tokens), **options)
    return str(tokenizer.decode(made[0], skip_special_tokens=True)).strip()
