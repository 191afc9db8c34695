"""`TaskType`: the inputs, outputs and parameters of a kind of task. The rows are in `vocabulary.py`."""

from typing import Literal

from .resource import Frozen, Kind, satisfies
from .task import Scalar

ParameterType = Literal["string", "integer", "number", "boolean", "strings"]
Domain = Literal["text", "vision", "audio", "video", "tabular", "multimodal", "control", "deterministic"]


class Input(Frozen):
    """An input of a task type."""

    name: str
    kinds: tuple[Kind, ...]
    """Any one of these will do."""
    required: bool = True
    many: bool = False
    """Takes a whole list; a list given to any other input is mapped over."""
    complete: bool = False
    """Its result refers to members by number, or relates them to each other: it is not made without one of them."""
    alias: str = ""
    """The argument's name in the paper's JSON, where it differs."""

    def takes(self, kind: Kind) -> bool:
        """Whether data of `kind` may be given here."""
        return any(satisfies(kind, required) for required in self.kinds)


class Output(Frozen):
    """An output of a task type."""

    name: str
    kind: Kind
    many: bool = False
    """Makes a list, whose length is known only afterwards: pages, frames, crops."""


class Parameter(Frozen):
    """A parameter of a task type."""

    name: str
    type: ParameterType = "string"
    description: str = ""
    choices: tuple[str, ...] = ()

    def problem_with(self, value: Scalar | tuple[Scalar, ...]) -> str | None:
        """Why `value` does not fit, or None."""
        fits: dict[ParameterType, bool] = {
            "string": isinstance(value, str),
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, int | float) and not isinstance(value, bool),
            "boolean": isinstance(value, bool),
            "strings": isinstance(value, tuple) and all(isinstance(member, str) for member in value),
        }
        if not fits[self.type]:
            return f"must be a {self.type}, not {value!r}"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}, not {value!r}"
        return None


class TaskType(Frozen):
    """One row of the vocabulary."""

    name: str
    domain: Domain
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    parameters: tuple[Parameter, ...] = ()
    description: str

    def input(self, name: str) -> Input | None:
        """The input of that name, or of that name in the paper's JSON."""
        by_name = {port.alias: port for port in self.inputs if port.alias} | {port.name: port for port in self.inputs}
        return by_name.get(name)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def output(self, name: str) -> Output | None:
        """The output of that name."""
        return next((output for output in self.outputs if output.name == name), None)

    def output_for(self, port: Input) -> Output | None:
        """The output that fits an input best: of the same kind first, then one that satisfies it."""
        exact = (output for kind in port.kinds for output in self.outputs if output.kind == kind)
        loose = (output for output in self.outputs if port.takes(output.kind))
        return next(exact, None) or next(loose, None)
