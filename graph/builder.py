"""The picture: which stage follows which. What they work with is chosen in `world.py`."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from ..nodes.dispatch import dispatch
from ..nodes.execute import Execution
from ..nodes.expert_calls import Calling
from ..nodes.plan import plan
from ..nodes.respond import respond
from ..nodes.review import review
from ..nodes.select import Selection
from ..nodes.task import task_node
from .ports import Backend, Catalog, Controller, Cutter, Fetcher, Ledger, Slots, Store
from .redactor import Redactor
from .settings import Settings
from .state import Asked, State, TaskOutput, TaskState

Graph = CompiledStateGraph[State, Any, Asked, State]


def connect(
    *,
    settings: Settings,
    controller: Controller,
    catalog: Catalog,
    backends: Mapping[str, Backend],
    ledger: Ledger,
    store: Store,
    slots: Slots,
    fetcher: Fetcher,
    cut: Cutter,
    redact: Redactor,
    checkpointer: BaseCheckpointSaver[str] | None = None,
) -> Graph:
    """START -> plan -> review == Send x N ==> task{select -> execute} -> respond -> END."""
    single = StateGraph(TaskState, output_schema=TaskOutput)
    single.add_node("select", Selection(controller=controller, catalog=catalog, ledger=ledger, where=settings.where))
    calling = Calling(backends=backends, store=store, slots=slots, settings=settings)
    single.add_node(
        "execute",
        Execution(catalog=catalog, calling=calling, ledger=ledger, store=store, cut=cut, where=settings.where),
    )
    single.add_edge(START, "select")
    single.add_edge("select", "execute")
    single.add_edge("execute", END)
    one_task = single.compile()

    whole = StateGraph(State, input_schema=Asked, output_schema=State)
    planning = partial(plan, controller=controller, fetcher=fetcher, ledger=ledger, store=store, redact=redact)
    whole.add_node("plan", planning, input_schema=State)
    reviewing = partial(
        review, catalog=catalog, fetcher=fetcher, ledger=ledger, store=store, redact=redact, where=settings.where
    )  # fmt: skip
    whole.add_node("review", reviewing, input_schema=State)
    whole.add_node("task", task_node(one_task, ledger), input_schema=TaskState)
    whole.add_node("respond", partial(respond, controller=controller, ledger=ledger, store=store), input_schema=State)
    whole.add_edge(START, "plan")
    whole.add_edge("plan", "review")
    whole.add_conditional_edges("review", dispatch, ["review", "task", "respond"])
    whole.add_edge("task", "respond")  # a plain edge: it runs once, after all of them
    whole.add_edge("respond", END)
    return whole.compile(checkpointer=checkpointer, name="hugginggpt")
