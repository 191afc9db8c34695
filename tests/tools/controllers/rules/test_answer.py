"""Promises of the rule-based controller's answer."""

from pathlib import Path

import pytest

from hugginggpt.graph.expert import NO_EXPERT, Assignment, Expert
from hugginggpt.graph.member import Member
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Kind, Resource
from hugginggpt.graph.result import Request, Result, Run, TaskStatus
from hugginggpt.graph.task import Ref, Task
from hugginggpt.tools.controllers.rules import RuleBasedController
from hugginggpt.tools.controllers.rules.answers import answer_paragraphs
from hugginggpt.tools.controllers.rules.answers.printable import clean

RECEIPT = Resource(kind="image", media_type="image/png", name="receipt.png", sha256="0" * 64)
OTHER = Resource(kind="image", media_type="image/png", name="menu.png", sha256="1" * 64)
PLAN = Plan(
    tasks=(
        Task(id=0, type="image-to-text", inputs={"image": RECEIPT}, goal="read receipt.png"),
        Task(id=1, type="summarization", inputs={"text": Ref(task_id=0)}, goal="and summarise it"),
        Task(id=2, type="text-classification", inputs={"text": Ref(task_id=0)}, goal="is it happy?"),
        Task(id=3, type="text-to-speech", inputs={"text": Ref(task_id=1)}, goal="say it aloud"),
    )
)
MOOD = '[{"label": "positive", "score": 0.93}, {"label": "negative", "score": 0.07}]'


def result(
    task_id: int,
    name: str,
    *texts: str,
    kind: Kind = "text",
    status: TaskStatus = "succeeded",
    error: str | None = None,
    plan: Plan = PLAN,
) -> Result:
    """A row of the ledger; without texts, one with a file whose hash is the number of its task."""
    task_type = plan.by_id[task_id].type
    expert = Expert(model_id=f"embedded/{name}", task_type=task_type, backend="embedded")
    made = tuple(
        Resource(kind=kind, media_type="x/y", text=text, sha256=f"{task_id}" * 64) for text in texts or (None,)
    )
    return Result(
        task_id=task_id,
        key=str(task_id),
        task_type=task_type,
        status=status,
        outputs={"made": made} if status == "succeeded" else {},
        error=error,
        assignment=Assignment(task_id=task_id, expert=expert, reason="the only one"),
    )


def answer_to(
    *results: Result, text: str = "x", plan: Plan = PLAN, refusals: tuple[str, ...] = (), files: Path | None = None
) -> str:
    """The answer to a finished run. `files`: the file behind every hash."""
    run = Run(run_id="r", thread_id="t", request=Request(text=text), plan=plan, results=results, refusals=refusals)
    paths = {made.sha256 or "": files for row in results for made in row.resources} if files else {}
    return "".join(answer_paragraphs(run, paths))


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """A file that a task made."""
    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF")
    return path


def test_results_stand_under_headings_in_the_order_asked_and_a_last_line_names_the_experts(speech: Path) -> None:
    """Each statement carries the number of its task."""
    answer = answer_to(
        result(0, "rapidocr", "CAFE  total 4.20\ngreat coffee!"),
        result(1, "summary", "Total 4.20."),
        result(2, "vader", MOOD, kind="labels"),
        result(3, "espeak-ng", kind="audio"),
        text="read receipt.png and summarise it. Is it happy? Say it aloud",
        files=speech,
    )
    assert answer.split("\n\n") == [
        "In the picture [0]:\nCAFE  total 4.20\ngreat coffee!",
        f"Summary [1]: Total 4.20.\nSentiment [2]: Yes: positive (0.93)\nSpeech [3]: {speech}",
        "[0] rapidocr, [1] summary (weak: picks sentences), [2] vader (weak: by a word list, English only), "
        "[3] espeak-ng",
    ]


def test_what_was_computed_of_a_table_in_a_text_is_named_after_the_calculator() -> None:
    task = Task(id=0, type="question-answering", inputs={"question": "What is the sum of price?", "context": "a"})
    plan = Plan(tasks=(task,))
    made = result(0, "lexical-qa", "42", plan=plan).model_copy(update={"notes": ("computed: sum(price)",)})
    assert answer_to(made, plan=plan).endswith("[0] table-arithmetic")


def test_what_was_not_done_comes_first_with_its_reason_and_what_can_be_done_instead() -> None:
    """Refusals as they are; of a failed task the words of the request, with those of the tasks that needed it."""
    answer = answer_to(
        result(0, "rapidocr", status="failed", error=f"{NO_EXPERT}: needs a token: set HF_TOKEN"),
        result(1, "summary", status="skipped", error="needs task 0 (image-to-text), which failed"),
        result(3, "espeak-ng", status="failed", error="the text is empty"),
        refusals=("Not done: “sing”: no expert does that.",),
    )
    assert answer.split("\n") == [
        "Not done: “sing”: no expert does that.",
        f"Not done: “read receipt.png”, “summarise it”, “is it happy?”, “say it aloud”: {NO_EXPERT}: "
        "needs a token: set HF_TOKEN",
        "  I can read the text in it: “read receipt.png”",
    ]


def test_a_step_is_shown_where_the_request_names_it_or_what_needs_it_failed() -> None:
    """An implied step has the goal of the task that needs it, and is not repeated."""
    goal = "summarise receipt.png"
    tasks = [task.model_copy(update={"goal": goal}) for task in PLAN.tasks[:2]]
    plan, text = Plan(tasks=tuple(tasks)), "word " * 500
    done, failed = result(1, "summary", "word."), result(1, "summary", status="failed", error="too short")
    assert text.strip() not in answer_to(result(0, "rapidocr", text), done, plan=plan)
    assert text.strip() in answer_to(result(0, "rapidocr", text), failed, plan=plan)
    named = Plan(tasks=(tasks[0].model_copy(update={"goal": "read it"}), tasks[1]))
    assert text.strip() in answer_to(result(0, "rapidocr", text), done, plan=named)


def test_of_several_files_each_heading_names_its_own_also_in_a_list() -> None:
    """A list of files, or of pages, is one task with a result for each."""
    tasks = (Task(id=0, type="image-to-text", inputs={"image": (RECEIPT, OTHER)}, goal="read them"),)
    answer = answer_to(result(0, "rapidocr", "Total 4.20", "Soup", plan=Plan(tasks=tasks)), plan=Plan(tasks=tasks))
    assert answer.split("\n")[:2] == [
        "In the picture (receipt.png) [0]: Total 4.20",
        "In the picture (menu.png) [0]: Soup",
    ]
    report = Resource(kind="document", media_type="application/pdf", name="a.pdf", sha256="2" * 64)
    pages = Task(id=0, type="document-to-images", inputs={"document": report}, goal="read each page")
    read = Task(id=1, type="image-to-text", inputs={"image": Ref(task_id=0)}, goal="read each page")
    plan = Plan(tasks=(pages, read))
    answer = answer_to(
        result(0, "pages", "", "", kind="image", plan=plan), result(1, "rapidocr", "A", "B", plan=plan), plan=plan
    )
    assert answer.split("\n")[:2] == ["In the picture (page 1) [1]: A", "In the picture (page 2) [1]: B"]


def test_of_files_made_one_after_another_the_last_is_marked(tmp_path: Path) -> None:
    """Paths that lead nowhere are not named."""
    path = tmp_path / "made.png"
    path.write_bytes(b"x")
    first = Task(id=0, type="crop", inputs={"image": RECEIPT}, goal="crop receipt.png")
    plan = Plan(tasks=(first, Task(id=1, type="image-to-image", inputs={"image": Ref(task_id=0)}, goal="grey it")))
    rows = [result(0, "crop", kind="image", plan=plan), result(1, "retouch", kind="image", plan=plan)]
    assert answer_to(*rows, plan=plan, files=path).split("\n")[:2] == [
        f"Picture [0]: {path}",
        f"Picture, final [1]: {path}",
    ]
    assert "Picture" not in answer_to(*rows, plan=plan, files=tmp_path / "gone.png")


def test_control_characters_of_experts_do_not_reach_the_terminal() -> None:
    """Escape sequences, bidirectional overrides and lone surrogates are taken out; newlines and tabs stay."""
    assert clean("a\x1b[31mb\u202ec\ud800d\n\te\r") == "a[31mbcd\n\te"
    answer = answer_to(result(0, "rapidocr", "x\x1b]0;title\x07y"))
    assert "\x1b" not in answer
    assert "\x07" not in answer


def test_a_long_result_is_cut_and_its_file_named(tmp_path: Path) -> None:
    """Beside a result of its own length nothing is cut."""
    path = tmp_path / "long.txt"
    path.write_text("word " * 2000)
    answer = answer_to(result(0, "rapidocr", "word " * 2000), files=path)
    assert f"… (all of it: {path})" in answer
    assert len(answer) - len(str(path)) < 4200


@pytest.mark.parametrize(
    ("request_text", "goal", "answer"),
    [
        ("Was the customer happy?", "Was the customer happy?", "Yes: positive (0.93)"),
        ("Was the customer unhappy?", "Was the customer unhappy?", "No: positive (0.93)"),
        ("Is it positive or negative?", "Is it positive or negative?", "positive (0.93)"),
        ("How happy was she?", "How happy was she?", "positive (0.93)"),
        ("Was she not happy?", "Was she not happy?", "positive (0.93)"),
    ],
)
def test_a_question_about_a_mood_is_answered_by_yes_or_no(request_text: str, goal: str, answer: str) -> None:
    """Unless it asks for neither side, or is negated: then by the label."""
    plan = Plan(tasks=(Task(id=0, type="text-classification", inputs={"text": "Fine."}, goal=goal),))
    given = answer_to(result(0, "vader", MOOD, kind="labels", plan=plan), plan=plan, text=request_text)
    assert given.split("\n")[0] == f"Sentiment [0]: {answer}"


async def test_a_run_without_tasks_is_reported_as_such() -> None:
    """An empty run gets an answer too, and the controller yields it piece by piece."""
    run = Run(run_id="r", thread_id="t", request=Request(text="x"))
    pieces = [piece async for piece in RuleBasedController().answer(run, {})]
    assert pieces == ["Nothing in the request needed an expert, so nothing was done."]


@pytest.mark.parametrize(
    ("request_text", "sentences"),
    [
        (
            "Read every file and put the texts together",
            (
                "Not done: “Read every file” (menu.png): it is damaged",
                "“put together” [1] was made without 1: menu.png",
            ),
        ),
        (
            "Lies bitte jede Datei und füge die Texte zusammen",
            (
                "Nicht getan: „Read every file“ (menu.png): auf Englisch: „it is damaged“",
                "„put together“ [1] entstand ohne 1: menu.png",
            ),
        ),
    ],
)
def test_a_member_that_is_missing_is_named_once_and_what_was_made_without_it_too(
    request_text: str, sentences: tuple[str, ...]
) -> None:
    plan = Plan(
        tasks=(
            Task(id=0, type="image-to-text", inputs={"image": (RECEIPT, OTHER)}, goal="Read every file"),
            Task(id=1, type="join-text", inputs={"texts": Ref(task_id=0)}, goal="put together"),
        )
    )
    members = (Member(key="0[0]", name="receipt.png"), Member(key="0[1]", name="menu.png", error="it is damaged"))
    made = Resource(kind="text", media_type="x/y", text="CAFE", sha256="2" * 64, producer="0[0]")
    read = result(0, "rapidocr", plan=plan).model_copy(
        update={"status": "partial", "members": members, "outputs": {"text": (made,)}}
    )
    lost = Member(key="0[1]", name="menu.png", error="it is damaged")
    joined = result(1, "join-text", "CAFE", plan=plan).model_copy(update={"status": "partial", "members": (lost,)})
    answer = answer_to(read, joined, text=request_text, plan=plan)
    assert all(answer.count(sentence) == 1 for sentence in sentences)
    assert answer.count("menu.png") == 2
    assert "(receipt.png) [1]" in answer


def test_a_page_of_several_documents_is_named_by_its_document_and_its_number_there() -> None:
    documents = tuple(
        Resource(kind="document", media_type="application/pdf", name=f"{name}.pdf", sha256=name * 64) for name in "abc"
    )
    plan = Plan(
        tasks=(
            Task(id=0, type="document-to-images", inputs={"document": documents}, goal="open"),
            Task(id=1, type="image-to-text", inputs={"image": Ref(task_id=0)}, goal="read every page"),
        )
    )
    keys = ["1[0][0]", "1[0][1]", "1[2][0]"]
    texts = tuple(Resource(kind="text", media_type="x/y", text=f"text {key}", producer=key) for key in keys)
    pages = tuple(
        Resource(kind="image", media_type="image/png", sha256="d" * 64, producer=key)
        for key in ("0[0]", "0[0]", "0[2]")
    )
    opened = result(0, "pdf-pages", plan=plan).model_copy(
        update={
            "status": "partial", "outputs": {"images": pages},
            "members": (Member(key="0[0]"), Member(key="0[1]", name="b.pdf", error="it is damaged"), Member(key="0[2]")),
        }
    )  # fmt: skip
    read = result(1, "rapidocr", plan=plan).model_copy(
        update={
            "status": "partial", "outputs": {"text": texts},
            "members": (*(Member(key=key) for key in keys),
                        Member(key="1[1]", name="b.pdf", error="it is damaged", cause="0[1]")),
        }
    )  # fmt: skip
    answer = answer_to(opened, read, plan=plan, text="read every page")
    assert "(a.pdf, page 1) [1]: text 1[0][0]" in answer
    assert "(a.pdf, page 2) [1]: text 1[0][1]" in answer
    assert "(c.pdf, page 1) [1]: text 1[2][0]" in answer
    assert answer.count("b.pdf") == 1
