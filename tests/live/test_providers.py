"""Every task type once, by a real provider: `HF_TOKEN=... pytest -m live tests/live`. Costs a few cents; never in CI."""

import os
from pathlib import Path

import pytest

from hugginggpt.apps.trials import try_expert
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
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
