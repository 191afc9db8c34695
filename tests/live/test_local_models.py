"""Every task type once by the smallest well-known model of it, on this machine. Needs HUGGINGGPT_DOWNLOAD=yes: gigabytes."""

from pathlib import Path

import pytest

from hugginggpt.apps.cli.live_checks import call_with_samples
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.local.registry import registered
from samples import check_outputs

pytestmark = pytest.mark.live

SECONDS = 1800.0
"""For one call: a processor paints slowly."""


@pytest.mark.parametrize("task_type", sorted({task_type for task_type, _ in registered()}))
async def test_the_smallest_well_known_model_does_it_here(task_type: str, tmp_path: Path) -> None:
    settings = Settings.from_env(home=tmp_path)
    if settings.download != "yes":
        pytest.skip("set HUGGINGGPT_DOWNLOAD=yes to bring models here")
    async with open_world(settings) as world:
        backend = world.backends["local"]
        offered = sorted(backend.experts(task_type), key=lambda expert: expert.size)
        able = [expert for expert in offered if backend.obstacle(expert, None) is None]
        if not able:
            obstacles = {f"{expert.model_id}: {backend.obstacle(expert, None)}" for expert in offered}
            pytest.skip("; ".join(sorted(obstacles)) or f"no well-known model does {task_type}")
        async with call_with_samples(world, backend, able[0], seconds=SECONDS) as artifacts:
            check_outputs(task_type, list(artifacts))
