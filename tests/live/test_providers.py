"""Every task type once, by a real provider: `HF_TOKEN=... pytest -m live tests/live`. Costs a few cents; never in CI."""

import os
from pathlib import Path

import pytest

from hugginggpt.apps.trials import trials, try_expert
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.endpoint.known import read_endpoints
from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.catalog.hub import Hub
from samples import check_outputs

pytestmark = pytest.mark.live


@pytest.mark.parametrize("task_type", sorted(methods()))
async def test_the_first_model_that_is_served_does_it(task_type: str, tmp_path: Path) -> None:
    assert os.environ.get("HF_TOKEN"), "set HF_TOKEN: these tests call the real service"
    settings = Settings.from_env(home=tmp_path)
    Hub(settings).refresh(task_type)
    async with open_world(settings) as world:
        backend = world.backends["hf"]
        served = [expert for expert in backend.experts(task_type) if expert.downloads]
        assert served, f"no provider serves {task_type} today"
        check_outputs(task_type, list(await try_expert(world, backend, served[0])))


async def test_whatever_chat_models_and_servers_are_set_up_answer() -> None:
    settings = Settings.from_env().model_copy(update={"hf_token": None})
    if not settings.vlm and not read_endpoints(settings.home):
        pytest.skip("neither HUGGINGGPT_VLM nor a server of one's own is set up")
    async with open_world(settings) as world:
        failed = [trial async for trial in trials(world) if not trial.ok]
    assert failed == []
