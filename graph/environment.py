"""Names of the environment variables, how `Settings.from_env` reads them, and warnings about misspelt ones."""

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .notices import notice

PREFIX = "HUGGINGGPT_"
OF_THE_COMMAND = {
    "HUGGINGGPT_DEBUG": "Any value but an empty one: errors come with their tracebacks, as with `--debug`.",
    "HUGGINGGPT_LOG": "File that the command appends its log to, as with `--log`.",
    "HUGGINGGPT_LOG_LEVEL": "Least level that is logged: `debug`, `info` or `warning`.",
    "HUGGINGGPT_LOG_FORMAT": "`text` or `json` (one object a line).",
}
"""Variables of the command that are no settings, and their meanings."""
OF_WORKERS = frozenset({"HUGGINGGPT_CALL_MEMORY", "HUGGINGGPT_UNIX_SOCKETS"})
"""Variables that this program sets for its worker processes."""


def read_environment(model: type[BaseModel], env: Mapping[str, str]) -> dict[str, str]:
    """The values of the model's fields that have a variable in `env`, by field name, not yet validated: each a text."""
    variables = {name: variable_of(name, field) for name, field in model.model_fields.items()}
    return {name: env[variable] for name, variable in variables.items() if variable in env}


def variable_of(name: str, field: FieldInfo) -> str:
    """The variable of a setting: `HUGGINGGPT_TIMEOUT`; without the prefix where the field has an alias: `HF_TOKEN`."""
    return str(field.validation_alias or f"{PREFIX}{name}").upper()


def warn_of_unknown(model: type[BaseModel], env: Mapping[str, str]) -> None:
    """Warn once about each `HUGGINGGPT_` variable that nothing reads, and name the most similar one that is read."""
    known = {*(variable_of(name, field) for name, field in model.model_fields.items()), *OF_THE_COMMAND}
    by_short_name = {name.removeprefix(PREFIX): name for name in known}
    for name in sorted(env):
        if name.startswith(PREFIX) and name not in known | OF_WORKERS:
            nearest = get_close_matches(name.removeprefix(PREFIX), by_short_name, n=1)
            guess = f"; did you mean {by_short_name[nearest[0]]}?" if nearest else ""
            notice(f"{name} is ignored, for no setting has this variable{guess}")
