"""Any valid plan over the whole vocabulary, for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from hugginggpt.graph.converters import with_converters
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Kind, Resource
from hugginggpt.graph.task import Ref, Single, Task, Template
from hugginggpt.graph.vocabulary import VOCABULARY, Input, Parameter

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<"), max_size=20).map(lambda text: f"say {text}")
"""Literal text, without the character that a reference starts with."""


def file(number: int, kind: Kind) -> Resource:
    return Resource(kind=kind, media_type="application/octet-stream", name=f"file{number}.{kind}", sha256="0" * 64)


def _value(parameter: Parameter) -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "string": st.text(max_size=10),
        "integer": st.integers(-9, 9),
        "number": st.floats(-1, 1),
        "boolean": st.booleans(),
        "strings": st.lists(st.text(max_size=5), max_size=3).map(tuple),
    }
    return kinds[parameter.type]


@st.composite
def _single(draw: st.DrawFn, port: Input, earlier: list[Task]) -> Single:
    able = [task.id for task in earlier if VOCABULARY[task.type].output_for(port)]
    readers = Input(name="text", kinds=("text",))
    readable = [task.id for task in earlier if VOCABULARY[task.type].output_for(readers)]
    choices: list[st.SearchStrategy[Single]] = [
        WORDS if port.takes("text") else st.sampled_from(port.kinds).flatmap(
            lambda kind: st.integers(0, 9).map(lambda number: file(number, kind))
        )
    ]  # fmt: skip
    if able:
        choices.append(st.sampled_from(able).map(lambda task_id: Ref(task_id=task_id)))
    if readable and port.takes("text"):
        choices.append(
            st.sampled_from(readable).map(lambda task_id: Template(parts=("of ", Ref(task_id=task_id), ", and so on")))
        )
    return draw(st.one_of(choices))


@st.composite
def tasks(draw: st.DrawFn, task_id: int, earlier: list[Task]) -> Task:
    row = VOCABULARY[draw(st.sampled_from(sorted(VOCABULARY)))]
    inputs: dict[str, Any] = {}
    for port in row.inputs:
        if not port.required and draw(st.booleans()):
            continue
        single = _single(port, earlier)
        listed = draw(st.booleans())
        inputs[port.name] = draw(st.lists(single, min_size=1, max_size=3).map(tuple)) if listed else draw(single)
    parameters = {p.name: draw(_value(p)) for p in row.parameters if draw(st.booleans())}
    task = Task(id=task_id, type=row.name, inputs=inputs, parameters=parameters, goal=draw(st.sampled_from(["", "g"])))
    others = [other.id for other in earlier if other.id not in task.depends_on]
    return task.model_copy(update={"after": tuple(sorted(draw(st.sets(st.sampled_from(others), max_size=2))))}) if (
        others
    ) else task  # fmt: skip


@st.composite
def plans(draw: st.DrawFn, max_size: int = 7) -> Plan:
    """Tasks with any ids, each using any that were drawn before it, in any order, and the conversions that they need."""
    made: list[Task] = []
    for task_id in draw(st.lists(st.integers(0, 99), min_size=1, max_size=max_size, unique=True)):
        made.append(draw(tasks(task_id, made)))
    return Plan(tasks=tuple(with_converters(draw(st.permutations(made)))))
