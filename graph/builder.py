"""`connect` builds the graph from its nodes and edges, with the ports that `world.py` chooses for it."""

from collections.abc import Mapping

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph

from ..nodes.controller_here import ControllerHere
from ..nodes.dispatch import dispatch
from ..nodes.estimates import Estimates
from ..nodes.execute import execute_node
from ..nodes.expert_calls import ExpertCalls
from ..nodes.plan import plan_node
from ..nodes.respond import respond_node
from ..nodes.review import review_node
from ..nodes.run_graph import RunGraph
from ..nodes.select import select_node
from ..nodes.task import task_node
from .options import LIMITS, Options
from .ports import Backend, Catalog, ControllerOf, Cutter, Fetcher, Ledger, Slots, Store
from .redactor import Redactor
from .settings import FILES_PATH, PLACES, Settings
from .state import GraphInput, State, TaskOutput, TaskState

Graph = RunGraph


def connect(
    *,
    settings: Settings,
    controllers: ControllerOf,
    here: ControllerHere,
    catalog: Catalog,
    estimates: Estimates,
    backends: Mapping[str, Backend],
    ledger: Ledger,
    store: Store,
    slots: Slots,
    fetcher: Fetcher,
    cut: Cutter,
    redact: Redactor,
    checkpointer: BaseCheckpointSaver[str] | None = None,
    recorded: bool = False,
) -> Graph:
    """START -> plan -> review == Send x N ==> task{select -> execute} -> respond -> END.

    `recorded`: each question to the outside is kept in its order, so that nothing begins early.
    """
    expert_calls = ExpertCalls(
        backends=backends,
        store=store,
        slots=slots,
        settings=settings,
        ledger=ledger,
        price=estimates.call_price,
        called=estimates.called,
    )
    one_task = StateGraph(TaskState, output_schema=TaskOutput)
    one_task.add_node("select", select_node(controllers=controllers, catalog=catalog, ledger=ledger))
    one_task.add_node(
        "execute", execute_node(catalog=catalog, expert_calls=expert_calls, ledger=ledger, store=store, cut=cut)
    )
    one_task.add_edge(START, "select")
    one_task.add_edge("select", "execute")
    one_task.add_edge("execute", END)

    files_url = f"{settings.public_url.rstrip('/')}{FILES_PATH}" if settings.public_url else ""
    places = tuple(dict.fromkeys((*PLACES, *backends)))
    graph = StateGraph(State, context_schema=Options, input_schema=GraphInput, output_schema=State)
    graph.add_node(
        "plan",
        plan_node(
            controllers=controllers,
            here=here,
            places=places,
            fetcher=fetcher,
            ledger=ledger,
            store=store,
            redact=redact,
            backends=backends,
            catalog=None if recorded else catalog,
            where=settings.where,
            limits={name: limit for name in LIMITS if (limit := getattr(settings, name)) is not None},
        ),
    )
    review = review_node(
        here=here, catalog=catalog, estimates=estimates, fetcher=fetcher, ledger=ledger, store=store, redact=redact
    )
    respond = respond_node(controllers=controllers, here=here, ledger=ledger, store=store, files_url=files_url)
    graph.add_node("review", review)
    graph.add_node("task", task_node(one_task.compile(name="one task"), ledger, store))
    graph.add_node("respond", respond)
    graph.add_edge(START, "plan")
    graph.add_edge("plan", "review")
    graph.add_conditional_edges("review", dispatch, ["review", "task", "respond"])
    graph.add_edge("task", "respond")  # a plain edge: `respond` runs once, after all tasks
    graph.add_edge("respond", END)
    compiled = graph.compile(checkpointer=checkpointer, name="hugginggpt")
    return RunGraph.of(compiled, ledger=ledger, fetcher=fetcher, store_of_files=store, places=places)
