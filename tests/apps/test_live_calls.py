"""What the live tree shows of calls to chat models that take longer than a second."""

import io

import pytest
from rich.console import Console

from hugginggpt.apps.cli.live_tree import LiveTree
from hugginggpt.graph.call_progress import CallProgress, Phase
from hugginggpt.graph.events import LlmCalled, LlmProgress, PlanReady, RunStarted, TaskStarted
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.task import Task
from hugginggpt.graph.usage import LlmCall, Usage


def waits(phase: Phase, seconds: float, tokens: int = 0, key: str = "") -> LlmProgress:
    stage = "expert" if key else "plan"
    at = CallProgress.model_validate(
        {
            "stage": stage,
            "model": "ollama:m",
            "phase": phase,
            "seconds": seconds,
            "tokens": tokens,
            "tokens_per_second": 30,
        }
    )
    return LlmProgress(run_id="r", progress=at, key=key)


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def screen(request: pytest.FixtureRequest) -> tuple[LiveTree, io.StringIO]:
    text = io.StringIO()
    tree = LiveTree(Console(file=text, width=200), moving=request.param)
    tree.update(RunStarted(run_id="r", thread_id="t", request="speak"))
    return tree, text


def shown(tree: LiveTree, text: io.StringIO) -> str:
    if not tree._moving:
        return text.getvalue()
    console = Console(file=io.StringIO(), width=200)
    console.print(tree.picture())
    tree.stop()
    return console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO


def test_while_a_plan_is_made_it_is_shown_what_is_waited_for(screen: tuple[LiveTree, io.StringIO]) -> None:
    tree, text = screen
    tree.update(waits("reading", 12))
    tree.update(waits("writing", 14, tokens=40))
    assert "ollama:m writes: 40 tokens, 30 a second" in shown(tree, text)


def test_a_chat_model_as_expert_is_shown_at_its_task(screen: tuple[LiveTree, io.StringIO]) -> None:
    tree, text = screen
    tree.update(
        PlanReady(
            run_id="r", plan=Plan(tasks=(Task(id=0, type="text-generation", inputs={"prompt": "x"}),)), controller="c"
        )
    )
    tree.update(TaskStarted(run_id="r", task_id=0, key="0", model_id="ollama:m"))
    tree.update(waits("thinking", 5, tokens=90, key="0"))
    line = next(line for line in shown(tree, text).splitlines() if "thinks" in line)
    assert "0 " in line
    assert line.endswith("ollama:m thinks: 90 tokens, 30 a second")


def test_a_call_that_has_ended_is_shown_no_more() -> None:
    tree = LiveTree(Console(file=io.StringIO(), width=200), moving=True)
    tree.update(RunStarted(run_id="r", thread_id="t", request="speak"))
    tree.update(waits("reading", 2))
    tree.update(LlmCalled(run_id="r", call=LlmCall(stage="plan", model="ollama:m", usage=Usage(), started_at=0.0)))
    assert "ollama" not in shown(tree, io.StringIO())


def test_in_a_pipe_a_phase_is_a_line_and_each_ten_seconds_of_it() -> None:
    text = io.StringIO()
    tree = LiveTree(Console(file=text, width=200), moving=False)
    for second in range(1, 31):
        tree.update(waits("reading", second))
    assert text.getvalue().count("reads the prompt") == 4
