"""Example phrases: what a clause is nearest to."""

import os
import subprocess
import sys

import pytest

from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.wording.meanings import meaning_of
from hugginggpt.tools.wording.nearest import is_out_of_reach, nearest
from hugginggpt.tools.wording.wording import LANGUAGES, SECTIONS, wording

FILE = "\ue010\ue010\ue010"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_data_file_has_known_sections_and_meanings(code: str) -> None:
    """A section or meaning that nothing reads is an error, not a silence."""
    assert set(wording(code).raw) <= set(SECTIONS)
    for example in wording(code).examples:
        meaning = meaning_of(example.meaning)
        assert meaning.is_out_of_reach or meaning.task_type in VOCABULARY, example


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_example_is_nearest_to_its_own_meaning(code: str) -> None:
    """No two meanings of a language share an example."""
    for example in wording(code).examples:
        assert nearest(example.phrase, code, most=1)[0].meaning == example.meaning, example


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (f"what is written on {FILE}", "image-to-text/read"),
        (f"could you please give me the gist of {FILE}", "summarization"),
        (f"grab a few stills out of {FILE}", "video-to-images"),
        (f"mail {FILE} to the whole team", "out-of-reach/send-mail"),
    ],
)
def test_an_unseen_wording_is_nearest_to_an_example_of_its_meaning(text: str, meaning: str) -> None:
    """Verbs, nouns and politeness may differ."""
    match = nearest(text, "en")[0]
    assert match.meaning == meaning
    assert match.score > 0.3


def test_only_meanings_that_are_asked_for_are_compared() -> None:
    """What does not fit the data at hand is no candidate."""
    assert nearest(f"what is in {FILE}", "en", among=("document-to-text",))[0].meaning == "document-to-text"


@pytest.mark.parametrize(
    "text", ["Book me a table for two", "What is the weather in Oslo today?", "Send an email to Anna"]
)
def test_what_no_expert_and_no_model_can_do_is_known(text: str) -> None:
    assert is_out_of_reach(text, "en")


@pytest.mark.parametrize("text", ["What is the capital of France?", "sort sales.csv by revenue", "tell me a joke"])
def test_what_a_model_may_do_is_not_out_of_reach(text: str) -> None:
    assert not is_out_of_reach(text, "en")


def test_every_process_finds_the_same_example() -> None:
    """Also where several are equally near: the order of a set, which a process draws by chance, decides nothing."""
    texts = [f"{verb} die gesichter in {FILE}" for verb in ("zähle", "finde", "zeige")]
    script = f"from hugginggpt.tools.wording.nearest import nearest; print([nearest(text, 'de') for text in {texts!r}])"
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, check=True, text=True
    )
    assert found.stdout == f"{[nearest(text, 'de') for text in texts]}\n"
