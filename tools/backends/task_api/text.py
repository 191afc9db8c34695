"""Functions registered with `method` that take text or a table, and return text, labels, scores or a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ...media.table_columns import columns
from ..accepts import needs_context, needs_labels
from ..answers import entity_answer, label_answer, part, row_answer, score_answer, text_answer, vector_answer
from ..inputs import candidate_labels
from .methods import method
from .translation_languages import accepts as accepts_languages
from .translation_languages import language_request

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient


@method("text-classification")
@method("language-identification", provider_task="text-classification")
def classify_text(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of a text."""
    return label_answer(call, client.text_classification(call.text("text")))


@method("token-classification")
def find_entities(client: InferenceClient, call: Call) -> list[Artifact]:
    """Entities, their tokens joined."""
    found: Any = client.token_classification(call.text("text"), aggregation_strategy="simple")
    groups = [part(call, "list of entities", row, "entity_group") or row.entity for row in found]
    return entity_answer(call, [{**row, "entity_group": group} for row, group in zip(found, groups, strict=True)])


@method("summarization")
def summarize(client: InferenceClient, call: Call) -> list[Artifact]:
    """A shorter text."""
    return text_answer(call, client.summarization(call.text("text")).summary_text)


@method("translation", uses=("source_language", "target_language"), accepts=accepts_languages)
def translate(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text in another language."""
    text = call.text("text")
    languages = language_request(call, text)
    return text_answer(call, client.translation(languages.prefix + text, **languages.parameters).translation_text)


@method("question-answering", uses=("context",), accepts=needs_context)
def answer_question(client: InferenceClient, call: Call) -> list[Artifact]:
    """The span of the context that answers."""
    found: Any = client.question_answering(question=call.text("question"), context=call.text("context"))
    best = part(call, "answer", found, 0) if isinstance(found, list) else found
    return text_answer(call, part(call, "answer", best, "answer"))


@method("text-generation", "conversational", provider_task="conversational")
def chat(client: InferenceClient, call: Call) -> list[Artifact]:
    """A chat model's reply."""
    prompt = call.text("prompt" if call.has("prompt") else "text")
    reply = client.chat_completion([{"role": "user", "content": prompt}], max_tokens=2048)
    return text_answer(call, part(call, "reply", reply, "choices", 0, "message", "content"))


@method("text2text-generation", provider_task="text-generation")
def rewrite(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text rewritten as its own instruction requires."""
    return text_answer(call, client.text_generation(call.text("text"), max_new_tokens=512))


@method("fill-mask")
def fill_mask(client: InferenceClient, call: Call) -> list[Artifact]:
    """Words for the blank, the likeliest first. Models differ in how they spell it: `[MASK]` or `<mask>`."""
    text = call.text("text")
    roberta = any(word in call.expert.model_id.lower() for word in ("roberta", "bart", "camembert"))
    mask = "<mask>" if roberta else "[MASK]"
    for spelling in ("[MASK]", "<mask>", "___"):
        text = text.replace(spelling, mask)
    found: Any = client.fill_mask(text)
    words = [part(call, "list of words", row, "token_str") for row in found]
    labels = [word.strip() if isinstance(word, str) else word for word in words]
    return label_answer(call, [{"label": label, "score": row.score} for label, row in zip(labels, found, strict=True)])


@method("sentence-similarity")
def compare_sentences(client: InferenceClient, call: Call) -> list[Artifact]:
    """How similar each sentence is to the source sentence."""
    others = [material.text() for material in call.inputs["sentences"]]
    return score_answer(call, others, client.sentence_similarity(call.text("source_sentence"), other_sentences=others))


@method("feature-extraction")
def embed(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text as a vector."""
    return vector_answer(call, client.feature_extraction(call.text("text")).tolist())


@method("zero-shot-classification", uses=("candidate_labels",), accepts=needs_labels)
def classify_text_by_given_labels(client: InferenceClient, call: Call) -> list[Artifact]:
    """The user's own labels, each with its score."""
    found = client.zero_shot_classification(call.text("text"), candidate_labels=candidate_labels(call))
    return label_answer(call, found)


@method("table-question-answering")
def answer_from_table(client: InferenceClient, call: Call) -> list[Artifact]:
    """An answer from the cells of a table."""
    found: Any = client.table_question_answering(table=columns(call.one("table")), query=call.text("question"))
    return text_answer(call, found.answer)


@method("tabular-classification")
def classify_rows(client: InferenceClient, call: Call) -> list[Artifact]:
    """A label for each row, in the order of the rows."""
    found: Any = client.tabular_classification(columns(call.one("table")))
    if not isinstance(found, list):
        raise ExpertError(f"{call.expert.model_id} returned no list of labels", kind="garbage", retryable=True)
    return row_answer(call, [{"label": str(label)} for label in found])
