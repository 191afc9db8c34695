"""Text in, text or labels out; and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ...media.table_columns import columns
from ..answers import entity_answer, label_answer, row_answer, score_answer, text_answer, vector_answer
from ..local.tasks.text import needs_context, needs_labels
from .languages import can_be_told, told
from .methods import method

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient


@method("text-classification")
@method("language-identification", provider_task="text-classification")
def classify(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of a text."""
    return label_answer(call, client.text_classification(call.text("text")))


@method("token-classification")
def find_entities(client: InferenceClient, call: Call) -> list[Artifact]:
    """Entities, their pieces joined."""
    found: Any = client.token_classification(call.text("text"), aggregation_strategy="simple")
    return entity_answer(
        call, [row if row.get("entity_group") else {**row, "entity_group": row["entity"]} for row in found]
    )


@method("summarization")
def summarize(client: InferenceClient, call: Call) -> list[Artifact]:
    """A shorter text."""
    return text_answer(call, client.summarization(call.text("text")).summary_text)


@method("translation", heeds=("source_language", "target_language"), accepts=can_be_told)
def translate(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text in another language."""
    text = call.text("text")
    languages = told(call, text)
    return text_answer(call, client.translation(languages.prefix + text, **languages.parameters).translation_text)


@method("question-answering", heeds=("context",), accepts=needs_context)
def answer_question(client: InferenceClient, call: Call) -> list[Artifact]:
    """The words of the context that answer."""
    if not call.has("context"):
        raise ExpertError(
            f"{call.expert.model_id} finds answers in a text, and got none",
            hint="Give it a context.",
            kind="wrong_task",
        )
    found: Any = client.question_answering(question=call.text("question"), context=call.text("context"))
    best = found[0] if isinstance(found, list) else found
    return text_answer(call, best.answer)


@method("text-generation", "conversational", provider_task="conversational")
def chat(client: InferenceClient, call: Call) -> list[Artifact]:
    """What a chat model replies."""
    prompt = call.text("prompt" if call.has("prompt") else "text")
    reply = client.chat_completion([{"role": "user", "content": prompt}], max_tokens=2048)
    return text_answer(call, reply.choices[0].message.content)


@method("text2text-generation", provider_task="text-generation")
def rewrite(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text put as its instruction says."""
    return text_answer(call, client.text_generation(call.text("text"), max_new_tokens=512))


@method("fill-mask")
def fill(client: InferenceClient, call: Call) -> list[Artifact]:
    """Words for the blank, the likeliest first. Models differ in how they spell it: `[MASK]` or `<mask>`."""
    text = call.text("text")
    roberta = any(word in call.expert.model_id.lower() for word in ("roberta", "bart", "camembert"))
    mask = "<mask>" if roberta else "[MASK]"
    for spelling in ("[MASK]", "<mask>", "___"):
        text = text.replace(spelling, mask)
    found: Any = client.fill_mask(text)
    return label_answer(call, [{"label": row.token_str.strip(), "score": row.score} for row in found])


@method("sentence-similarity")
def compare(client: InferenceClient, call: Call) -> list[Artifact]:
    """How near each sentence is to the source."""
    others = [material.text() for material in call.inputs["sentences"]]
    return score_answer(call, others, client.sentence_similarity(call.text("source_sentence"), other_sentences=others))


@method("feature-extraction")
def embed(client: InferenceClient, call: Call) -> list[Artifact]:
    """The text as a vector."""
    return vector_answer(call, client.feature_extraction(call.text("text")).tolist())


@method("zero-shot-classification", heeds=("candidate_labels",), accepts=needs_labels)
def classify_as_told(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of one's own."""
    return label_answer(call, client.zero_shot_classification(call.text("text"), candidate_labels=wanted_labels(call)))


@method("table-question-answering")
def ask_table(client: InferenceClient, call: Call) -> list[Artifact]:
    """An answer from the cells of a table."""
    found: Any = client.table_question_answering(table=columns(call.one("table")), query=call.text("question"))
    return text_answer(call, found.answer)


@method("tabular-classification")
def classify_rows(client: InferenceClient, call: Call) -> list[Artifact]:
    """A label for each row, in the order of the rows."""
    found: Any = client.tabular_classification(columns(call.one("table")))
    if not isinstance(found, list):
        raise ExpertError(f"{call.expert.model_id} gave no list of labels", kind="garbage", retryable=True)
    return row_answer(call, [{"label": str(label)} for label in found])


def wanted_labels(call: Call) -> list[str]:
    """The labels to choose from."""
    given = call.task.parameters.get("candidate_labels")
    labels = [str(label) for label in given] if isinstance(given, tuple) else []
    if not labels:
        raise ExpertError(
            f"{call.task.type} needs labels to choose from", hint="Give candidate_labels.", input_fault=True
        )
    return labels
