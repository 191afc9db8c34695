"""The contract of every registered expert. A new one joins by its decorator."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

import pytest

from hugginggpt.graph.call import Call
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.extras import install
from hugginggpt.graph.ports import Backend
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.embedded.backend import EmbeddedBackend
from hugginggpt.tools.backends.embedded.registry import Embedded, expert, registered

EXPERTS = list(registered().values())
every = pytest.mark.parametrize("entry", EXPERTS, ids=lambda entry: entry.name)


@every
def test_its_row_describes_it(entry: Embedded) -> None:
    row = entry.expert
    assert row.model_id == f"embedded/{entry.name}"
    assert row.task_type in VOCABULARY
    assert len(row.description) > 15
    assert row.license
    assert row.revision
    assert (entry.function.__doc__ or "").strip()


@every
def test_a_heavy_expert_takes_a_processor_slot_and_a_light_one_none(entry: Embedded) -> None:
    assert ("cpu" in entry.expert.needs) is not entry.light


@every
def test_its_libraries_are_installed_with_the_extra(entry: Embedded) -> None:
    assert [module for module in entry.requires if find_spec(module) is None] == []
    assert entry.obstacle(None) is None


@every
def test_a_missing_library_is_an_obstacle_with_the_command_that_installs_it(entry: Embedded) -> None:
    lacking = replace(entry, requires=("a_library_that_does_not_exist",))
    assert install("embedded") in str(lacking.obstacle(None))


@every
def test_it_refuses_a_task_with_a_sentence(entry: Embedded) -> None:
    task = Task(id=0, type=entry.task_type, goal="compose an opera about the sea in the style of Verdi")
    reason = entry.obstacle(task)
    assert reason is None or (len(str(reason).split()) > 4 and not str(reason).endswith("."))


@every
def test_an_expert_for_a_part_of_its_type_is_marked_partial(entry: Embedded) -> None:
    whole = {"rapidocr", "vader", "patterns", "faces", "codes", "retouch", "denoise", "slideshow", "pocketsphinx"}
    assert entry.partial or entry.name not in whole


@every
def test_bad_input_is_an_expert_error_and_not_a_crash(
    entry: Embedded, make_call: Callable[..., Call], tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = tmp_path_factory.mktemp("broken") / "broken.bin"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n this is no PNG")
    kinds = {port.name: port.kinds for port in VOCABULARY[entry.task_type].inputs}
    given = {name: "" if "text" in accepted or "boxes" in accepted else broken for name, accepted in kinds.items()}
    if "boxes" in given:
        given["boxes"] = "[]"
    call = make_call(entry.name, given)
    if entry.name in {"count", "sort", "join-text", "compare"}:
        assert entry.function(call.model_copy(update={"inputs": {k: v * 2 for k, v in call.inputs.items()}}))
        return
    with pytest.raises(ExpertError) as error:
        entry.function(call)
    assert "Traceback" not in error.value.message
    assert error.value.input_fault


def test_two_experts_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"embedded/count is in .*\.count already"):
        expert("count", name="count", description="another")(lambda call: [])


def test_importing_the_registry_and_listing_the_experts_loads_no_library() -> None:
    code = """
import sys
from hugginggpt.tools.backends.embedded.backend import EmbeddedBackend
from hugginggpt.tools.backends.embedded.registry import registered
registered()
heavy = {"numpy", "cv2", "av", "PIL", "rapidocr", "onnxruntime", "pocketsphinx", "vaderSentiment", "dateparser"}
print(sorted(heavy & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_backend_offers_each_under_its_task_type(settings: Settings) -> None:
    backend: Backend = EmbeddedBackend(settings)
    for entry in EXPERTS:
        assert entry.expert in backend.experts(entry.task_type)
    assert backend.experts("text-to-video") == []


async def test_the_backend_runs_light_and_heavy_experts_alike(
    settings: Settings, make_call: Callable[..., Call]
) -> None:
    backend = EmbeddedBackend(settings)
    try:
        light = await backend.run(make_call("count", {"items": ["one\ntwo", "three"]}))
        heavy = await backend.run(make_call("espeak-ng", {"text": "hello"}, language="en"))
    finally:
        await backend.aclose()
    assert light[0].text == "3"
    assert heavy[0].path is not None
    assert heavy[0].path.read_bytes()[:4] == b"RIFF"


async def test_the_backend_does_not_run_a_task_that_its_expert_refuses(
    settings: Settings, make_call: Callable[..., Call]
) -> None:
    backend = EmbeddedBackend(settings)
    with pytest.raises(ExpertError, match="other objects need a detection model"):
        await backend.run(make_call("faces", {"image": "x"}, goal="count the sheep"))
    await backend.aclose()


async def test_a_large_text_goes_to_a_worker_that_can_be_killed(
    settings: Settings, make_call: Callable[..., Call]
) -> None:
    backend = EmbeddedBackend(settings)
    try:
        made = await backend.run(make_call("count", {"items": "word\n" * 80_000}))
    finally:
        await backend.aclose()
    assert made[0].text == "80000"
