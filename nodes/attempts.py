"""`at_its_place`: where the calls of a node keep their checkpoints that a parent graph tries again (`RetryPolicy`).

LangGraph numbers the graphs that a node calls, and goes on counting in the node's next attempt: each attempt would plan
anew, and make the recorded calls again. So a call goes on where the same call of an attempt before began. Not covered: a
graph of someone else's between the node that is tried again and this one, which LangGraph itself begins anew.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config

# LangGraph's names for what a parent hands to what its node calls; the tests notice when they change
SCRATCHPAD = "__pregel_scratchpad"
_RUNTIME = "__pregel_runtime"
_READ = "__pregel_read"
"""Made once for all attempts of a node, and gone with it."""


@dataclass
class _Calls:
    """The calls that a node has made under one name of a namespace."""

    attempt: int = 0
    made: list[tuple[int, Any]] = field(default_factory=list)
    """LangGraph's number of each, and its input."""
    left: list[tuple[int, Any]] = field(default_factory=list)
    """Those of earlier attempts that the present one has not made again."""


_lock = Lock()
_nodes: "WeakKeyDictionary[Any, dict[str, _Calls]]" = WeakKeyDictionary()


def at_its_place(config: RunnableConfig | None, given: Any) -> RunnableConfig | None:
    """The config with the namespace of the checkpoints, settled; as it is outside of a parent graph."""
    named = ensure_config(config)
    configured = named["configurable"]
    scratchpad, namespace = configured.get(SCRATCHPAD), configured.get("checkpoint_ns")
    if scratchpad is None or not namespace or scratchpad.subgraph_counter is first:
        return config
    number = _number(configured, given)
    settled = {SCRATCHPAD: replace(scratchpad, subgraph_counter=first)}
    settled |= {"checkpoint_ns": f"{namespace}|{number}"} if number else {}
    return {**named, "configurable": {**configured, **settled}}


def first() -> int:
    """LangGraph's number of a call whose namespace is settled: it adds nothing."""
    return 0


def _number(configured: Mapping[str, Any], given: Any) -> int:
    about = getattr(configured.get(_RUNTIME), "execution_info", None)
    attempt = 1 if about is None else about.node_attempt
    with _lock:
        calls = _nodes.setdefault(configured[_READ], {}).setdefault(configured["checkpoint_ns"], _Calls())
        if attempt != calls.attempt:
            calls.attempt, calls.left = attempt, list(calls.made)
        for place, (number, before) in enumerate(calls.left):
            if _same(given, before):
                del calls.left[place]
                return number
        number = configured[SCRATCHPAD].subgraph_counter()
        calls.made.append((number, dict(given) if isinstance(given, Mapping) else given))
        return int(number)


def _same(given: Any, before: Any) -> bool:
    with suppress(Exception):  # values of someone else's state, which may not be comparable
        return bool(given is before or given == before)
    return False
