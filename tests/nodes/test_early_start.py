"""While a plan is still being written, experts are ranked and their first call is prepared; none is called."""

import asyncio

from hugginggpt.graph.expert import Expert
from hugginggpt.nodes.early_start import EarlyStart
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, scripted_expert


class Warm(ScriptedBackend):
    """A scripted place that records what is warmed up."""

    def __init__(self) -> None:
        super().__init__()
        self.warmed: list[str] = []

    def warm_up(self, expert: Expert) -> None:
        self.warmed.append(expert.model_id)


CATALOG = ScriptedCatalog([scripted_expert("translation", "org/t"), scripted_expert("summarization", "org/s")])


async def warmed(*types: str, where: tuple[str, ...] = ()) -> list[str]:
    place = Warm()
    async with EarlyStart(CATALOG, {place.name: place}, where) as early:
        for name in types:
            early.of(name)
        for _ in range(5):
            await asyncio.sleep(0)
    return place.warmed


async def test_the_first_expert_of_each_type_is_prepared_once() -> None:
    assert await warmed("translation", "summarization", "translation", "text-to-speech") == ["org/t", "org/s"]


async def test_nothing_is_prepared_at_places_that_the_run_may_not_use() -> None:
    assert await warmed("translation", where=("embedded",)) == []
