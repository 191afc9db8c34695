"""`without_answer_orders`: a request without "the mail first", its files in that order; `unmet_orders`: those not obeyed."""

from collections.abc import Sequence
from dataclasses import replace

from ....graph.resource import Resource
from ....graph.task import Task, singles_in
from ...wording.answer_order import find_answer_orders
from ...wording.wording import blanked, folded, wording
from .clauses import ParsedRequest
from .counted_files import file_nouns, of_noun
from .lexicon import lexicon

Orders = dict[tuple[int, int], Resource | None]
"""Where the words stand, and the one file that they put first."""


def without_answer_orders(parsed: ParsedRequest, code: str) -> tuple[ParsedRequest, Orders]:
    """The words are read as no task, and a file that they alone name as attached."""
    found = [*find_answer_orders(parsed.masked, code, lexicon().verb)]
    orders = {(start, end): _file_of(parsed, start, end, what, code) for start, end, what in found}
    files = [replace(f, start=-1, end=-1) if any(a <= f.start < b for a, b in orders) else f for f in parsed.files]
    for first in reversed(orders.values()):
        files.sort(key=lambda each: each.resource != first)
    files.sort(key=lambda each: (each.start < 0, each.start))
    return replace(parsed, masked=blanked(parsed.masked, orders), files=tuple(dict.fromkeys(files))), orders


def unmet_orders(
    parsed: ParsedRequest, orders: Orders, tasks: Sequence[Task], used: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The words that no task used, no question has in it, and whose file is not the first of those that the tasks take."""
    taken = [single for task in tasks for value in task.inputs.values() for single in singles_in(value)]
    files = [*dict.fromkeys(single for single in taken if isinstance(single, Resource))]
    said = " ".join(folded(single) for single in taken if isinstance(single, str))
    return [
        (start, end)
        for (start, end), first in orders.items()
        if not any(start <= begin and finish <= end for begin, finish in used)
        and folded(parsed.text[start:end]) not in said
        and not (first and first in files[:1] and len(files) > 1)
    ]


def _file_of(parsed: ParsedRequest, start: int, end: int, what: str, code: str) -> Resource | None:
    """The one file that the words name, or mean by a noun of its kind or by its name without the ending."""
    given = [*dict.fromkeys(file.resource for file in parsed.files)]
    noun = what.rpartition(" ")[2].removeprefix("l'")
    mails = [file for file in given if file.media_type == "message/rfc822" or file.label.endswith(".eml")]
    means_mail = noun in map(folded, wording(code).section("scopes")["mail"])
    for meant in (
        [file.resource for file in parsed.files if start <= file.start < end],
        mails if means_mail else [],
        [file for file in given if folded(file.label).startswith(f"{noun}.")],
        of_noun(given, noun, code) if noun in file_nouns(code) else [],
    ):
        if len(meant) == 1:
            return meant[0]
    return None
