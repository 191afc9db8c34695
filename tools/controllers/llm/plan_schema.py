"""`plan_schema`: the JSON schema of a plan; with the inputs of each type where the model has use for it."""

from collections.abc import Sequence
from typing import Any

from ....graph.task_type import Input, Parameter, TaskType
from ....graph.vocabulary import VOCABULARY

_TYPES = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def plan_schema(described: Sequence[str] = ()) -> dict[str, Any]:
    """`described`: types whose tasks can only have their own inputs and parameters; any other type has any.

    Grammars hold a model to it; others read it. Takes about 200 characters a type.
    """
    anything = _task({"type": "string"}, {"type": "object"})
    tasks = [_task({"const": name}, _args(VOCABULARY[name])) for name in described]
    schema: dict[str, Any] = {
        "title": "typed_plan" if described else "plan",
        "description": "The request as tasks for expert models.",
        "type": "object",
        "properties": {
            "tasks": {"type": "array", "items": {"anyOf": [*tasks, anything]} if tasks else anything},
            "refusals": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["tasks", "refusals"],
    }
    return schema


def _task(name: dict[str, Any], args: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "task": name,
            "id": {"type": "integer"},
            "dep": {"type": "array", "items": {"type": "integer"}},
            "args": args,
            "goal": {"type": "string"},
        },
        "required": ["task", "id", "dep", "args"],
    }


def _args(row: TaskType) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {port.name: _input(port) for port in row.inputs}
        | {p.name: _parameter(p) for p in row.parameters},
        "required": [port.name for port in row.inputs if port.required],
        "additionalProperties": False,
    }


def _input(port: Input) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    return {"type": "array", "items": text} if port.many else {"anyOf": [text, {"type": "array", "items": text}]}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    if parameter.type == "strings":
        return {"type": "array", "items": {"type": "string"}}
    return {"type": _TYPES[parameter.type]}
