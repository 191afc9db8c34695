"""Every task type once, by a real provider. Costs a few cents. Needs HF_TOKEN."""

import os
from pathlib import Path

import pytest

from hugginggpt.apps.cli.live_checks import call_with_samples
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.task_api.methods import methods
from hugginggpt.tools.catalog.hub_index import HubIndex
from samples import check_outputs

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not os.environ.get("HF_TOKEN"), reason="set HF_TOKEN to call the providers of Hugging Face"),
]


@pytest.mark.parametrize("task_type", sorted(methods()))
async def test_the_first_model_that_is_served_does_it(task_type: str, tmp_path: Path) -> None:
    settings = Settings.from_env(home=tmp_path)
    HubIndex(settings).refresh(task_type)
    async with open_world(settings) as world:
        backend = world.backends["hf"]
        served = [expert for expert in backend.experts(task_type) if expert.downloads]
        if not served:
            pytest.skip(f"no provider serves {task_type} today")
        async with call_with_samples(world, backend, served[0]) as artifacts:
            check_outputs(task_type, list(artifacts))
