"""Every task type that a chat model can do, once, by those set up: HUGGINGGPT_LLM, and HUGGINGGPT_VLM for pictures."""

from pathlib import Path

import pytest

from hugginggpt.apps.cli.live_checks import call_with_samples
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.backends.chat.backend import ChatBackend
from hugginggpt.tools.backends.chat.task_prompts import TASK_PROMPTS, needs_vision
from samples import check_outputs

pytestmark = pytest.mark.live


@pytest.mark.parametrize("task_type", sorted(TASK_PROMPTS))
async def test_the_chat_model_does_it(task_type: str, tmp_path: Path) -> None:
    settings = Settings.from_env(home=tmp_path)
    if not (settings.vlm if needs_vision(task_type) else settings.chat_model):
        pytest.skip(f"set {'HUGGINGGPT_VLM' if needs_vision(task_type) else 'HUGGINGGPT_LLM'} to call a chat model")
    async with open_world(settings.model_copy(update={"llm": ""})) as world:
        backend = ChatBackend(settings)
        (expert,) = backend.experts(task_type)
        assert backend.obstacle(expert, None) is None
        async with call_with_samples(world, backend, expert) as artifacts:
            check_outputs(task_type, list(artifacts))
