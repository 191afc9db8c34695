"""The catalogue ranks the experts of all backends."""

from collections.abc import Sequence

from hugginggpt.graph.call import Artifact, Call
from hugginggpt.graph.expert import Expert, Obstacle
from hugginggpt.graph.ports import Backend, Catalog
from hugginggpt.graph.task import Task
from hugginggpt.tools.catalog.ranked_catalog import RankedCatalog

TASK = Task(id=0, type="summarization", inputs={"text": "long"})


class OfferingBackend:
    """A backend that offers the given experts; those whose id contains `big` can't run."""

    def __init__(self, name: str, *experts: Expert) -> None:
        self.name = name
        self._experts = experts

    def experts(self, task_type: str) -> Sequence[Expert]:
        return [expert for expert in self._experts if expert.task_type == task_type]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        return None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        return Obstacle(what="needs GPU 24 GB") if "big" in expert.model_id else None

    async def run(self, call: Call) -> Sequence[Artifact]:
        raise AssertionError("a catalogue runs no expert")

    async def aclose(self) -> None: ...


def expert(model_id: str, backend: str, downloads: int = 0, likes: int = 0, task_type: str = "summarization") -> Expert:
    return Expert(model_id=model_id, task_type=task_type, backend=backend, downloads=downloads, likes=likes)


async def test_candidates_are_ranked_runnable_first_then_by_downloads_likes_and_order_of_backends() -> None:
    here: Backend = OfferingBackend(
        "here", expert("here/b", "here"), expert("here/liked", "here", 5, 1), expert("big/x", "here", 99)
    )
    there: Backend = OfferingBackend(
        "there", expert("there/b", "there"), expert("there/c", "there", 7), expert("there/d", "there", 5)
    )
    catalog: Catalog = RankedCatalog([here, there])

    candidates = await catalog.candidates(TASK)

    assert [c.expert.model_id for c in candidates] == [
        "there/c", "here/liked", "there/d", "here/b", "there/b", "big/x",
    ]  # fmt: skip
    assert [c.obstacle for c in candidates] == [None] * 5 + [Obstacle(what="needs GPU 24 GB")]


async def test_a_task_type_without_experts_has_no_candidates() -> None:
    other = OfferingBackend("here", expert("a", "here", task_type="translation"))

    assert await RankedCatalog([other]).candidates(TASK) == []
