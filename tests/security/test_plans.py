"""Hostile plans, responses and files are refused or repaired at once, also on resume

A plan has at most 1,000 tasks, ids of at most 9 digits, a million characters, and 64 levels of nesting; it names only files
of its request.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fences import Fence
from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import HuggingGPTError, InvalidPlan, UsageError
from hugginggpt.graph.options import Options
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.untrusted_json import InvalidJson, checked_json, read_untrusted_json
from hugginggpt.graph.world import open_world
from hugginggpt.tools.controllers.llm.plan_reader import read_plan
from hugginggpt.tools.recording.replayer import Replayer
from hugginggpt.tools.recording.scrub import Scrubber
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, as_json, serve

FENCES = (
    Fence(
        "untrusted JSON is not nested too deep",
        "graph/untrusted_json.py",
        "    except RecursionError:\n",
        "    except ZeroDivisionError:\n",
        "test_plans.py::test_an_answer_is_written_whatever_an_expert_made[deep]",
    ),
    Fence(
        "numbers and depth of a plan are bounded",
        "graph/paper.py",
        "        entries = checked_json(tasks)\n",
        "        entries = tasks\n",
        "test_plans.py::test_a_hostile_plan_is_run_or_refused_through_approval[deep-args]",
    ),
    Fence(
        "lone surrogates are replaced",
        "graph/untrusted_json.py",
        'return value if value.isascii() else _LONE_SURROGATE.sub("\\N{REPLACEMENT CHARACTER}", value)',
        "return value",
        "test_plans.py::test_a_hostile_plan_is_run_or_refused_through_approval[half-pair]",
    ),
    Fence(
        "an id has few digits",
        "graph/paper.py",
        'rf"-?\\d{{1,{MAX_DIGITS}}}"',
        'r"-?\\d+"',
        "test_plans.py::test_a_hostile_plan_is_refused_or_repaired_at_once[id-of-5000-digits]",
    ),
    Fence(
        "a plan has few tasks",
        "graph/plan.py",
        "    if len(tasks) > MAX_TASKS:\n",
        "    if False:\n",
        "test_plans.py::test_a_plan_in_a_checkpoint_has_the_same_limits",
    ),
    Fence(
        "the tasks of a plan wait for few others",
        "graph/paper.py",
        "    if waits > MAX_WAITS:\n",
        "    if False:\n",
        "test_plans.py::test_a_hostile_plan_is_refused_or_repaired_at_once[1000-that-wait-for-all]",
    ),
    Fence(
        "a task type is short",
        "graph/paper.py",
        " or len(name) > LONGEST_TYPE:",
        ":",
        "test_plans.py::test_a_hostile_plan_is_refused_or_repaired_at_once[long-type]",
    ),
    Fence(
        "parameters are an object",
        "graph/paper.py",
        'if not isinstance(entry.get("parameters") or {}, Mapping):',
        "if False:",
        "test_plans.py::test_a_hostile_plan_is_refused_or_repaired_at_once[parameters-a-list]",
    ),
    Fence(
        "a plan names files of its request only",
        "graph/paper.py",
        "if hashes is not None and not named.missing and named.sha256 not in hashes:",
        "if False:",
        "test_plans.py::test_a_plan_can_not_name_data_that_its_request_does_not_have",
    ),
)

SUM: dict[str, Any] = {"task": "summarization", "id": 0, "dep": [-1], "args": {"text": "some text"}}
DEEP: Any = "x"
for _ in range(900):
    DEEP = [DEEP]
DIGITS = "9" * 5000
STRANGE = {"kind": "text", "media_type": "text/plain", "sha256": "a" * 64, "size": 4}


def task(**about: Any) -> dict[str, Any]:
    return SUM | about


def args(value: Any) -> dict[str, Any]:
    return SUM | {"args": {"text": value}}


HOSTILE: dict[str, Any] = {
    "nothing": [],
    "no-list": {"task": "summarization"},
    "null": None,
    "number": 7,
    "text": "plan",
    "list-of-texts": ["summarization"],
    "list-of-lists": [[SUM]],
    "deep-list": DEEP,
    "deep-json": "[" * 10_000,
    "deep-objects": '{"a":' * 10_000,
    "deep-args": [args(DEEP)],
    "deep-parameters": [task(parameters={"a": DEEP})],
    "deep-goal": [task(goal=DEEP)],
    "deep-dep": [task(dep=DEEP)],
    "deep-id": [task(id=DEEP)],
    "long-json": "[" + " " * 2_000_000 + "]",
    "100000-tasks": [{"task": "summarization", "id": number, "args": {"text": "a"}} for number in range(100_000)],
    "1000-unknown": [task(id=number, task=f"x{number}") for number in range(1000)],
    "1000-that-wait-for-all": [task(id=n, dep=list(range(n)) or [-1]) for n in range(1000)],
    "100000-deps": [task(dep=list(range(100_000)))],
    "circle": [task(id=0, dep=[1]), task(id=1, dep=[0])],
    "long-circle": [task(id=n, dep=[(n + 1) % 900]) for n in range(900)],
    "itself": [task(dep=[0])],
    "refers-to-itself": [args("<resource>-0")],
    "ids-twice": [SUM, SUM],
    "dangling": [args("<resource>-7")],
    "id-of-5000-digits": [task(id=DIGITS)],
    "id-number-of-5000-digits": f'[{{"task": "summarization", "id": {DIGITS}, "args": {{"text": "a"}}}}]',
    "reference-of-5000-digits": [args(f"<resource>-{DIGITS}")],
    "generated-of-5000-digits": [args(f"it says <GENERATED>-{DIGITS} there")],
    "dep-of-5000-digits": [task(dep=[DIGITS])],
    "id-of-2**31": [task(id=2**31)],
    "id-of-2**70": [task(id=2**70)],
    "negative-id": [task(id=-5)],
    "id-nan": [task(id=float("nan"))],
    "id-infinite": [task(id=float("inf"))],
    "id-1.5": [task(id=1.5)],
    "id-true": [task(id=True)],
    "id-null": [task(id=None)],
    "id-list": [task(id=[1])],
    "id-object": [task(id={"a": 1})],
    "id-arabic": [task(id="\u0661")],
    "id-superscript": [task(id="\u00b2")],
    "id-full-width": [task(id="\uff17")],
    "id-empty": [task(id="")],
    "id-with-nul": [task(id="1\0")],
    "nan-json": '[{"task": "summarization", "id": 0, "args": {"text": NaN}}]',
    "infinite-json": '[{"task": "summarization", "id": 0, "args": {"text": 1e999}}]',
    "parameter-nan": [task(parameters={"max_length": float("nan")})],
    "parameter-2**70": [task(task="text-to-image", args={"prompt": "a"}, parameters={"width": 2**70})],
    "parameters-a-list": [task(parameters=[1])],
    "parameters-a-text": [task(parameters="max_length")],
    "dep-text": [task(dep="0")],
    "dep-object": [task(dep={"a": 1})],
    "dep-null": [task(dep=None)],
    "dep-nan": [task(dep=[float("nan")])],
    "dep-true": [task(dep=[True])],
    "dep-nested": [task(dep=[[0]])],
    "args-a-list": [task(args=["a"])],
    "args-a-text": [task(args="a")],
    "args-null": [task(args={"text": None})],
    "args-nested": [args([["a", ["b"]], {"a": {"b": "c"}}])],
    "args-object": [args({"a": 1})],
    "args-named-by-numbers": [task(args={1: "a"})],
    "args-named-badly": [task(args={"\0": "a", "__class__": "b", "": "c"})],
    "no-type": [{"id": 0}],
    "type-null": [task(task=None)],
    "type-list": [task(task=["summarization"])],
    "long-type": [task(task="summarizatiom" * 100_000)],
    "type-with-nul": [task(task="summarization\0")],
    "unknown-type": [task(task="rm-rf")],
    "type-of-python": [task(task="__import__('os')")],
    "goal-list": [task(goal=["a"])],
    "long-goal": [task(goal="a" * 900_000)],
    "half-pair": json.dumps([task(goal="\ud800", args={"text": "\udfff"})]),
    "half-pair-in-a-name": [task(args={"\ud800": "a"})],
    "keys-repeated": '[{"task": "summarization", "task": "rm", "id": 0, "id": 0, "args": {"text": "a"}}]',
    "strange-hash": [args(STRANGE)],
    "strange-path": [args(STRANGE | {"name": "/etc/passwd"})],
    "bad-hash": [args(STRANGE | {"sha256": "../../etc/passwd"})],
    "hash-null": [args(STRANGE | {"sha256": None, "name": "/etc/passwd"})],
    "strange-field": [args(STRANGE | {"path": "/etc/passwd"})],
    "strange-kind": [args(STRANGE | {"kind": "shell"})],
    "size-2**70": [args(STRANGE | {"size": 2**70})],
    "bytes": [args(b"a")],
    "set": [args({1})],
    "object": [args(object())],
    "tuple": ({"task": "summarization", "id": 0, "args": {"text": ("a", "b")}},),
    "many-references": [args("<resource>-0 " * 50_000)],
    "commas": [task(task="image-to-text", args={"image": "a.png," * 20_000})],
    "broken-json": '[{"task": ',
    "no-json": "rm -rf /",
    "bom": "\ufeff[]",
}
"""Plans, as text or as values."""
FOR_APPROVAL = {name: plan for name, plan in HOSTILE.items() if name not in {"bytes", "set", "object"}}
"""Those that can come by LangGraph's `resume`, or by a file."""


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """The result or error of ours; any other exception, or a longer time, fails the test."""
    began = time.process_time()
    problem, made = "", None
    try:
        made = work()
    except InvalidPlan as error:
        problem = str(error)
    assert time.process_time() - began < seconds
    assert len(problem) < 50_000
    return made


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_plan_is_refused_or_repaired_at_once(name: str) -> None:
    """A plan with cycles, forged data, huge ids, deep nesting or 100,000 tasks is refused or repaired in three seconds."""
    plan = within(3.0, lambda: Plan.from_hugginggpt(HOSTILE[name], ()))
    if plan is not None:
        json.dumps(plan.to_hugginggpt(), allow_nan=False).encode()
        assert len(plan.tasks) <= 1000
        assert sum(len(task.depends_on) for task in plan.tasks) <= 10_000


def test_a_plan_in_a_checkpoint_has_the_same_limits() -> None:
    """The limit on the number of tasks holds for a plan in a checkpoint or an edited state too."""
    tasks = Plan.from_hugginggpt([task(id=n) for n in range(1000)]).tasks
    assert len(Plan(tasks=tasks).tasks) == 1000
    with pytest.raises(InvalidPlan, match="1001 tasks are more than"):
        Plan(tasks=(*tasks, tasks[0].model_copy(update={"id": 1000})))


@pytest.mark.parametrize("name", FOR_APPROVAL)
def test_a_chat_model_s_hostile_plan_is_refused_or_repaired_at_once(name: str) -> None:
    """Any text that a chat model writes in place of a plan is refused or repaired in three seconds."""
    plan = FOR_APPROVAL[name]
    text = plan if isinstance(plan, str) else _json_of(plan)
    for answer in (text, '{"tasks": ' + text + ', "refusals": []}', f"Here it is:\n```json\n{text}\n```"):
        within(3.0, lambda answer=answer: read_plan(answer, {}))  # type: ignore[misc]


def _json_of(value: Any) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return "[" * 900


@pytest.mark.parametrize("name", FOR_APPROVAL)
async def test_a_hostile_plan_is_run_or_refused_through_approval(name: str, tmp_path: Path) -> None:
    """A hostile plan given at the approval of a run is refused, and the run can still be approved with its own plan."""
    async with open_world(
        Settings(home=tmp_path / "home", retries=0), controller=ScriptedController([SUM]), catalog=ScriptedCatalog(),
        backends=[ScriptedBackend()],
    ) as world:  # fmt: skip
        session = Session(world)
        _ = [event async for event in session.start("Sum it up", thread_id="t", options=Options(approve="always"))]
        run = await session.history.run()
        try:
            verdict = {"approve": True, "plan": FOR_APPROVAL[name]}
            last = [event async for event in session.resume(run, verdict)][-1]
        except UsageError:
            last = [event async for event in session.resume(run, True)][-1]
        if last.event == "run_finished" and last.status == "waiting":
            last = [event async for event in session.resume(await session.history.run(), True)][-1]
        assert last.event == "run_finished"
        assert last.status in {"succeeded", "failed", "partial"}
        assert (await session.history.run()).status == last.status


def test_a_plan_can_not_name_data_that_its_request_does_not_have() -> None:
    """A plan that names data of another conversation by its hash is refused."""
    own = Resource.model_validate(STRANGE | {"sha256": "b" * 64})
    Plan.from_hugginggpt([args(own.model_dump(mode="json"))], [own])
    with pytest.raises(InvalidPlan, match="does not have"):
        Plan.from_hugginggpt([args(STRANGE)], [own])


MADE = {
    "deep": "[" * 10_000,
    "deep-objects": '{"label":' * 10_000,
    "deep-whole": "[" * 5_000 + "]" * 5_000,
    "digits": f'[{{"label": "a", "score": {DIGITS}}}]',
    "nan": '[{"label": "a", "score": NaN}]',
    "infinite": '[{"label": "a", "score": 1e999}]',
    "half-pair": '[{"label": "\\ud800"}]',
    "nul": '[{"label": "\\u0000\\u001b[2J"}]',
    "odd": '[{"label": {"a": [1]}, "score": [], "start": "x"}]',
}
"""Texts that an expert makes."""


@pytest.mark.parametrize("made", MADE)
async def test_an_answer_is_written_whatever_an_expert_made(made: str, tmp_path: Path) -> None:
    """An expert's output nested 10,000 deep, or with numbers of 5,000 digits, does not prevent the answer."""
    from hugginggpt.tools.controllers.rules.controller import RuleBasedController

    class Planned(RuleBasedController):
        async def plan(self, *given: Any) -> Any:
            return await ScriptedController([SUM, args("<resource>-0") | {"id": 1}]).plan(*given)

    async with open_world(
        Settings(home=tmp_path / "home", retries=0), controller=Planned(), catalog=ScriptedCatalog(),
        backends=[ScriptedBackend(texts={0: MADE[made], 1: MADE[made]})],
    ) as world:  # fmt: skip
        last = [event async for event in Session(world).start("Sum it up", thread_id="t")][-1]
    assert last.event == "run_finished"
    assert last.status == "succeeded"
    assert last.answer


@pytest.mark.parametrize("text", MADE)
def test_untrusted_json_is_a_value_that_can_be_stored_or_an_error(text: str) -> None:
    """Untrusted JSON becomes a value that can be stored, or an error with the reason."""
    value, problem = None, ""
    try:
        value = read_untrusted_json(MADE[text])
    except InvalidJson as error:
        problem = str(error)
    assert json.loads(json.dumps(value, allow_nan=False, ensure_ascii=False).encode()) == value
    assert value is None or not problem
    assert len(problem) < 300
    with pytest.raises(InvalidJson):
        checked_json(DEEP)


@pytest.mark.parametrize("text", ["[" * 10_000, '{"a":' * 10_000, f'[{{"name": {DIGITS}}}]', "\ud800", "[NaN]"])
async def test_a_hostile_list_of_servers_or_recording_is_reported(text: str, tmp_path: Path) -> None:
    """A list of servers or a recording nested 10,000 deep is reported as unreadable, and stops nothing else."""
    from hugginggpt.tools.backends.endpoint.endpoints_file import known_endpoints

    home = tmp_path / "home"
    home.mkdir()
    (home / "endpoints.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert known_endpoints(home).trouble
    (tmp_path / "recording.jsonl").write_bytes(
        b'{"kind": "head", "format": 1}\n' + text.encode("utf-8", "replace") + b"\n{}\n"
    )
    with pytest.raises(UsageError, match="recording"):
        Replayer(tmp_path / "recording.jsonl", Scrubber(Settings(home=home)))


@pytest.mark.parametrize("body", ["[" * 10_000, f"[{DIGITS}]", "[NaN]", '[{"index": ' + "[" * 5_000])
def test_a_server_s_hostile_answer_is_an_expert_s_failure(body: str, tmp_path: Path) -> None:
    """A server of your own that returns JSON nested 10,000 deep fails its task, and nothing else fails."""
    from hugginggpt.graph.errors import ExpertError
    from hugginggpt.graph.expert import Expert
    from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint
    from hugginggpt.tools.backends.endpoint.probe import probe
    from hugginggpt.tools.backends.endpoint.tei_server import call_server
    from hugginggpt.tools.net.http_errors import expert_errors
    from samples import call_of

    with serve(lambda _: as_json({}) if not body else _raw(body)) as server:
        endpoint = Endpoint(name="mine", url=server.url, task_type="feature-extraction", api="tei")
        expert = Expert(model_id="mine", task_type="feature-extraction", backend="endpoint")
        with pytest.raises(ExpertError), expert_errors("mine", 5.0):
            call_server(endpoint, call_of("feature-extraction", expert, tmp_path), 1_000_000)
        assert probe(server.url, None).api == "tasks"


def _raw(body: str) -> Any:
    from hugginggpt.tools.scripted.server import Reply

    return Reply(200, body.encode(), {"content-type": "application/json"})


def test_a_refused_plan_is_a_usage_error() -> None:
    """Every refusal of a plan is an error with exit code 2 and the reason."""
    with pytest.raises(HuggingGPTError) as raised:
        Plan.from_hugginggpt("[" * 10_000)
    assert raised.value.exit_code == 2
