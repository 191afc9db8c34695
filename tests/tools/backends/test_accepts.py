"""A server that would ignore an input, or can't take its format, is refused, so that another expert is tried."""

from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Api, Endpoint, add_endpoint
from hugginggpt.tools.backends.hf.backend import HfBackend
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.scripted import as_json, serve
from samples import call_of, file, text

PICTURE = Resource(kind="image", media_type="image/png", size=1, name="a.png")
PAGES = Resource(kind="document", media_type="application/pdf", size=1, name="a.pdf")


def task(task_type: str, inputs: dict[str, Any] | None = None, **parameters: Any) -> Task:
    return Task.model_validate({"id": 0, "type": task_type, "inputs": inputs or {}, "parameters": parameters})


def at_provider(home: Path, requested: Task, model_id: str = "org/model") -> str | None:
    settings = Settings(home=home, hf_token="hf_any")
    expert = Expert(model_id=model_id, task_type=requested.type, backend="hf", provider="hf-inference")
    found = HfBackend(settings, HubIndex(settings, online=False)).obstacle(expert, requested)
    return found and found.what


def at_endpoint(home: Path, requested: Task, api: Api = "tasks", url: str = "http://127.0.0.1:9") -> str | None:
    add_endpoint(home.with_name("config"), Endpoint(name="mine", url=url, task_type=requested.type, api=api, model="m"))
    backend = EndpointBackend(Settings(home=home))
    (expert,) = backend.experts(requested.type)
    found = backend.obstacle(expert, requested)
    return found and found.what


REFUSED = [
    (task("image-to-image", {"image": PICTURE}, operation="rotate"), "ignores operation"),
    (task("image-to-image", {"image": PICTURE}, angle=90), "ignores angle"),
    (task("image-text-to-image", {"image": PICTURE, "prompt": "red", "mask": PICTURE}), "ignores mask"),
    (task("image-to-video", {"images": (PICTURE,), "audio": PICTURE}), "ignores audio"),
    (task("image-to-video", {"images": (PICTURE, PICTURE)}), "it animates one image"),
    (task("summarization", {"text": "x"}, max_sentences=1), "ignores max_sentences"),
    (task("text-to-speech", {"text": "x"}, language="fr"), "ignores language"),
    (task("text-to-video", {"prompt": "x"}, width=64), "ignores width"),
    (task("question-answering", {"question": "x"}), "it finds answers in a text only"),
    (
        task("document-question-answering", {"image": PAGES, "question": "x"}),
        "it takes images of pages, and a.pdf",
    ),
    (task("translation", {"text": "x"}, target_language="Klingon"), "it has no code for Klingon"),
]


@pytest.mark.parametrize(("requested", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_an_input_that_the_server_would_ignore_is_an_obstacle(requested: Task, why: str, home: Path) -> None:
    assert str(at_provider(home, requested)).startswith(why)
    assert str(at_endpoint(home, requested)).startswith(why)


ACCEPTED = [
    task("image-to-image", {"image": PICTURE, "prompt": "red"}),
    task("text-to-image", {"prompt": "x"}, width=64, height=64, seed=1, negative_prompt="y"),
    task("text-to-speech", {"text": "x"}, voice="alloy", rate=100),
    task("image-to-video", {"images": (PICTURE,), "prompt": "wave"}),
    task("automatic-speech-recognition", {"audio": PICTURE}, language="fr"),
    task("zero-shot-classification", {"text": "x"}, candidate_labels=("a",)),
]


@pytest.mark.parametrize("requested", ACCEPTED, ids=[requested.type for requested in ACCEPTED])
def test_inputs_that_reach_the_model_or_are_harmless_are_no_obstacle(
    requested: Task, home: Path, listening: str
) -> None:
    assert at_provider(home, requested) is None
    assert at_endpoint(home, requested, url=listening) is None


def test_every_kind_of_server_refuses_what_it_would_ignore(home: Path, listening: str) -> None:
    speech = task("text-to-image", {"prompt": "x"}, negative_prompt="y")
    assert at_endpoint(home, speech, "openai") == "ignores negative_prompt"
    half = task("text-to-image", {"prompt": "x"}, width=64)
    assert at_endpoint(home, half, "openai") == "needs width and height, or neither"
    pages = task("document-question-answering", {"image": PAGES, "question": "x"})
    assert at_endpoint(home, pages, "openai", listening) is None  # a chat model is shown the pages
    short = task("summarization", {"text": "x"}, max_sentences=1)
    assert at_endpoint(home, short, "openai", listening) is None


@pytest.mark.parametrize(
    ("model_id", "languages", "sent"),
    [
        ("Helsinki-NLP/opus-mt-en-fr", {"target_language": "French"}, {"inputs": "Hello"}),
        ("facebook/nllb-200-distilled-600M", {"source_language": "en", "target_language": "Chinese"},
         {"inputs": "Hello", "parameters": {"src_lang": "eng_Latn", "tgt_lang": "zho_Hans"}}),
        ("facebook/mbart-large-50-many-to-many-mmt", {"source_language": "en", "target_language": "fr"},
         {"inputs": "Hello", "parameters": {"src_lang": "en_XX", "tgt_lang": "fr_XX"}}),
        ("google-t5/t5-small", {"source_language": "en", "target_language": "de"},
         {"inputs": "translate English to German: Hello"}),
        ("org/other", {"source_language": "English", "target_language": "French"},
         {"inputs": "Hello", "parameters": {"src_lang": "en", "tgt_lang": "fr"}}),
    ],
)  # fmt: skip
async def test_a_translation_model_gets_the_languages_in_its_own_codes(
    model_id: str, languages: dict[str, str], sent: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    requested = task("translation", {"text": "Hello"}, **languages)
    assert at_provider(home, requested, model_id) is None
    with serve(lambda _: as_json([{"translation_text": "Bonjour"}])) as server:
        at_endpoint(home, requested, url=server.url)
        backend = EndpointBackend(Settings(home=home))
        expert = backend.experts("translation")[0]
        from huggingface_hub import InferenceClient

        from hugginggpt.tools.backends.task_api.methods import methods

        call = call_of("translation", expert, tmp_path / "s", inputs={"text": (text("Hello"),)})
        call = call.model_copy(update={"task": requested, "expert": expert.model_copy(update={"model_id": model_id})})
        with InferenceClient(model=server.url) as client:
            methods()["translation"].request(client, call)
    sent_json = server.requests[0].json
    assert {name: value for name, value in sent_json.items() if value} == sent


def test_a_model_for_a_pair_of_languages_refuses_others(home: Path) -> None:
    requested = task("translation", {"text": "x"}, target_language="German")
    assert at_provider(home, requested, "Helsinki-NLP/opus-mt-en-fr") == "it translates English to French, not German"


async def test_an_input_known_only_on_arrival_is_refused_then_and_another_expert_may_try(
    home: Path, tmp_path: Path
) -> None:
    page = file("receipt.jpg", "document", "application/pdf")
    harbour = file("harbour.jpg", "image", "image/jpeg")
    for task_type, inputs in (
        ("document-question-answering", {"image": (page,)}),
        ("image-to-video", {"images": (harbour, harbour), "audio": ()}),
        ("image-to-video", {"images": (harbour,)}),
        ("table-question-answering", {"table": (harbour,)}),
    ):
        add_endpoint(home.with_name("config"), Endpoint(name="mine", url="http://127.0.0.1:9", task_type=task_type))
        backend = EndpointBackend(Settings(home=home))
        (expert,) = backend.experts(task_type)
        with pytest.raises(ExpertError) as raised:
            await backend.run(call_of(task_type, expert, tmp_path / "s", inputs=inputs))
        assert (raised.value.kind, raised.value.input_fault) == ("wrong_task", False), task_type
