"""Rows: read back as nouns; what this program did not write so is named, and never taken."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from ..graph.errors import StorageError
from ..graph.notices import notice
from ..graph.resource import Frozen, Resource

M = TypeVar("M", bound=Frozen)


def read_row(noun: type[M], text: str, what: str) -> M:
    """A row's content. Raises `StorageError` for one that this program did not write so."""
    try:
        return noun.model_validate_json(text)
    except ValueError as error:
        raise StorageError(
            f"what is recorded of {what} can't be read: {in_short(error)}",
            hint="the row was changed or damaged; run the request anew with `hugginggpt run`",
        ) from None


def in_short(error: Exception) -> str:
    """What is wrong with a row, in a line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the value'}: {first['msg']}"[:200]
    return " ".join(str(error).split())[:200]


def sound_resources(rows: Iterable[dict[str, Any]]) -> list[Resource]:
    """The rows that are resources; one that is not is reported and left out."""
    found = []
    for row in rows:
        try:
            found.append(Resource.model_validate(row))
        except ValueError:
            notice(f"a row of the table `resources` can't be read and is left out: {str(row)[:120]}")
    return found
