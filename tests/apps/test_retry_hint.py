"""The hint to `retry` stands at the end of a run where a retry can end otherwise, and only there."""

import pytest

from hugginggpt.apps.cli.answer_text import AnswerText
from hugginggpt.apps.cli.common_options import CommonOptions
from hugginggpt.apps.cli.console import err
from hugginggpt.apps.cli.live_tree import LiveTree
from hugginggpt.apps.cli.shown_run import show_event
from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.member import Member
from hugginggpt.graph.result import Result
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedController
from scripting import OpenScripted, ask, last, step

COMMON = CommonOptions(home=None, llm=None, timeout=None, download=None, out=None, json=False)


def hinted(event: RunFinished, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the end of the run is followed by the hint."""
    capsys.readouterr()
    with LiveTree(err()) as tree, AnswerText() as answer:
        show_event(event, tree, COMMON, answer)
    return f"hugginggpt retry {event.run_id} runs again what failed" in capsys.readouterr().err


def done(status: str, **fields: object) -> Result:
    return Result.model_validate({"task_id": 0, "key": "0", "task_type": "summarization", "status": status} | fields)


CASES = {
    "failed": (done("failed", error="no power"), True),
    "cancelled": (done("cancelled"), True),
    "a member of its list failed": (done("partial", members=(Member(key="0[1]", error="it is damaged"),)), True),
    "made from an incomplete list": (done("partial", members=(Member(key="1[1]", error="it is damaged"),)), False),
    "its input was read in part": (done("partial", notes=("the first 3 of 9 pages were read",)), False),
    "done in full": (done("succeeded"), False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_hint_follows_from_the_results(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    result, expected = CASES[case]
    event = RunFinished(
        run_id="r", thread_id="t", status="partial", answer="", plan=[], resources=[],
        results=[result.model_dump(mode="json")],
    )  # fmt: skip
    assert hinted(event, capsys) is expected


@pytest.mark.parametrize("fails", [True, False])
async def test_a_hint_is_given_exactly_where_the_retry_is_not_refused(
    scripted: OpenScripted, capsys: pytest.CaptureFixture[str], fails: bool
) -> None:
    """The run is partial: a task failed, or a part of the request was refused."""
    controller = ScriptedController([step(0), step(1)], refusals=() if fails else ("a dance can't be planned",))
    async with scripted(controller, backend=ScriptedBackend(failures={1: "no power"} if fails else {})) as world:
        end = last(await ask(world))
        assert (end.status, hinted(end, capsys)) == ("partial", fails)
        session = Session(world)
        try:
            _ = [event async for event in session.retry(await session.history.run())]
        except UsageError:
            assert not fails
        else:
            assert fails
