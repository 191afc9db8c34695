"""What a caller gives the graph, checked before anything is stored: fields of the input, steps to stop at, the context.

LangGraph drops what it does not know (a misspelt field, the name of no node), and its server keys of a context. Once
stored, a value of a wrong type would stop every later call of its thread.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import Command, Overwrite

from ..graph.encodable import refuse_unencodable
from ..graph.errors import InvalidInput, UsageError
from ..graph.options import Options
from ..graph.state import CONVERSATION, GraphInput, State
from .verdicts import FORMS

_INPUT = tuple(GraphInput.__annotations__)
INPUT_FORM = '{"request": "summarise notes.txt"}'
_PARENT_READS = "__pregel_read"
"""LangGraph's name in the configuration of what a node of a parent graph calls."""
INSIDE = ("select", "execute")
"""The nodes of a task's sub-graph."""
_OF_LANGGRAPH = {"thread_id", "thread_ts", "run_id", "assistant_id", "graph_id", "user_id", "cron_id"}
_PREFIXES = ("__", "langgraph_", "checkpoint", "x-", "hugginggpt_")


def check_input(given: Any, *, nested: bool) -> None:
    """Raises `InvalidInput` for an input that is no object or has an unknown field, for an empty command, and for `goto`.

    `nested`: of a parent graph, which hands over its whole state.
    """
    if isinstance(given, Command) and given == Command():
        raise InvalidInput("the command is empty: `resume` has no reply in it", hint=f"give {FORMS}")
    if isinstance(given, Command) and given.goto:
        raise InvalidInput(
            "the command's `goto` can't be followed: what comes next follows from the plan",
            hint="leave it out: `resume` replies, `update` edits",
        )
    if given is None or isinstance(given, Command):
        return
    if not isinstance(given, Mapping):
        raise InvalidInput(f"the input is of type {type(given).__name__}, and must be an object", hint=INPUT_FORM)
    if not nested:
        _refuse_unknown(given, _INPUT, "input")
    files = given.get("files")
    for text in (given.get("request"), *(files if isinstance(files, list | tuple) else ())):
        if isinstance(text, str):
            refuse_unencodable(text, "the request" if text is given.get("request") else f"the file name {text!r}")


def check_thread(config: RunnableConfig | None) -> None:
    """Raises `InvalidInput` for a thread or conversation of a name that can't be stored."""
    configured = ensure_config(config)["configurable"]
    for key in ("thread_id", CONVERSATION):
        refuse_unencodable(str(configured.get(key, "")), f"the {key.removeprefix('hugginggpt_')}")


def with_readable_reply(command: Command[Any]) -> Command[Any]:
    """The command with an empty object as words: LangGraph takes `{}` for replies to no question, and drops it."""
    return replace(command, resume="{}") if command.resume == {} else command


def check_update(values: Any) -> None:
    """Raises `InvalidInput` for values that can't be written into a state."""
    if not isinstance(values, Mapping):
        return
    _refuse_unknown(values, (*_INPUT, *State.__annotations__), "state")
    if "results" in values and not isinstance(results := values["results"], Mapping | Overwrite):
        raise InvalidInput(f"`results` is of type {type(results).__name__}, and must be an object")


def without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without empty fields of the input (`None`), as forms send them. Raises `InvalidInput`."""
    if not isinstance(request := values.get("request"), str | None):
        raise InvalidInput(f"`request` is of type {type(request).__name__}, and must be a text")
    return {name: value for name, value in values.items() if value is not None or name not in _INPUT}


def is_nested(config: RunnableConfig | None) -> bool:
    """Whether a parent graph calls this one."""
    configured = ensure_config(config)["configurable"]
    return bool(configured.get("checkpoint_ns")) or _PARENT_READS in configured


def options_inside(options: Mapping[str, Any], nodes: Iterable[str]) -> dict[str, Any]:
    """The options for the sub-graph of each task: where a caller wants to stop, since LangGraph knows the root's nodes only.

    No step in it waits until the one before is saved: what a task made is in the ledger, and a choice that a kill has lost
    is made again. Raises `UsageError` for a node that does not exist.
    """
    found, known = dict[str, Any](), (*nodes, *INSIDE)
    for name in ("interrupt_before", "interrupt_after"):
        asked = options.get(name) or ()
        if asked == "*":
            found[name] = asked
            continue
        asked = [asked] if isinstance(asked, str) else list(asked)
        if strange := [node for node in asked if node not in known]:
            raise UsageError(
                f"{name}: there is no node {strange[0]!r}", hint=f"There are {', '.join(known)}; '*' is all."
            )
        found[name] = [node for node in asked if node in INSIDE]
    saves = {"durability": "async"} if options.get("durability") == "sync" else {}
    return {name: inside for name, inside in found.items() if inside} | saves


def refuse_to_go_on(config: RunnableConfig) -> None:
    """Raises `UsageError`: a thread without a checkpoint has no run to go on with."""
    thread_id = config["configurable"].get("thread_id")
    where = f"thread {thread_id} has" if thread_id else "without a thread there is"
    raise UsageError(f"{where} no run to go on with", hint=f"begin one with an input: {INPUT_FORM}")


def refuse_reply(config: RunnableConfig, saved: CheckpointTuple) -> None:
    """Raises `UsageError`: LangGraph would return the state of the run that has ended, as if the reply had counted."""
    run = saved.checkpoint["channel_values"].get("run") or {}
    thread_id = config["configurable"].get("thread_id")
    raise UsageError(
        f"no question of thread {thread_id} is open (its run has ended: {run.get('status', 'unknown')})",
        hint="leave `resume` out; a new request is an input",
    )


def known_context(context: Any, *, served: bool) -> tuple[Any, tuple[str, ...]]:
    """The choices in a context, and a sentence for each of its keys that is none. Raises `UsageError` for a misspelt one.

    `served`: LangGraph Server mixes the context with what a client configures besides, for other purposes.
    """
    if not served or not isinstance(context, Mapping):
        return context, ()
    known = {name: value for name, value in context.items() if name in Options.model_fields}
    others = [name for name in context if name not in known]
    others = [name for name in others if name not in _OF_LANGGRAPH and not name.startswith(_PREFIXES)]
    for name in others:
        if near := get_close_matches(name, Options.model_fields, 1, 0.75):
            raise UsageError(f"context.{name}: there is no such option; did you mean {near[0]}?", hint=_options())
    return known, tuple(f"context.{name} was not used: there is no such option ({_options()})" for name in others)


def _options() -> str:
    return f"the options are {', '.join(Options.model_fields)}"


def _refuse_unknown(values: Iterable[str], known: Collection[str], what: str) -> None:
    for name in values:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(dict.fromkeys(known))}."
            raise InvalidInput(f"the {what} has no field {name!r}", hint=hint)


class AnyKey(dict[str, Any]):
    """The properties of a schema from which LangGraph Server drops no key: which are known is said here, in words."""

    def __contains__(self, key: object) -> bool:
        return True
