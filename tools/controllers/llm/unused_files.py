"""`unused_files`: refusals for the files of a request that no task of a chat model's plan takes, and no refusal names."""

from collections.abc import Sequence

from ....graph.plan import Plan
from ....graph.result import Request
from .phrases import phrases_for


def unused_files(request: Request, plan: Plan, refusals: Sequence[str] = ()) -> tuple[str, ...]:
    """A sentence a file, in the language of the request. Names that stand for no file may be those of results to save."""
    unused = [
        file.label
        for file in plan.unused(request.files)
        if not file.missing and not any(file.label in reason for reason in refusals)
    ]
    return tuple(phrases_for(request.text)["unused_file"].format(file=name) for name in unused) if unused else ()
