"""`Estimate`: what a plan is expected to spend, by task and in sum, before anything is run; None is what is not known."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from pydantic import Field

from .plan import Plan
from .resource import Frozen
from .usage import Stage, Usage


class Amounts(Frozen):
    """Calls to chat models, with tokens, dollars and seconds; None for what is not known."""

    calls: int | None = 0
    tokens: int | None = 0
    cost: float | None = 0.0
    """Dollars."""
    seconds: float | None = 0.0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts.model_validate({name: _sum(getattr(each, name) for each in (self, other)) for name in _NAMES})

    def times(self, number: int | None) -> "Amounts":
        """So many of them; what is not 0 is unknown for an unknown number."""

        def product(amount: float | None) -> float | None:
            return 0 if amount == 0 else None if amount is None or number is None else amount * number

        return Amounts.model_validate({name: product(getattr(self, name)) for name in _NAMES})

    def __str__(self) -> str:
        """`about 2.1 s, 2 calls, 1,900 tokens, $0.0012`."""
        spent = [
            "time unknown" if self.seconds is None else f"about {self.seconds:.1f} s",
            "calls unknown" if self.calls is None else f"{self.calls} call{'s' * (self.calls != 1)}",
            "tokens unknown" if self.tokens is None else f"{self.tokens:,} tokens",
            "cost unknown" if self.cost is None else f"${round(self.cost, 6):g}",
        ]
        return ", ".join(spent if self.calls != 0 or self.tokens != 0 else [spent[0], spent[3]])


_NAMES = tuple(Amounts.model_fields)


class TaskEstimate(Amounts):
    """What a task is expected to spend, with the expert that is first in rank for it."""

    task_id: int
    model_id: str = ""
    """Empty where no expert can do it here: it will spend nothing."""
    backend: str = ""
    as_first: bool = Field(default=False, exclude_if=lambda as_first: not as_first)
    """Every call is counted with the start-up of a first one in a process: no other was measured."""
    priced: bool = Field(default=True, exclude_if=bool)
    """Whether it is known what one call costs, though it may not be known how many there are."""


class Estimate(Frozen):
    """What is expected from here to the end of a run."""

    tasks: tuple[TaskEstimate, ...] = ()
    controller: Amounts = Amounts()
    """For the choice of experts and the answer."""
    total: Amounts = Amounts()
    """`seconds`: along the chain of tasks that takes longest."""

    def __str__(self) -> str:
        """The total, with what is to be known of it."""
        models = dict.fromkeys(task.model_id for task in self.tasks if task.as_first)
        each = f" (each call of {', '.join(models)} with the start-up of a first one: no other was measured here)"
        return f"{self.total}{each if models else ''}"

    @classmethod
    def of(cls, plan: Plan, tasks: Iterable[TaskEstimate], controller: Amounts) -> "Estimate":
        """The estimate of a plan from those of its tasks."""
        tasks = tuple(tasks)
        longest = _sum((_longest(plan, {task.task_id: task.seconds for task in tasks}), controller.seconds))
        total = sum(tasks, controller).model_copy(update={"seconds": longest})
        return cls(tasks=tasks, controller=controller, total=total)


class Measured(NamedTuple):
    """Means of what was measured here, for estimates."""

    seconds: Mapping[tuple[str, str], float] = {}
    """Of one call to an expert, by task type and model id: of first calls in a process only where there are no others."""
    usage: Mapping[tuple[Stage, str], Usage] = {}
    """Of one call to a chat model, by stage and model."""
    first: Mapping[tuple[str, str], float] = {}
    """Of the first call to an expert in a process, as `seconds`: with imports, and the loading of its model."""
    only_first: Collection[tuple[str, str]] = ()
    """Experts of which no other calls were measured."""


def _sum(amounts: Iterable[float | None]) -> float | None:
    known = list(amounts)
    return None if None in known else sum(amount for amount in known if amount is not None)


def _longest(plan: Plan, seconds: Mapping[int, float | None]) -> float | None:
    """Seconds until the last task is done, where each begins as soon as those it needs are; None if one is unknown."""
    if None in seconds.values():
        return None
    ends = dict[int, float]()
    for task in plan.tasks:  # in topological order
        ends[task.id] = max((ends[source] for source in task.depends_on), default=0.0) + (seconds.get(task.id) or 0.0)
    return max(ends.values(), default=0.0)
