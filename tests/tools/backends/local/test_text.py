"""Text tasks by tiny models in a real worker process: their form, their limits, their bad input."""

import json
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from local_calls import Do

LONG = "the cat sat on the mat and the dog lives in paris . " * 40


def read(artifact: Artifact) -> Any:
    return json.loads(artifact.text or "")


async def test_text_classification_returns_every_label_best_score_first(do: Do) -> None:
    labels = read((await do("text-classification", "bert_sentiment", {"text": "a good film"}))["labels"])
    assert {row["label"] for row in labels} == {"NEGATIVE", "POSITIVE"}
    assert labels[0]["score"] >= labels[1]["score"]
    assert sum(row["score"] for row in labels) == pytest.approx(1, abs=1e-4)


async def test_a_text_longer_than_the_model_reads_is_classified_by_its_beginning(do: Do) -> None:
    assert await do("language-identification", "bert_sentiment", {"text": LONG})


async def test_token_classification_names_spans_of_the_text(do: Do) -> None:
    text = "John lives in Paris"
    rows = read((await do("token-classification", "bert_names", {"text": text}))["labels"])
    assert rows
    for row in rows:
        assert row["entity_group"] in {"PER", "LOC", "O"}
        assert text[row["start"] : row["end"]].lower() == row["word"].lower().replace(" ##", "")


async def test_token_classification_reads_a_long_text_to_its_end(do: Do) -> None:
    rows = read((await do("token-classification", "bert_names", {"text": LONG}))["labels"])
    assert rows[-1]["end"] > len(LONG) * 0.9


@pytest.mark.parametrize("gap", ["[MASK]", "___", "<mask>", "..."])
async def test_fill_mask_takes_a_blank_in_every_usual_spelling(do: Do, gap: str) -> None:
    rows = read((await do("fill-mask", "bert_gaps", {"text": f"the cat sat on the {gap}"}))["labels"])
    assert len(rows) == 5
    assert all(0 < row["score"] <= 1 for row in rows)


async def test_fill_mask_without_a_blank_reports_how_one_is_written(do: Do) -> None:
    with pytest.raises(ExpertError, match="no blank in the text") as error:
        await do("fill-mask", "bert_gaps", {"text": "the cat sat on the mat"})
    assert error.value.input_fault


async def test_zero_shot_classification_scores_the_given_labels(do: Do) -> None:
    made = await do(
        "zero-shot-classification", "bert_entailment", {"text": "the cat sat"}, candidate_labels=("cat", "city", "film")
    )
    rows = read(made["labels"])
    assert {row["label"] for row in rows} == {"cat", "city", "film"}


async def test_zero_shot_classification_without_labels_is_refused_before_anything_is_loaded(do: Do) -> None:
    with pytest.raises(ExpertError, match="needs labels to choose from"):
        await do("zero-shot-classification", "bert_entailment", {"text": "the cat sat"})


async def test_feature_extraction_gives_one_vector_of_length_one(do: Do) -> None:
    vector = read((await do("feature-extraction", "bert_sentences", {"text": "hello world"}))["embedding"])
    assert len(vector) == 32
    assert sum(number * number for number in vector) == pytest.approx(1, abs=1e-3)


async def test_a_sentence_is_most_similar_to_itself(do: Do) -> None:
    others = ["the dog sat", "a good film", "the cat sat"]
    made = await do("sentence-similarity", "bert_sentences", {"source_sentence": "the cat sat", "sentences": others})
    rows = read(made["scores"])
    assert rows[0]["label"] == "the cat sat"
    assert rows[0]["score"] == pytest.approx(1, abs=1e-3)
    assert len(rows) == 3


async def test_text_ranking_orders_texts_by_a_score_from_0_to_1(do: Do) -> None:
    made = await do("text-ranking", "bert_ranking", {"query": "who sat", "texts": ["the cat sat", "red house", LONG]})
    rows = read(made["scores"])
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert all(0 <= row["score"] <= 1 for row in rows)


async def test_text_ranking_refuses_a_model_that_classifies(do: Do) -> None:
    with pytest.raises(ExpertError, match="it does not rank them"):
        await do("text-ranking", "bert_sentiment", {"query": "who sat", "texts": ["the cat sat", "red house"]})


@pytest.mark.parametrize("context", ["the cat sat on the mat", LONG])
async def test_question_answering_gives_words_of_the_text(do: Do, context: str) -> None:
    made = await do("question-answering", "bert_answers", {"question": "who sat ?", "context": context})
    assert made["text"].text
    assert made["text"].text in context


async def test_question_answering_without_a_text_is_refused(do: Do) -> None:
    with pytest.raises(ExpertError, match="it finds answers in a text only"):
        await do("question-answering", "bert_answers", {"question": "who sat ?"})


async def test_table_question_answering_returns_cells_or_an_aggregate_of_them(do: Do, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("city,zebras\nparis,2\nberlin,3\n")
    made = await do("table-question-answering", "tapas", {"table": table, "question": "how many zebras"})
    assert made["text"].text


async def test_a_model_for_another_task_is_refused_by_its_class(do: Do) -> None:
    with pytest.raises(ExpertError, match="is not for token-classification: it is BertForSequenceClassification"):
        await do("token-classification", "bert_sentiment", {"text": "John"})


async def test_an_empty_text_is_the_input_s_fault(do: Do) -> None:
    with pytest.raises(ExpertError, match="the text is empty") as error:
        await do("text-classification", "bert_sentiment", {"text": "  "})
    assert error.value.input_fault
