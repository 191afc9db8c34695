"""Promises of the rule-based controller's answer."""

from pathlib import Path

import pytest

from hugginggpt.graph.expert import Assignment, Expert
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Kind, Resource
from hugginggpt.graph.result import Request, Result, Run, TaskStatus
from hugginggpt.graph.task import Ref, Task
from hugginggpt.tools.controllers.rules import RuleBasedController
from hugginggpt.tools.controllers.rules.answer import answer_paragraphs, clean, labels_as_text

RECEIPT = Resource(kind="image", media_type="image/png", name="receipt.png", sha256="0" * 64)
PLAN = Plan(
    tasks=(
        Task(id=0, type="image-to-text", inputs={"image": RECEIPT}),
        Task(id=1, type="summarization", inputs={"text": Ref(task_id=0)}),
        Task(id=2, type="text-classification", inputs={"text": Ref(task_id=0)}),
        Task(id=3, type="text-to-speech", inputs={"text": Ref(task_id=1)}),
    )
)


def result(
    task_id: int,
    model_id: str,
    *,
    text: str | None = None,
    kind: Kind = "text",
    sha256: str = "",
    status: TaskStatus = "succeeded",
    error: str | None = None,
    partial: bool = False,
) -> Result:
    """A row of the ledger."""
    task_type = PLAN.by_id[task_id].type
    expert = Expert(
        model_id=model_id, task_type=task_type, backend="embedded", description="only print", partial=partial
    )
    made = Resource(kind=kind, media_type="x/y", text=text, sha256=sha256 or f"{task_id}" * 64)
    return Result(
        task_id=task_id,
        key=str(task_id),
        task_type=task_type,
        status=status,
        outputs={kind: made} if status == "succeeded" else {},
        error=error,
        assignment=Assignment(task_id=task_id, expert=expert, reason="the only one"),
    )


def run_of(*results: Result, refusals: tuple[str, ...] = ()) -> Run:
    """A finished run of the receipt."""
    return Run(run_id="r", thread_id="t", request=Request(text="x"), plan=PLAN, results=results, refusals=refusals)


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """A file that a task made."""
    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF")
    return path


def test_the_facts_come_first_and_every_one_names_its_expert(speech: Path) -> None:
    """They come in the order of the tasks; files and experts follow."""
    run = run_of(
        result(0, "embedded/rapidocr", text="CAFE  total 4.20  great coffee!"),
        result(1, "embedded/extract", text="Total 4.20."),
        result(2, "embedded/vader", text='[{"label": "POSITIVE", "score": 0.931}]', kind="labels"),
        result(3, "embedded/espeak", kind="audio", sha256="a" * 64),
    )
    answer = "".join(answer_paragraphs(run, {"a" * 64: speech}))
    assert answer.splitlines()[:3] == [
        "In the picture: CAFE  total 4.20  great coffee! (embedded/rapidocr, task 0)",
        "Summary: Total 4.20. (embedded/extract, task 1)",
        "The text is: POSITIVE (0.93) (embedded/vader, task 2)",
    ]
    assert f"Audio: {speech} (embedded/espeak, task 3)" in answer
    assert "image-to-text (embedded/rapidocr, task 0)" in answer


def test_only_files_that_exist_are_named(tmp_path: Path) -> None:
    """A path that leads nowhere, and a result without a path, are not offered."""
    run = run_of(result(3, "embedded/espeak", kind="audio", sha256="a" * 64))
    assert "gone.wav" not in "".join(answer_paragraphs(run, {"a" * 64: tmp_path / "gone.wav"}))
    assert "Audio:" not in "".join(answer_paragraphs(run, {}))


def test_failures_refusals_and_substitutes_are_reported() -> None:
    """What failed, what was skipped for it, what was refused, and what was only a partial substitute."""
    run = run_of(
        result(0, "embedded/rapidocr", text="hello", partial=True),
        result(1, "embedded/extract", status="failed", error="too short"),
        result(3, "embedded/espeak", status="skipped", error="task 1 (summarization) failed"),
        refusals=("I could not plan “sing”.",),
    )
    answer = "".join(answer_paragraphs(run, {}))
    assert "Not done: task 1 (summarization), failed: too short" in answer
    assert "Not done: task 3 (text-to-speech), skipped: task 1 (summarization) failed" in answer
    assert "Not done: task 2 (text-classification) has no result" in answer
    assert "I could not plan “sing”." in answer
    assert "embedded/rapidocr is a partial substitute for image-to-text: only print" in answer


def test_control_characters_of_experts_do_not_reach_the_terminal() -> None:
    """Escape sequences, bidirectional overrides and lone surrogates are taken out; newlines and tabs stay."""
    assert clean("a\x1b[31mb\u202ec\ud800d\n\te\r") == "a[31mbcd\n\te"
    answer = "".join(answer_paragraphs(run_of(result(0, "embedded/rapidocr", text="x\x1b]0;title\x07y")), {}))
    assert "\x1b" not in answer
    assert "\x07" not in answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"label": "POSITIVE", "score": 0.93}]', "POSITIVE (0.93)"),
        ('[{"entity_group": "DATE", "word": "3 May", "score": 0.5}]', "3 May [DATE] (0.50)"),
        ('[{"label": "face", "score": 1, "box": {"xmin": 1}}]', "face (1.00)"),
        ('{"score": 0.8}', "0.80"),
        ('["a", "b"]', "a, b"),
        ("[not json", "[not json"),
        ('[{"x": 1}]', '[{"x": 1}]'),
        ("[]", "nothing"),
    ],
)
def test_labels_are_shown_as_text(text: str, words: str) -> None:
    """JSON lists of labels become words with scores; other text stays as it is."""
    assert labels_as_text(text) == words


def test_long_text_of_a_step_is_shortened_and_a_file_is_read() -> None:
    """Of a step only the beginning is shown."""
    answer = "".join(answer_paragraphs(run_of(result(0, "embedded/rapidocr", text="word " * 500)), {}))
    assert len(answer) < 1500
    assert "…" in answer


@pytest.mark.parametrize(
    ("goals", "full"),
    [
        (("read the text in receipt.png", "and say whether it is happy"), True),
        (("summarise receipt.png", "summarise receipt.png"), False),
        (("transcribe and summarise a.wav", "transcribe and summarise a.wav"), True),
    ],
)
def test_a_step_that_the_request_names_is_shown_in_full(goals: tuple[str, str], full: bool) -> None:
    """An implied step, which has the goal of the task that needs it, is shortened."""
    first, second = PLAN.tasks[0], PLAN.tasks[2]
    tasks = (first.model_copy(update={"goal": goals[0]}), second.model_copy(update={"goal": goals[1]}))
    run = run_of(result(0, "embedded/rapidocr", text="word " * 500)).model_copy(update={"plan": Plan(tasks=tasks)})
    assert ("word " * 499 in "".join(answer_paragraphs(run, {}))) is full


def test_several_substitutes_are_one_paragraph() -> None:
    """Each with what it covers."""
    run = run_of(
        result(0, "embedded/rapidocr", text="hello", partial=True),
        result(1, "embedded/extract", text="hi", partial=True),
    )
    last = "".join(answer_paragraphs(run, {})).split("\n\n")[-1]
    assert last == (
        "Partial substitutes: embedded/rapidocr for image-to-text (only print); "
        "embedded/extract for summarization (only print)."
    )


async def test_a_run_without_tasks_is_reported_as_such() -> None:
    """An empty run gets an answer too, and the controller yields it piece by piece."""
    run = Run(run_id="r", thread_id="t", request=Request(text="x"))
    pieces = [piece async for piece in RuleBasedController().answer(run, {})]
    assert pieces == ["Nothing in the request needed an expert, so nothing was done."]
