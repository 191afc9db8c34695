"""An LLM controller with a scripted model, and the request, plans and results that its tests share."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hugginggpt.graph.expert import Assignment, Expert
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request, Result, Run
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.usage import Usage
from hugginggpt.tools.controllers.llm import LlmController
from hugginggpt.tools.scripted import Received, Reply, Server, serve

RECEIPT = Resource(kind="image", media_type="image/png", sha256="a" * 64, size=9, name="examples/receipt.png")
NOTES = Resource(kind="text", media_type="text/plain", sha256="b" * 64, size=2, text="hi", name="notes.txt")
MADE = Resource(kind="image", media_type="image/png", sha256="c" * 64, size=9, producer="0")
LOST = Resource(kind="image", media_type="image/png", name="lost.png")
REQUEST = Request(text="Read receipt.png, then translate notes.txt", files=(RECEIPT, NOTES, LOST), resources=(MADE,))


def planned(*tasks: tuple[str, dict[str, object]], refusals: tuple[str, ...] = ()) -> str:
    entries = [{"task": name, "id": number, "dep": [-1], "args": args} for number, (name, args) in enumerate(tasks)]
    return json.dumps({"tasks": entries, "refusals": refusals})


GOOD = planned(
    ("image-to-text", {"image": "receipt.png"}),
    ("translation", {"text": "NOTES.txt", "target_language": "de"}),
    ("join-text", {"text": ["<resource>-0", "<resource>-1", "notes.txt"]}),
)
BAD = planned(("image-to-words", {"image": "receipt.png"}), ("depth-estimation", {"image": "cat.png"}))


@contextmanager
def llm_controller(answer: Callable[[Received], Reply], **given: object) -> Iterator[tuple[LlmController, Server]]:
    with serve(answer) as server:
        yield LlmController("openai:m", settings(f"{server.url}/v1", **given)), server


def tokens(usage: Usage) -> tuple[int, int, int]:
    return usage.llm_calls, usage.input_tokens, usage.output_tokens


def settings(base_url: str | None, **given: object) -> Settings:
    return Settings.model_validate(
        {"home": Path("unused"), "openai_base_url": base_url, "retries": 0, "timeout": 30, "llm_timeout": 30, **given}
    )


def expert(model_id: str, **given: object) -> Expert:
    return Expert.model_validate({"model_id": model_id, "task_type": "translation", "backend": "scripted", **given})


def finished(*results: Result) -> Run:
    return Run(run_id="r", thread_id="t", request=REQUEST, results=results, refusals=("No cooking.",))


def done(task_id: int, made: Resource, model_id: str, **given: object) -> Result:
    chosen = Assignment(task_id=task_id, expert=expert(model_id, **given), reason="only one")
    return Result(
        task_id=task_id, key=str(task_id), task_type="translation", status="succeeded",
        outputs={"text": made}, assignment=chosen,
    )  # fmt: skip


class DraftedTasks(NoCallbacks):
    """Callbacks that record the tasks reported while a plan is written."""

    def __init__(self) -> None:
        self.drafted: list[tuple[int, str]] = []

    async def on_task_drafted(self, place: int, task_type: str) -> None:
        self.drafted.append((place, task_type))
