"""Whatever servers of one's own, and models that see, are set up: one small call each, as `doctor --live` makes."""

import pytest

from hugginggpt.apps.cli.live_checks import live_checks
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.endpoint.endpoints_file import read_endpoints

pytestmark = pytest.mark.live


async def test_all_that_is_set_up_answers() -> None:
    settings = Settings.from_env().model_copy(update={"hf_token": None})
    if not settings.vlm and not read_endpoints(settings.config):
        pytest.skip("neither HUGGINGGPT_VLM nor a server of one's own is set up")
    async with open_world(settings) as world:
        failed = [check async for check in live_checks(world) if not check.ok]
    assert failed == []
