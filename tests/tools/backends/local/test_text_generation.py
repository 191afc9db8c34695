"""Text generation and translation by tiny models in a real worker process; their output is nonsense, its form is not."""

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.local.language_tokens import token_for
from hugginggpt.tools.backends.translation import accepts_languages
from hugginggpt.tools.languages import iso1
from local_calls import Do

STORY = "The cat sat on the mat. The dog lives in Paris. John is happy and Mary is sad. " * 12


@pytest.mark.parametrize("model", ["t5", "bart"])
async def test_text2text_generation_writes(do: Do, model: str) -> None:
    assert (await do("text2text-generation", model, {"text": "say hello"}))["text"].text


@pytest.mark.parametrize("model", ["t5", "bart"])
@pytest.mark.parametrize("text", ["The cat sat on the mat.", STORY])
async def test_summarization_takes_short_texts_and_long_ones_in_pieces(do: Do, model: str, text: str) -> None:
    assert (await do("summarization", model, {"text": text}))["text"].text


@pytest.mark.parametrize("task_type", ["summarization", "translation"])
async def test_a_chat_model_summarises_and_translates_by_its_template(do: Do, task_type: str) -> None:
    """A text that is too long for it is done in parts."""
    parameters = {"target_language": "French"} if task_type == "translation" else {}
    made = await do(task_type, "chat", {"text": "The cat sleeps well."}, **parameters)
    assert made["text"].text == "Le chat dort bien."
    parts = (await do(task_type, "chat", {"text": STORY}, **parameters))["text"].text or ""
    assert parts.count("Le chat dort bien.") > 1


async def test_a_model_that_only_continues_texts_summarises_nothing(do: Do) -> None:
    with pytest.raises(ExpertError, match="has no chat template: it continues texts"):
        await do("summarization", "llama", {"text": "The cat sleeps well."})


@pytest.mark.parametrize(
    ("task_type", "reason"),
    [
        ("summarization", "came to no end: its answer was cut off after 512"),
        ("conversational", "repeats itself without"),
    ],
)
async def test_an_answer_without_an_end_is_a_failure(do: Do, task_type: str, reason: str) -> None:
    with pytest.raises(ExpertError, match=reason):
        await do(task_type, "chat_without_end", {"text": "The cat sleeps well."})


async def test_a_reply_that_was_cut_off_says_where(do: Do) -> None:
    assert (await do("conversational", "llama_chat", {"text": "hello"}))["text"].note.startswith("cut off after")


async def test_translation_by_t5_needs_a_target(do: Do) -> None:
    assert (await do("translation", "t5", {"text": "the cat"}, target_language="French"))["text"].text
    with pytest.raises(ExpertError, match="needs target_language"):
        await do("translation", "t5", {"text": "the cat"})


async def test_translation_by_marian_names_one_of_its_targets(do: Do) -> None:
    assert (await do("translation", "marian", {"text": "the cat sat"}, target_language="German"))["text"].text
    with pytest.raises(ExpertError, match="does not translate to Spanish"):
        await do("translation", "marian", {"text": "the cat sat"}, target_language="es")


async def test_translation_by_nllb_finds_both_codes_and_keeps_the_lines(do: Do) -> None:
    languages = {"source_language": "en", "target_language": "Japanese"}
    assert (await do("translation", "nllb", {"text": "the cat\nthe dog"}, **languages))["text"].text
    with pytest.raises(ExpertError, match="'Klingon' is no language known here"):
        await do("translation", "nllb", {"text": "the cat"}, target_language="Klingon")


async def test_translation_without_a_source_detects_the_language(do: Do) -> None:
    assert (await do("translation", "nllb", {"text": "the cat sat on the mat"}, target_language="fr"))["text"].text


async def test_text_generation_continues_or_replies_as_the_model_can(do: Do) -> None:
    for model in ("llama", "llama_chat"):
        assert (await do("text-generation", model, {"prompt": "hello"}))["text"].text


async def test_conversational_needs_a_chat_template(do: Do) -> None:
    assert (await do("conversational", "llama_chat", {"text": "hello"}))["text"].text
    with pytest.raises(ExpertError, match="no chat template"):
        await do("conversational", "llama", {"text": "hello"})


async def test_a_prompt_longer_than_the_model_s_context_is_refused(do: Do) -> None:
    with pytest.raises(ExpertError, match=r"longer than .* reads"):
        await do("text-generation", "llama", {"prompt": "word " * 100})


@pytest.mark.parametrize(
    ("language", "known", "code"),
    [
        ("French", ["eng_Latn", "fra_Latn"], "fra_Latn"),
        ("zh", ["zho_Hant", "zho_Hans"], "zho_Hans"),
        ("German", ["de_DE", "en_XX"], "de_DE"),
        ("Portuguese", ["__en__", "__pt__"], "__pt__"),
        ("fr", [">>fra<<", ">>ita<<"], ">>fra<<"),
        ("fr", ["eng_Latn"], None),
    ],
)
def test_a_language_is_found_as_each_tokenizer_writes_it(language: str, known: list[str], code: str | None) -> None:
    short = iso1(language)
    assert short is not None
    assert token_for(short, known) == code


@pytest.mark.parametrize(
    ("model", "source", "target", "fits"),
    [
        ("Helsinki-NLP/opus-mt-en-fr", "", "French", True),
        ("Helsinki-NLP/opus-mt-en-fr", "", "German", False),
        ("Helsinki-NLP/opus-mt-mul-en", "ja", "en", True),
        ("Helsinki-NLP/opus-mt-mul-en", "en", "ja", False),
        ("google-t5/t5-small", "", "German", True),
        ("google-t5/t5-small", "", "Spanish", False),
        ("facebook/nllb-200-distilled-600M", "", "Spanish", True),
    ],
)
def test_a_model_whose_name_states_its_languages_is_offered_for_those(
    model: str, source: str, target: str, fits: bool
) -> None:
    given = {"source_language": source, "target_language": target}
    task = Task(id=0, type="translation", parameters={name: value for name, value in given.items() if value})
    assert (accepts_languages(task, model) is None) is fits
