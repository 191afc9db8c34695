"""`Entry`: one task of a plan as a model wrote it; `Step`: the type of the repairs in the files beside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ....graph.task_type import TaskType
from ....graph.vocabulary import VOCABULARY


@dataclass(frozen=True)
class Entry:
    """One task, in the paper's format. A value of a wrong type is kept, and `Plan` reports it; None: not given."""

    task: Any = None
    """Name of a task type."""
    id: Any = None
    dep: Any = None
    """Ids of tasks to wait for."""
    args: Any = None
    """Inputs and parameters by name; a list where the model gave no names."""
    goal: Any = None
    parameters: Any = None

    @property
    def task_type(self) -> TaskType | None:
        """The task type that `task` names; None for an unknown one."""
        return VOCABULARY.get(str(self.task))

    @property
    def named_args(self) -> Mapping[str, Any]:
        """The arguments; none where `args` is no object."""
        return self.args if isinstance(self.args, Mapping) else {}

    @property
    def dep_list(self) -> list[Any]:
        """The dependencies; none where `dep` is no list."""
        return self.dep if isinstance(self.dep, list) else []

    def to_paper(self) -> dict[str, Any]:
        """The JSON object that `Plan.from_hugginggpt` reads."""
        return {key: value for key, value in vars(self).items() if value is not None}


Entries = tuple[Entry, ...]


class Repaired(NamedTuple):
    """What a step returns: the entries after it, and a sentence for each repair, each problem and each doubt."""

    entries: Entries
    repairs: Sequence[str] = ()
    problems: Sequence[str] = ()
    doubts: Sequence[str] = ()


Step = Callable[[Entries], Repaired]


def for_each(repair: Callable[[Entry], tuple[Entry, Sequence[str]]]) -> Step:
    """The step that repairs each entry by itself."""

    def step(entries: Entries) -> Repaired:
        repaired = [repair(entry) for entry in entries]
        return Repaired(tuple(entry for entry, _ in repaired), [each for _, repairs in repaired for each in repairs])

    return step


def apply(steps: Iterable[Step], entries: Entries) -> Repaired:
    """Apply the steps in order."""
    repairs, problems, doubts = list[str](), list[str](), list[str]()
    for step in steps:
        entries, made, found, doubtful = step(entries)
        repairs += made
        problems += found
        doubts += doubtful
    return Repaired(entries, repairs, problems, doubts)
