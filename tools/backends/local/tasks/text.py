"""Text in, labels, numbers or words of the text out: encoders with a head."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.rows import rows
from ...accepts import needs_context, needs_labels
from ...answers import entity_answer, label_answer, score_answer, text_answer, vector_answer
from ...inputs import candidate_labels, required_text
from ..loading import Source
from ..registry import local
from ..torch_device import device

BLANK = re.compile(r"\[MASK\]|<mask>|\[BLANK\]|_{2,}|\.{3,}|…", re.IGNORECASE)
"""How people and other models' tokenizers write a gap."""
MOST_TOKENS = 512
"""Of one window, where a tokenizer does not say how many its model reads."""
STRIDE = 128
"""Tokens that neighbouring windows share."""


@local("text-classification", "language-identification")
def classify(call: Call, source: Source) -> Sequence[Artifact]:
    """Every label with its score. What is longer than the model reads is cut."""
    pipe = source.pipeline("text-classification", "AutoModelForSequenceClassification")
    return label_answer(
        call, pipe(required_text(call, "text"), top_k=None, truncation=True, max_length=window(pipe.tokenizer))
    )


@local("token-classification")
def tag(call: Call, source: Source) -> Sequence[Artifact]:
    """Names and other spans, long texts in windows that overlap."""
    pipe = source.pipeline("token-classification", "AutoModelForTokenClassification")
    text, most = required_text(call, "text"), window(pipe.tokenizer)
    options: dict[str, Any] = {"aggregation_strategy": "simple"}
    if pipe.tokenizer.is_fast and len(pipe.tokenizer(text)["input_ids"]) > most:
        options["stride"] = min(STRIDE, most // 4)
    return entity_answer(call, pipe(text, **options))


@local("fill-mask")
def fill(call: Call, source: Source) -> Sequence[Artifact]:
    """The likeliest words for the first gap in the text."""
    pipe = source.pipeline("fill-mask", "AutoModelForMaskedLM")
    text, gap = required_text(call, "text"), pipe.tokenizer.mask_token
    if gap not in text:
        text, found = BLANK.subn(gap, text, count=1)
        if not found:
            raise ExpertError("there is no gap in the text; write it as ___ or [MASK]", input_fault=True)
    found_words = pipe(text)
    first = found_words[0] if isinstance(found_words[0], list) else found_words
    return label_answer(call, [{"label": row["token_str"].strip(), "score": row["score"]} for row in first])


@local("zero-shot-classification", accepts=needs_labels)
def classify_freely(call: Call, source: Source) -> Sequence[Artifact]:
    """Each label as a hypothesis that the text entails, or not."""
    pipe = source.pipeline("zero-shot-classification", "AutoModelForSequenceClassification")
    made = pipe(required_text(call, "text"), candidate_labels=candidate_labels(call))
    told = [{"label": label, "score": score} for label, score in zip(made["labels"], made["scores"], strict=True)]
    return label_answer(call, told)


@local("feature-extraction")
def embed_text(call: Call, source: Source) -> Sequence[Artifact]:
    """One vector of length 1 for the whole text."""
    return vector_answer(call, embed(source, [required_text(call, "text")])[0])


@local("sentence-similarity")
def compare_sentences(call: Call, source: Source) -> Sequence[Artifact]:
    """The cosine between the source sentence and each other."""
    others = [material.text() for material in call.inputs.get("sentences", ())]
    if not others:
        raise ExpertError("sentence-similarity needs sentences to compare with", input_fault=True)
    vectors = embed(source, [required_text(call, "source_sentence"), *others])
    return score_answer(call, others, vectors[1:] @ vectors[0])


@local("text-ranking")
def rank(call: Call, source: Source) -> Sequence[Artifact]:
    """A cross-encoder's score, 0 to 1, of each text for the query."""
    import torch

    model = source.model("AutoModelForSequenceClassification", exact=True)
    if model.config.num_labels != 1:
        raise ExpertError(f"{source.model_id} classifies pairs of texts; it does not rank them")
    query, tokenizer = required_text(call, "query"), source.tokenizer()
    texts = [material.text() for material in call.inputs.get("texts", ())]
    if not texts:
        raise ExpertError("text-ranking needs texts to order", input_fault=True)
    scores: list[float] = []
    for text in texts:  # one by one: padding would let long ones slow the short ones
        read = tokenizer(query, text, truncation="only_second", max_length=window(tokenizer), return_tensors="pt")
        scores.append(torch.sigmoid(model(**read.to(device())).logits[0, 0].float()).item())
    return score_answer(call, texts, scores)


@local("question-answering", accepts=needs_context)
def answer(call: Call, source: Source) -> Sequence[Artifact]:
    """The span of the text that answers best, long texts in windows that overlap."""
    question, context = required_text(call, "question"), required_text(call, "context")
    model, tokenizer = source.model("AutoModelForQuestionAnswering", exact=True), source.tokenizer()
    if not tokenizer.is_fast:
        raise ExpertError(f"{source.model_id} has no fast tokenizer, which tells where words stand in the text")
    read = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=window(tokenizer),
        stride=min(STRIDE, window(tokenizer) // 4),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    best, nothing = (float("-inf"), 0, 0), float("inf")
    for number in range(len(read["input_ids"])):
        score, start, end, none = _best_span(model, tokenizer, read, number)
        best, nothing = max(best, (score, start, end)), min(nothing, none)
    if best[1] == best[2] or (getattr(model.config, "has_no_answer", False) and nothing > best[0]):
        raise ExpertError("the text holds no answer to the question", input_fault=False)
    return text_answer(call, context[best[1] : best[2]])


LONGEST_ANSWER = 30
"""Tokens."""


def _best_span(model: Any, tokenizer: Any, read: Any, number: int) -> tuple[float, int, int, float]:
    """Score, first and last character of the best span in a window, and the score of there being none."""
    import torch

    names = [name for name in tokenizer.model_input_names if name in read]
    out = model(**{name: torch.tensor([read[name][number]], device=device()) for name in names})
    starts, ends = out.start_logits[0].float().log_softmax(-1), out.end_logits[0].float().log_softmax(-1)
    inside = [place for place, part in enumerate(read.sequence_ids(number)) if part == 1]
    none = float(starts[0] + ends[0])
    if not inside:
        return float("-inf"), 0, 0, none
    first, last = inside[0], inside[-1] + 1
    pairs = starts[first:last, None] + ends[None, first:last]
    allowed = torch.ones_like(pairs, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
    flat = int(pairs.masked_fill(~allowed, float("-inf")).argmax())
    start, end = divmod(flat, last - first)
    offsets = read["offset_mapping"][number]
    return float(pairs[start, end]), offsets[first + start][0], offsets[first + end][1], none


@local("table-question-answering", requires=("pandas",))
def answer_from_table(call: Call, source: Source) -> Sequence[Artifact]:
    """Tapas: the cells that answer, added up, averaged or counted where the question asks for that."""
    table = rows(call.one("table"))
    if not table:
        raise ExpertError("the table can't be read as rows", input_fault=True, hint="give it as CSV")
    pipe = source.pipeline("table-question-answering", "AutoModelForTableQuestionAnswering")
    columns = {name: [str(row.get(name, "")) for row in table] for name in table[0]}
    made = pipe(table=columns, query=required_text(call, "question"))
    made = made[0] if isinstance(made, list) else made
    cells = [str(cell) for cell in made.get("cells") or ()]
    return text_answer(call, _computed(str(made.get("aggregator") or "NONE"), cells))


def _computed(aggregator: str, cells: list[str]) -> str:
    """What Tapas names is done here: it does not reckon itself."""
    if not cells:
        raise ExpertError("the table holds no answer to the question")
    if aggregator == "COUNT":
        return str(len(cells))
    if aggregator in ("SUM", "AVERAGE"):
        try:
            numbers = [float(cell.replace(",", "").replace(" ", "")) for cell in cells]
        except ValueError:
            return ", ".join(cells)
        return f"{sum(numbers) / (len(numbers) if aggregator == 'AVERAGE' else 1):g}"
    return ", ".join(cells)


def embed(source: Source, texts: Sequence[str]) -> Any:
    """Vectors of length 1, an array of shape (texts, dimensions); pooled as the model's own files say, else averaged."""
    import torch

    model, tokenizer = source.model("AutoModel", exact=True), source.tokenizer()
    vectors = []
    for text in texts:
        read = tokenizer(text, truncation=True, max_length=window(tokenizer), return_tensors="pt").to(device())
        states = model(**read).last_hidden_state[0].float()
        vector = states[0] if source.takes_first_token else states.mean(0)
        vectors.append(torch.nn.functional.normalize(vector, dim=0))
    return torch.stack(vectors).cpu().numpy()


def window(tokenizer: Any) -> int:
    """Tokens that the model reads at once."""
    most = int(min(tokenizer.model_max_length, 100_000))
    return MOST_TOKENS if most == 100_000 else most
