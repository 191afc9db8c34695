"""`options_of`: the options of a run: what its input says, else the context of an assistant or caller; checked, in words."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..graph.advice import command, form, option
from ..graph.clock import now
from ..graph.deadline import seconds_until
from ..graph.errors import UsageError
from ..graph.notices import notice
from ..graph.options import CHANGEABLE, Options
from ..graph.plan import Plan
from ..graph.ports import Backend
from ..graph.settings import PLACES, places_of
from ..graph.vocabulary import VOCABULARY


def options_of(given: Any, context: Any, places: Collection[str] = PLACES) -> Options:
    """Raises `UsageError`, which names each option that is unknown or has a value that it can't have.

    `places`: those that exist here. `context`: `None` for none; what `given` says wins over it.
    """
    merged = {**_fields(context, "context"), **_fields(given, "options")}
    if merged.get("where"):  # none, and an empty list, are those of the settings
        try:
            merged["where"] = places_of(merged["where"], places)
        except ValueError as error:
            raise UsageError(f"options.where: {error}") from None
    try:
        options = Options.model_validate(merged)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        unknown = any(each["type"] == "extra_forbidden" for each in wrong)
        hint = f"The options are {', '.join(Options.model_fields)}." if unknown else ""
        raise UsageError("; ".join(map(_sentence, wrong)), hint=hint) from None
    if problems := unknown_choices(options.models):
        raise UsageError("; ".join(problems), hint=f"{command('tasks')} lists the task types.")
    return options


def _sentence(error: ErrorDetails) -> str:
    name = ".".join(map(str, error["loc"]))
    if form() == "command" and name in CHANGEABLE:
        given = f"{error['input']:g}" if isinstance(error["input"], float) else str(error["input"])
        return f"{option(name, given)} can't be: it {_said(error)}"
    return f"options.{name}: {_reason(error)}"


def _said(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ").replace("Input should", "must").partition(", unable")[0]


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), Options.model_fields, 1)
        return f"there is no such option{f'; did you mean {near[0]}?' if near else ''}"
    return f"{_said(error)} (it is {_short(error['input'])})"


def with_limits(options: Options, limits: Mapping[str, Any], kept: Mapping[str, Any]) -> Options:
    """The options of a run that begins now, with those limits that they do not set. Raises `UsageError`.

    `limits`: of the settings. `kept`: of the conversation, from its newest run. Of two the lower one holds.
    """
    default = {name: limit for name, limit in limits.items() if getattr(options, name) is None}
    for name, limit in kept.items():
        if getattr(options, name) is None:
            default[name] = min(limit, default.get(name, limit))
    options = options.model_copy(update=default).begun(now())
    if options.deadline and seconds_until(options.deadline, now()) <= 0:
        raise UsageError(
            f"the deadline, {options.deadline}, has passed", hint=f"give a later one: {option('deadline', '10m')}"
        )
    return options


def raised_limits(given: Any) -> Mapping[str, Any]:
    """What the options of a call that continues a run change (`CHANGEABLE`), by name. Raises `UsageError` for any other."""
    options = options_of(given, None)
    for name in sorted(options.model_fields_set):
        value = getattr(options, name)
        if name not in CHANGEABLE:
            raise UsageError(
                f"options.{name} can't be changed in a run that was planned",
                hint=f"limits can: {', '.join(sorted(CHANGEABLE))}",
            )
        if value is None:
            raise UsageError(f"options.{name} is None, and must be a value", hint="leave it out to keep the limit")
    return options.model_dump(include=options.model_fields_set)


def unknown_choices(models: Mapping[str, str]) -> list[str]:
    """A sentence for each choice of a model that names neither a task type nor a task's number, or no model."""
    problems = []
    for task, model_id in models.items():
        if task not in VOCABULARY and not task.isdecimal():
            near = get_close_matches(task, VOCABULARY, 1)
            meant = f"; did you mean {near[0]}?" if near else ", and it is no task's number"
            problems.append(f"options.models: there is no task type {_short(task)}{meant}")
        elif not model_id.strip():
            problems.append(f"options.models: no model is named for {task}")
    return problems


def refuse_unknown_experts(models: Mapping[str, str], backends: Mapping[str, Backend]) -> None:
    """Raises `UsageError` for an embedded expert that does not exist: its place lists all of them, and asks no server.

    May block: the place reads its list from files.
    """
    for task, model_id in models.items():
        place = backends.get(model_id.partition("/")[0])
        if place is None or place.name != "embedded" or task not in VOCABULARY:
            continue
        known = sorted(expert.model_id for expert in place.experts(task))
        if model_id not in known:
            near = get_close_matches(model_id, known, 1)
            meant = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known) or 'none'}"
            raise UsageError(f"options.models: there is no expert {_short(model_id)} for {task}{meant}")


def idle_choices(models: Mapping[str, str], plan: Plan) -> tuple[str, ...]:
    """A sentence for each choice of a model for a task by number that the plan does not have.

    A choice for a type is one for all plans: where this one has no such task, there is a notice.
    """
    types = {task.type for task in plan.tasks}
    for task, model_id in models.items():
        if types and not task.isdecimal() and task not in types:
            notice(f"{model_id} was chosen for {task}, and no task of this plan is of that type: it is not used")
    tasks = ", ".join(map(str, plan.by_id)) or "none"
    return tuple(
        f"model {model_id} was chosen for task {task}, which the plan does not have (its tasks: {tasks})"
        for task, model_id in models.items()
        if task.isdecimal() and int(task) not in plan.by_id
    )


def _fields(given: Any, what: str) -> Mapping[str, Any]:
    if given is None:
        return {}
    if isinstance(given, Options):
        return given.model_dump(exclude_unset=True)
    if isinstance(given, Mapping):
        return given
    raise UsageError(f"{what} must be an object, not {_short(given)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
