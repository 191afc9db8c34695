"""Translation, summarization, text2text by sequence-to-sequence models; the first two also by chat models."""

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
from ..loading import Source, token_limit
from ..registry import local
from ..text_chunks import chunks
from ..torch_device import device
from .chat_template import written_by_chat
from .text import token_window

AUTO = "AutoModelForSeq2SeqLM"


@local("text2text-generation")
def rewrite(call: Call, source: Source) -> Sequence[Artifact]:
    """The model's output for the text, which contains its own instruction."""
    return text_answer(call, _generated(source, required_text(call, "text"), max_new_tokens=256))


@local("summarization")
def summarize(call: Call, source: Source) -> Sequence[Artifact]:
    """Summaries of chunks that fit the model, one after another; at most `max_sentences`."""
    if (written := written_by_chat(call, source, AUTO)) is not None:
        return written
    tokenizer = source.tokenizer()
    trained = (source.config.get("task_specific_params") or {}).get("summarization", {})
    prefix = str(trained.get("prefix", "") or "")
    most = min(token_window(tokenizer), source.config.get("max_position_embeddings") or 10**9)
    room = most - len(tokenizer(prefix)["input_ids"]) - 8
    summaries = [
        _summary(source, prefix + piece, trained) for piece in chunks(required_text(call, "text"), tokenizer, room)
    ]
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(summaries))
    limit = call.task.parameters.get("max_sentences")
    return text_answer(call, " ".join(sentences[:limit] if isinstance(limit, int) and limit > 0 else sentences))


def _summary(source: Source, piece: str, trained: dict[str, Any]) -> str:
    """The summary of a text that fits the model: as long as the model was trained for, and not longer than the text."""
    own = source.model(AUTO).generation_config
    count = len(source.tokenizer()(piece)["input_ids"])
    longest = int(trained.get("max_length") or own.max_length or 142)
    longest = 142 if longest <= 20 else longest
    least = min(int(trained.get("min_length") or own.min_length or 0), count // 3)
    options = {
        name: trained[name] for name in ("num_beams", "length_penalty", "no_repeat_ngram_size") if name in trained
    }
    return _generated(source, piece, max_new_tokens=max(16, min(longest, count)), min_length=least, **options)


@local("translation", accepts=accepts_languages)
def translate(call: Call, source: Source) -> Sequence[Artifact]:
    """The text translated line by line, which keeps its paragraphs; long lines in chunks."""
    text = required_text(call, "text")
    if (written := written_by_chat(call, source, AUTO)) is not None:
        return written
    prefix, options = _languages(call, source, text)
    tokenizer = source.tokenizer()
    most = min(token_window(tokenizer), 400) - len(tokenizer(prefix)["input_ids"])
    lines = [
        " ".join(_translated(source, prefix + piece, options) for piece in chunks(line, tokenizer, most))
        for line in text.splitlines()
    ]
    return text_answer(call, "\n".join(lines))


def _translated(source: Source, piece: str, options: dict[str, Any]) -> str:
    count = len(source.tokenizer()(piece)["input_ids"])
    return _generated(source, piece, max_new_tokens=2 * count + 20, **options)


def _languages(call: Call, source: Source, text: str) -> tuple[str, dict[str, Any]]:
    """The prefix of the text and the options for generation that set the languages; also sets the tokenizer's source."""
    given = {end: str(call.task.parameters.get(f"{end}_language", "")) for end in ("source", "target")}
    codes = {end: iso1(language) for end, language in given.items()}
    for end, language in given.items():
        if language and codes[end] is None:
            raise ExpertError(f"{language!r} is no language known here", input_fault=True, hint="name it in English")
    if source.kind == "marian":
        return _marian_prefix(source, codes["target"]), {}
    if codes["target"] is None:
        raise ExpertError("translation needs target_language", input_fault=True)
    if source.kind in ("t5", "mt5", "umt5"):
        start = english_name(codes["source"] or "en")
        return f"translate {start} to {english_name(codes['target'])}: ", {}
    return "", _coded(source, codes["source"] or detected_language(text), codes["target"])


def _marian_prefix(source: Source, target: str | None) -> str:
    """The token before the text that names the target, for Marian models with several targets."""
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
    """The options for NLLB, mBART-50 and M2M-100, for which both languages are tokens."""
    tokenizer = source.tokenizer()
    vocabulary = tokenizer.get_vocab()
    codes = {}
    if start is None:
        raise ExpertError(
            "translation needs source_language: it can't be detected from the text here", input_fault=True
        )
    for end, language in (("source", start), ("target", target)):
        codes[end] = token_for(language, vocabulary)
        if codes[end] is None:
            raise ExpertError(f"{source.model_id} does not know {english_name(language)}, the {end} language")
    tokenizer.src_lang = str(codes["source"]).strip("_") if str(codes["source"]).startswith("__") else codes["source"]
    return {"forced_bos_token_id": vocabulary[str(codes["target"])]}


def _generated(source: Source, text: str, *, max_new_tokens: int, **options: Any) -> str:
    model, tokenizer = source.model(AUTO), source.tokenizer()
    read = tokenizer(text, truncation=True, max_length=token_window(tokenizer), return_tensors="pt").to(device())
    read = {name: read[name] for name in ("input_ids", "attention_mask")}
    output = model.generate(**read, max_new_tokens=token_limit(model, max_new_tokens), **options)
    return str(tokenizer.decode(output[0], skip_special_tokens=True)).strip()
