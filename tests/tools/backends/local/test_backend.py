"""Which experts the local backend offers, and their obstacles: by the model, the machine and the settings."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.local.backend import LocalBackend
from hugginggpt.tools.backends.local.hardware import Device, choose_device, devices, parse_nvidia_smi, size
from hugginggpt.tools.backends.local.hub_download import files_to_download
from hugginggpt.tools.backends.local.model_cache import find, is_complete, parameters
from hugginggpt.tools.backends.local.registry import registered
from hugginggpt.tools.catalog.hub_model import HubModel
from local_calls import Do, call_for
from paths import ROOT

NOT_DONE = {
    "audio-to-audio", "voice-activity-detection", "tabular-classification", "tabular-regression",
    "canny-control", "hed-control", "mlsd-control", "scribble-control",
}  # fmt: skip
"""Not done here: no library of the extra has models for them, or an embedded expert draws them."""


def test_every_task_type_of_the_hub_is_done_here_except_those_that_the_docs_name() -> None:
    done = {task_type for task_type, _ in registered()}
    models = {name for name, row in VOCABULARY.items() if row.domain != "deterministic"}
    assert models - done == NOT_DONE
    assert done <= models


def test_the_docs_list_every_task_type_done_here_and_no_other() -> None:
    text = (ROOT / "docs" / "local_models.md").read_text(encoding="utf-8")
    first, second = (
        {name.strip() for row in part.splitlines() if row.startswith("|") for name in row.split("|")[1].split(",")}
        for part in text.split("Not offered here")
    )
    types = set(VOCABULARY)
    assert first & types == {task_type for task_type, _ in registered()}
    assert second & types == NOT_DONE


def test_a_model_goes_to_a_gpu_that_can_hold_it_and_always_to_the_same() -> None:
    small, large, other = (Device(f"gpu:{n}", gigabytes * 10**9, str(n)) for n, gigabytes in enumerate((8, 80, 80)))
    names = [f"org/model-{n}" for n in range(40)]
    assert {choose_device([small, large, other], name, 100_000_000) for name in names} == {small, large, other}
    assert {choose_device([small, large, other], name, 8_000_000_000) for name in names} == {large, other}
    assert {choose_device([small, large], name, 900_000_000_000) for name in names} == {large}
    assert choose_device([small, large], names[0], 10) == choose_device([small, large], names[0], 10)


def test_listing_experts_loads_neither_torch_nor_transformers() -> None:
    code = """
import sys
from pathlib import Path
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.local.backend import LocalBackend
place = LocalBackend(Settings(home=Path("home")))
for task_type in VOCABULARY:
    for expert in place.experts(task_type):
        place.obstacle(expert, None)
print(sorted({"torch", "transformers", "diffusers", "numpy", "huggingface_hub"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def _listing(tmp_path: Path, **about: object) -> tuple[LocalBackend, Expert]:
    model = HubModel.model_validate(
        {"model_id": "org/model", "task_type": "fill-mask", "library": "transformers"} | about
    )
    place = LocalBackend(Settings(home=tmp_path, download="yes"), lambda _task_type: [model])
    return place, place.experts("fill-mask")[0]


def test_the_obstacle_of_a_model_larger_than_the_machine_names_both_sizes(tmp_path: Path) -> None:
    place, expert = _listing(tmp_path, size=10**15)
    obstacle = str(place.obstacle(expert, None))
    assert obstacle.startswith("needs about ")
    assert f"has {size(devices()[0].memory)}" in obstacle


def test_models_of_other_libraries_are_not_offered(tmp_path: Path) -> None:
    model = HubModel(model_id="org/voice", task_type="text-to-speech", library="kokoro")
    place = LocalBackend(Settings(home=tmp_path), lambda _task_type: [model])
    assert place.experts("text-to-speech") == []


def test_a_named_model_needs_no_listing_and_a_type_without_a_function_has_none(
    tmp_path: Path, tiny: Callable[[str], Path]
) -> None:
    place = LocalBackend(Settings(home=tmp_path), lambda _task_type: [])
    folder = str(tiny("bert_gaps"))
    expert = place.named("fill-mask", folder)
    assert expert is not None
    assert expert.revision.startswith("folder-")
    assert place.obstacle(expert, None) is None
    assert place.named("tabular-regression", folder) is None


def test_a_model_that_is_not_here_and_not_listed_is_not_judged_before_its_download(tmp_path: Path) -> None:
    place = LocalBackend(Settings(home=tmp_path, download="yes"), lambda _task_type: [])
    expert = place.named("image-to-image", "org/pix2pix")
    assert expert is not None
    task = Task(id=0, type="image-to-image", inputs={"prompt": "make it blue"})
    assert place.obstacle(expert, task) is None


def test_a_folder_for_another_library_is_no_expert_for_the_type(tmp_path: Path, tiny: Callable[[str], Path]) -> None:
    place = LocalBackend(Settings(home=tmp_path), lambda _task_type: [])
    assert place.named("fill-mask", str(tiny("ddpm"))) is None
    assert place.named("unconditional-image-generation", str(tiny("ddpm"))) is not None


def test_the_obstacle_of_a_folder_without_a_model_names_what_is_missing(tmp_path: Path) -> None:
    place = LocalBackend(Settings(home=tmp_path), lambda _task_type: [])
    expert = place.named("fill-mask", str(tmp_path / "nothing"))
    assert expert is not None
    assert "no model in that folder" in str(place.obstacle(expert, None))


def test_a_folder_s_revision_changes_with_its_files(tmp_path: Path, tiny: Callable[[str], Path]) -> None:
    import shutil

    folder = tmp_path / "own"
    shutil.copytree(tiny("bert_gaps"), folder)
    before = find(str(folder))
    (folder / "config.json").write_text((folder / "config.json").read_text() + "\n")
    after = find(str(folder))
    assert before is not None
    assert after is not None
    assert before.revision != after.revision


def test_a_sharded_model_with_a_shard_missing_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(b"")
    assert not is_complete(tmp_path)
    (tmp_path / "model-00002-of-00002.safetensors").write_bytes(b"")
    assert is_complete(tmp_path)


def test_the_parameters_of_a_model_are_counted_from_the_headers_of_its_files(tiny: Callable[[str], Path]) -> None:
    from safetensors import safe_open

    folder = tiny("bert_gaps")
    with safe_open(folder / "model.safetensors", "pt") as opened:
        count = sum(opened.get_tensor(name).numel() for name in opened.keys())  # noqa: SIM118  (not a dict)
    assert parameters(folder) == count


def test_the_parts_of_a_pipeline_are_downloaded_once_and_not_their_variants() -> None:
    sizes = dict.fromkeys(
        [
            "model_index.json", "v1-5-pruned.safetensors", "v1-5-pruned.ckpt", "README.md",
            "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.fp16.safetensors",
            "unet/diffusion_pytorch_model.bin", "text_encoder/config.json", "text_encoder/model.safetensors",
            "tokenizer/vocab.json", "tokenizer/merges.txt", "scheduler/scheduler_config.json", "onnx/model.json",
        ],
        10,
    )  # fmt: skip
    assert set(files_to_download(sizes)) == {
        "model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "text_encoder/config.json",
        "text_encoder/model.safetensors", "tokenizer/vocab.json", "tokenizer/merges.txt", "scheduler/scheduler_config.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("visible_devices", "names", "visible"),
    [(None, ["gpu:0", "gpu:1"], ["0", "1"]), ("1", ["gpu:0"], ["1"]), ("GPU-bb,0", ["gpu:0", "gpu:1"], ["1", "0"])],
)
def test_gpus_are_parsed_from_the_output_of_nvidia_smi(
    visible_devices: str | None, names: list[str], visible: list[str]
) -> None:
    cards = parse_nvidia_smi("0, GPU-aa11, 81920\n1, GPU-bb22, 24576\n", visible_devices)
    assert [card.name for card in cards] == names
    assert [card.visible for card in cards] == visible
    assert cards[0].needed(1_000_000_000) == 2_400_000_000


async def test_a_model_over_its_time_is_ended_and_the_next_call_works(
    backend: LocalBackend, do: Do, tiny: Callable[[str], Path], tmp_path: Path
) -> None:
    scratch = tmp_path / "over"
    scratch.mkdir()
    call = call_for(
        backend, "text-to-image", str(tiny("stable_diffusion")), {"prompt": "a cat"}, scratch, timeout=0.05, width=512
    )
    with pytest.raises(ExpertError, match=r"took longer than 0\.05 s and was ended"):
        await backend.run(call)
    assert await do("fill-mask", "bert_gaps", {"text": "the ___ sat"})


def test_weights_for_llama_cpp_are_answered_with_the_line_that_serves_them(
    backend: LocalBackend, tmp_path: Path
) -> None:
    (tmp_path / "tiny.gguf").touch()
    for named in (tmp_path, tmp_path / "tiny.gguf"):
        expert = backend.named("summarization", str(named))
        assert expert is not None
        obstacle = str(backend.obstacle(expert, None))
        assert f"llama-server -m {tmp_path / 'tiny.gguf'} -c 8192" in obstacle
        assert "models --add http://127.0.0.1:8080 --task summarization" in obstacle
