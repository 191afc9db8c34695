"""`Estimates`: what a plan is expected to spend, from what calls took and used here before, and known prices."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ..graph.advice import option, setting
from ..graph.choice import Choice
from ..graph.errors import LimitReached
from ..graph.estimate import Amounts, Estimate, Measured, TaskEstimate
from ..graph.expert import Expert
from ..graph.options import Options
from ..graph.plan import Plan
from ..graph.ports import Controller, ControllerOf, Ledger
from ..graph.price import Price, cost_of
from ..graph.result import Run
from ..graph.task import Ref, Single, Task
from ..graph.usage import Stage
from ..graph.vocabulary import VOCABULARY
from .choices import by_place
from .expert_calls import CallPrice, place_of
from .feasibility import Experts

Prices = Callable[[str], Price | None]
"""The price of a chat model by its name; None where it is not known."""
FREE = {"embedded", "local"}
"""Places on this machine: a call costs nothing, and calls no chat model."""


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """What is needed for the estimate of a run's plan."""

    ledger: Ledger
    controllers: ControllerOf
    prices: Prices
    call_price: CallPrice = attrgetter("price")
    called: set[str] = field(default_factory=set)
    """Experts of which a call has ended in this process; the next one of any other has their start-up."""

    async def of(
        self, plan: Plan, options: Options, request: str, experts: Experts, done: Collection[int] = ()
    ) -> Estimate:
        """`experts`: those that can do each task here; each is estimated with the first. `done`: tasks that are not run."""
        left = [task for task in plan.tasks if task.id not in done]
        measured = await self.ledger.measured({experts[task.id][0].model_id for task in left if experts.get(task.id)})
        members = _members(plan)
        called = set(self.called)
        tasks = [
            self._of_task(task.id, next(iter(experts.get(task.id) or ()), None), members[task.id], measured, called)
            for task in left
        ]
        controller = await self.controllers(options.llm)
        if ":" not in controller.name:  # PROVIDER:MODEL
            return Estimate.of(plan, tasks, Amounts())
        spends = _of_model("answer", controller.name, measured, self.prices)
        if any(_is_asked(task, options, request, experts.get(task.id) or (), controller) for task in left):
            spends += _of_model("choose", controller.name, measured, self.prices)  # one call for all of them
        return Estimate.of(plan, tasks, spends)

    def _of_task(
        self, task_id: int, expert: Expert | None, number: int | None, measured: Measured, called: set[str]
    ) -> TaskEstimate:
        """`number`: of calls. `called`: experts that were called before in this process, to which this one is added."""
        if expert is None:
            return TaskEstimate(task_id=task_id)
        call, of = _of_call(expert, measured, self.prices, self.call_price), (expert.task_type, expert.model_id)
        spends, is_new = call.times(number), place_of(expert) not in called
        called.add(place_of(expert))
        if is_new and spends.seconds is not None and of in measured.first:
            start_up = max(0.0, measured.first[of] - measured.seconds[of])
            spends = spends.model_copy(update={"seconds": spends.seconds + start_up})
        return TaskEstimate(
            task_id=task_id,
            **dict(spends),
            model_id=expert.model_id,
            backend=expert.backend,
            priced=call.cost is not None,
            as_first=of in measured.only_first and not (is_new and number == 1),
        )


def _of_call(expert: Expert, measured: Measured, prices: Prices, call_price: CallPrice) -> Amounts:
    """One call to an expert."""
    seconds = measured.seconds.get((expert.task_type, expert.model_id))
    if expert.backend in FREE:
        return Amounts(seconds=seconds)
    if expert.backend == "chat":
        return _of_model("expert", expert.model_id, measured, prices).model_copy(update={"seconds": seconds})
    cost = call_price(expert)
    if cost is None and prices(expert.model_id) == (0, 0):
        cost = 0.0
    if expert.backend == "endpoint":  # its server may be one of a chat model
        return Amounts(calls=1, tokens=None, cost=cost, seconds=seconds)
    return Amounts(cost=cost, seconds=seconds)


def _of_model(stage: Stage, model: str, measured: Measured, prices: Prices) -> Amounts:
    """One call to a chat model."""
    name = model.partition("@")[0]
    usage, price = measured.usage.get((stage, name)), prices(name)
    if usage is None:
        return Amounts(calls=1, tokens=None, cost=0.0 if price == (0, 0) else None, seconds=None)
    return Amounts(calls=1, tokens=usage.tokens, cost=cost_of(usage, price), seconds=usage.seconds)


def _is_asked(task: Task, options: Options, request: str, able: Sequence[Expert], controller: Controller) -> bool:
    first, _ = by_place(able, options.where) if able else ((), ())
    if options.select == "rank" or options.models.keys() & {task.key, task.type} or len(first) < 2:
        return False
    return bool(controller.differences(Choice(task=task, candidates=first, request=request)))


def _members(plan: Plan) -> dict[int, int | None]:
    """How many calls each task takes: one, one for each member of a list, or None where that is known later."""
    found = dict[int, int | None]()
    for task in plan.tasks:
        row, lists = VOCABULARY[task.type], list[int | None]()
        for name, value in task.inputs.items():
            port = row.input(name)
            if port is None or not port.many:
                lists += [len(value)] if isinstance(value, tuple) and len(value) != 1 else []
                for single in value if isinstance(value, tuple) else (value,):
                    lists += _length(single, plan, found)
        found[task.id] = None if None in lists else max((each for each in lists if each is not None), default=1)
    return found


def _length(value: Single, plan: Plan, members: dict[int, int | None]) -> list[int | None]:
    """Of the list that a reference names; nothing for a single resource."""
    if not isinstance(value, Ref):
        return []
    made = VOCABULARY[plan.by_id[value.task_id].type].output(value.output)
    if made and made.many:
        return [None]
    return [] if members[value.task_id] == 1 else [members[value.task_id]]


def refuse_unpriced(run: Run, estimate: Estimate) -> None:
    """Raises `LimitReached` under a limit of dollars for experts whose calls have no price: it could not count them."""
    name = next((name for name in ("max_cost", "thread_max_cost") if getattr(run.options, name) is not None), None)
    unpriced = [task for task in estimate.tasks if not task.priced and task.backend not in {*FREE, "chat"}]
    if name and unpriced:
        tasks = ", ".join(f"{task.task_id} ({task.model_id})" for task in unpriced)
        raise LimitReached(
            f"{name} can't be kept: no price is known for the experts of tasks {tasks}",
            hint=f"choose priced places, e.g. {setting('where', 'embedded,chat')}, or run without the limit; "
            f"state what a call costs: HUGGINGGPT_CALL_PRICE={unpriced[0].model_id}=DOLLARS (0 for one that costs nothing)",
            run_id=run.run_id,
        )


def over_budget(options: Options, estimate: Estimate) -> list[str]:
    """A sentence for each limit that the estimate alone is over: the run is expected to stop there."""
    amounts = {"max_llm_calls": "calls", "max_tokens": "tokens", "max_cost": "cost", "max_seconds": "seconds"}
    found = list[str]()
    for limit, name in ((f"{of}{each}", amount) for each, amount in amounts.items() for of in ("", "thread_")):
        expected, most = getattr(estimate.total, name), getattr(options, limit)
        if expected is not None and most is not None and expected > most:
            shown = f"{round(expected, 3 if name == 'seconds' else 6):,}"
            found.append(
                f"the estimate of {name} ({shown}) is over {option(limit, f'{most:g}')}: the run may stop there"
            )
    return found
