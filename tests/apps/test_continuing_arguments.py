"""Arguments of `fork`, `resume` and `retry` from Python: each takes effect, or is refused in one sentence."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hugginggpt
from hugginggpt import LimitReached, Outcome, Settings, UsageError
from hugginggpt.tools.scripted import chat, in_turn, serve


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Of a home whose world is closed at the end."""
    yield Settings(home=home)
    hugginggpt.close()


def rating(text: str, **more: Any) -> list[dict[str, Any]]:
    """The plan that rates a text."""
    return [{"task": "text-classification", "args": {"text": text}, **more}]


@pytest.mark.parametrize(
    ("go_on", "reason"),
    [
        (lambda run: run.fork(outputs=["x"]), "outputs is .*, and must be an object that names tasks"),
        (lambda run: run.fork(outputs={0: 5}), "must be a text or a path"),
        (lambda run: run.fork(models="x"), "models is 'x', and must be an object"),
        (lambda run: run.fork(models={0: "a/b", "0": "c/d"}), "models names 0 twice"),
        (lambda run: run.fork(thread_id=5), "thread_id is 5, and must be a text"),
        (lambda run: run.fork(plan=5), "the plan is of type int"),
        (lambda run: run.fork(redo=[1.5]), "redo: 1.5 is no number of a task"),
        (lambda run: run.fork(redo=[7]), "the plan has no task 7"),
        (lambda run: run.fork(options={"approve": "always"}), "options.approve can't be changed"),
        (lambda run: run.retry(options={"max_llm_calls": None}), "max_llm_calls is None, and must be a value"),
        (lambda run: hugginggpt.retry(3), "the run is 3, and must be the id"),  # type: ignore[arg-type]
        (lambda run: hugginggpt.run("say hi", thread_id=4), "thread_id is 4"),  # type: ignore[arg-type]
        (lambda run: hugginggpt.run("say hi", options={"aprove": "always"}), "options.aprove: .* did you mean approve"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_sentence(
    settings: Settings, go_on: Callable[[Outcome], Any], reason: str
) -> None:
    run = hugginggpt.run("rate it", plan=rating("fine"), settings=settings)
    with pytest.raises(UsageError, match=reason):
        go_on(run)


@pytest.mark.parametrize("redo", [0, "0", [0], ["0"]])
def test_one_task_to_be_done_again_needs_no_list(settings: Settings, redo: Any) -> None:
    run = hugginggpt.run("rate it", plan=rating("fine"), settings=settings)
    assert run.fork(redo=redo).options.redo == (0,)


def test_a_run_that_reached_a_limit_goes_on_with_a_higher_one(settings: Settings) -> None:
    plan = json.dumps([{"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "bonjour mes amis"}}])
    with serve(in_turn(chat(plan), *(chat("It is French [0]."),) * 4)) as server:
        named = settings.with_given(llm=f"openai:scripted@{server.url}/v1", openai_api_key="k")
        with pytest.raises(LimitReached, match="of 0 calls") as refused:
            hugginggpt.run("Which language is bonjour mes amis?", options={"max_llm_calls": 0}, settings=named)
        run_id = str(refused.value).split()[1]
        assert hugginggpt.resume(run_id, options={"max_llm_calls": 9}, settings=named).results[0].ok


def test_a_run_stands_for_its_id_and_a_fork_takes_limits(settings: Settings) -> None:
    run = hugginggpt.run("rate it", plan=rating("fine"), options={"approve": "always"}, settings=settings)
    run = hugginggpt.resume(run, options={"max_tokens": 7}, settings=settings)
    assert (run.status, run.options.max_tokens) == ("waiting", 7)
    done = hugginggpt.resume(run, True, settings=settings)
    assert done.status == "succeeded"
    assert done.fork(options={"max_tokens": 9}).options.max_tokens == 9
