"""A forked process that starts or resumes a plan through one entry point until it is done, or killed at a failpoint."""

import asyncio
import json
import multiprocessing
import operator
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from dags import Dag
from failpoints import Calls, Failpoint, WatchedPort, WatchedSaver
from faults import FAULTS, JUMPS
from hugginggpt import as_tool
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.open import Storage, open_storage
from hugginggpt.graph.builder import connect
from hugginggpt.graph.errors import HuggingGPTError, UnknownRun
from hugginggpt.graph.options import Options
from hugginggpt.graph.redactor import Redactor
from hugginggpt.graph.result import Request
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.state import GraphInput, State
from hugginggpt.graph.world import World, slots_for
from hugginggpt.nodes.controller_here import ControllerHere
from hugginggpt.nodes.estimates import Estimates
from hugginggpt.tools.controllers.chosen import Controllers
from hugginggpt.tools.files.fetch import GuardedFetcher
from hugginggpt.tools.scripted import ScriptedBackend, ScriptedCatalog, ScriptedController, scripted_expert
from hugginggpt.tools.scripted.controller import HuggingGptPlan
from scenarios import Scenario
from tool_child import agent

LOG = "calls.jsonl"
OUTCOME = "outcome.json"
"""What a process that came to its end writes: status, answer, text by task, and the calls of its ports."""
SYNCHRONOUS = "synchronous graph"
"""Someone else's, on our saver."""
ENTRIES = ("command", "graph", "tool", "sub-graph", SYNCHRONOUS)
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    ["hugginggpt.graph.world", "hugginggpt.apps.session", "hugginggpt.apps.tool", "hugginggpt.graph.builder",
     "hugginggpt.checkpoints.ledger", "hugginggpt.checkpoints.saver", "hugginggpt.tools.scripted", "langgraph.prebuilt",
     "hugginggpt.checkpoints.migrations", "hugginggpt.tools.files.fetch"]
)  # fmt: skip


class Ended(NamedTuple):
    """How a process ended."""

    code: int
    """Negative for a signal."""
    error: str
    """Of ours, that ended it; empty for none."""


def enter(
    entry: str,
    durability: str,
    folder: Path,
    dag: Dag,
    failpoint: Failpoint | None = None,
    fault: str = "",
    repaired: bool = False,
) -> "Ended":
    """Start or resume in a new process, and wait for its end.

    `fault`: what happens to the home at the failpoint, a name in `faults.py`; without one the process is killed.
    `repaired`: what makes calls of a scenario fail is gone, and what failed is tried again.
    """
    given = (entry, durability, folder, dag, failpoint or Failpoint(), fault, repaired)
    errors, send = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_work, args=(send, *given))
    process.start()
    send.close()
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{entry}, {durability}, {failpoint}: it hangs")
    return Ended(process.exitcode, errors.recv() if process.exitcode == 1 else "")


def outcome(folder: Path) -> dict[str, Any]:
    """What the process that came to its end wrote."""
    return dict(json.loads((folder / OUTCOME).read_text()))


def log_start(folder: Path, key: str) -> None:
    """Log that a call begins, as scripted experts do."""
    with (folder / LOG).open("a") as file:
        file.write(json.dumps({"event": "started", "key": key}) + "\n")


def _work(
    errors: Connection,
    entry: str,
    durability: str,
    folder: Path,
    dag: Dag,
    failpoint: Failpoint,
    fault: str,
    repaired: bool,
) -> None:
    calls = Calls(failpoint, partial((FAULTS | JUMPS)[fault], folder / "home") if fault else None)
    try:
        made = asyncio.run(_entered(entry, durability, folder, dag, calls, repaired))
    except HuggingGPTError as error:  # as the command does
        errors.send(f"{type(error).__name__}: {error} ({error.hint})")
        sys.exit(1)
    (folder / OUTCOME).write_text(json.dumps(made | {"seen": calls.seen}))


def assembled(
    folder: Path, dag: Dag, calls: Calls, storage: Storage, saver: WatchedSaver | None = None, *, repaired: bool = False
) -> World:
    """A world whose ports are watched; its graph has the saver, or its parent's."""
    case = dag if isinstance(dag, Scenario) else Scenario(dag.tasks, dag.latency)

    def planned(_: Request) -> HuggingGptPlan:
        log_start(folder, "plan")
        return case.tasks

    settings = Settings(home=folder / "home")
    failures = {} if repaired else case.failures
    backend = ScriptedBackend(latency=case.latency, failures=failures, log=folder / LOG)
    experts = (scripted_expert(str(task["task"]), f"scripted/{name}") for task in case.tasks for name in "ab")
    ports: dict[str, Any] = {
        "controller": ScriptedController(planned, answer="done"),
        "catalog": ScriptedCatalog(experts),
        "backends": {backend.name: backend},
        "ledger": WatchedPort("ledger", storage.ledger, calls),
        "store": (store := WatchedPort("store", storage.store, calls)),
        "fetcher": GuardedFetcher(store, settings),  # type: ignore[arg-type]
    }
    controller = ports["controller"]
    controllers = Controllers(controller, lambda _: controller)
    ports["estimates"] = Estimates(ledger=ports["ledger"], controllers=controllers, prices=lambda _: None)
    graph = connect(
        settings=settings, slots=slots_for(settings), cut=case.cut, redact=Redactor(), checkpointer=saver,
        controllers=controllers, here=ControllerHere.of(controller, settings),
        **{name: port for name, port in ports.items() if name != "controller"},
    )  # fmt: skip
    return World(settings, graph, **ports)


async def _entered(entry: str, durability: str, folder: Path, dag: Dag, calls: Calls, repaired: bool) -> dict[str, Any]:
    dag = dag if isinstance(dag, Scenario) else Scenario(dag.tasks, dag.latency)
    options = {"approve": dag.approve}
    async with open_storage(folder / "home") as storage:
        saver = await WatchedSaver.watched(storage.ledger.database, calls)
        alone = saver if entry in ("command", "graph") else None  # else it has its parent's
        world = assembled(folder, dag, calls, storage, alone, repaired=repaired)
        match entry:
            case "command":
                return await _command(world, Options.model_validate(options), again=repaired)
            case _ if entry == SYNCHRONOUS:
                graph = _synchronous(dag, saver, folder)
                return await asyncio.to_thread(_driven_synchronously, graph, durability)
            case "tool":
                parent = agent(as_tool(world.graph, approve=dag.approve), [{"request": "do it"}], saver)
                state = await _driven(parent, {"messages": []}, durability)
                (message,) = [message for message in state["messages"] if message.type == "tool"]
                return shown(message.artifact["status"], message.content, message.artifact["results"])
            case "sub-graph":
                outer: Any = StateGraph(State, input_schema=GraphInput)
                outer.add_node("hugginggpt", world.graph)
                outer.add_edge(START, "hugginggpt")
                outer.add_edge("hugginggpt", END)
                graph = outer.compile(checkpointer=saver)
            case _:
                graph = world.graph
        state = await _driven(graph, {"request": "do it", "options": options}, durability)
        return shown(state["run"]["status"], state["answer"], list(state["results"].values()))


CONFIG: Any = {"configurable": {"thread_id": "t"}}
SERVER = "API server"
SERVER_CONFIG: Any = {"configurable": {"thread_id": "00000000-0000-4000-8000-000000000000"}}
"""A server names its threads so."""


async def _driven(graph: Any, first: Any, durability: str) -> Any:
    """The last state: of a new run where there is no checkpoint, else of the one that it continues.

    A finished one has no tasks; `next` is empty too where all tasks of a step have written, and the next step has not begun.
    """
    snapshot = await graph.aget_state(CONFIG)
    if snapshot.created_at and not snapshot.tasks:
        return snapshot.values
    given: Any = None if snapshot.created_at else first
    if snapshot.interrupts:
        given = Command(resume=True)
    while "__interrupt__" in (state := await graph.ainvoke(given, CONFIG, durability=durability)):
        given = Command(resume=True)
    return state


async def _command(world: World, options: Options, *, again: bool) -> dict[str, Any]:
    session = Session(world)
    try:
        run = await session.history.run()
    except UnknownRun:
        events = session.start("do it", thread_id="t", options=options)
    else:
        if again and run.status == "partial":
            events = session.retry(run)
        elif run.unfinished:
            events = session.resume(run)
        else:
            end = await session.closing(run.run_id)
            return shown(end.status, end.answer, end.results)
    *_, end = [event async for event in events]  # type: ignore[misc]
    if end.status == "waiting":
        *_, end = [event async for event in session.resume(await session.history.run(), True)]  # type: ignore[misc]
    return shown(end.status, end.answer, end.results)


def shown(status: str, answer: str, results: Sequence[Any]) -> dict[str, Any]:
    """What a process that came to its end writes."""
    texts = {str(result["task_id"]): _text(result["outputs"]) for result in results}
    return {"status": status, "answer": answer, "texts": texts}


def _text(outputs: dict[str, Any]) -> str:
    """The text that a task made; of a list all, of a file its hash."""
    made = [each for many in outputs.values() for each in (many if isinstance(many, list) else [many])]
    return " | ".join(each["text"] or each["sha256"] for each in made)


# -- a graph of someone else's, all of whose calls are synchronous ----------------------------------------------------


class _Made(TypedDict):
    texts: Annotated[dict[str, str], operator.or_]


def _synchronous(dag: Dag, saver: WatchedSaver, folder: Path) -> Any:
    """A node for each task, beside each other or one after the other as the plan says."""
    graph = StateGraph(_Made)
    ends = {str(n) for n in dag.deps}
    for n, deps in dag.deps.items():

        def node(state: _Made, n: int = n) -> _Made:
            log_start(folder, str(n))
            return {"texts": {str(n): dag.text(n, {int(key): text for key, text in state["texts"].items()})}}

        graph.add_node(str(n), node)
        graph.add_edge([str(dep) for dep in deps] or START, str(n))
        ends -= {str(dep) for dep in deps}
    graph.add_edge(sorted(ends), END)
    return graph.compile(checkpointer=saver)


def _driven_synchronously(graph: Any, durability: str) -> dict[str, Any]:
    snapshot = graph.get_state(CONFIG)
    state = snapshot.values
    if not snapshot.created_at or snapshot.tasks:
        state = graph.invoke(None if snapshot.created_at else {"texts": {}}, CONFIG, durability=durability)
    return {"status": "succeeded", "answer": "done", "texts": state["texts"]}
