"""`options_of`: the options of a run: what its input says, else the context of an assistant or caller; checked, in words."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from ..graph.errors import UsageError
from ..graph.result import Options
from ..graph.settings import PLACES, PRESETS


def options_of(given: Any, context: Any, places: Collection[str] = PLACES) -> Options:
    """Raises `UsageError`, which names each option that is unknown or has a value that it can't have.

    `places`: those that exist here. `context`: `None` for none; what `given` says wins over it.
    """
    merged = {**_fields(context, "context"), **_fields(given, "options")}
    if isinstance(where := merged.get("where"), str):
        merged["where"] = PRESETS.get(where.strip()) or tuple(name.strip() for name in where.split(",") if name.strip())
    try:
        options = Options.model_validate(merged)
    except ValidationError as error:
        problems = (
            f"options.{'.'.join(map(str, each['loc']))}: {each['msg']} (it is {_short(each['input'])})"
            for each in error.errors(include_url=False)
        )
        raise UsageError("; ".join(problems), hint=f"The options are {', '.join(Options.model_fields)}.") from None
    if unknown := [name for name in options.where if name not in places]:
        raise UsageError(
            f"options.where: there is no place {', '.join(unknown)}",
            hint=f"There are {', '.join(places)}; presets: {', '.join(PRESETS)}.",
        )
    return options


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
