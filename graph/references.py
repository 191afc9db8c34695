"""`parse_references`: `<resource>-2` in a text stands for the output of task 2; every spelling of it is parsed here."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import Final

from .errors import InvalidPlan
from .task import Ref

MAX_DIGITS: Final = 9
"""Of a task id."""

_STANDARD = re.compile(r"<(?:resource|generated)>-(\d+)|<(?:resource|generated)-(\d+)>|<node-(\d+)>", re.IGNORECASE)
"""The spelling of the paper and of JARVIS; JARVIS's own demonstrations also use the second, TaskBench the third."""
_OUTPUT_OF = r"(?:(?:output|result)s?[-_ ](?:of|from)[-_ ])?"
_LENIENT = re.compile(
    rf"(?:<|&lt;)\s*{_OUTPUT_OF}(?:resource|generated|node|task|output|result)\s*[-_ ]?\s*(?:>|&gt;)?\s*[-_]?\s*(\d+)"
    r"\s*(?:>|&gt;)?(?:\.(?!\s)\w+)?"
    r"|\{\{?\s*(?:resource|generated|task|node)[-_ ](\d+)\s*\}?\}",
    re.IGNORECASE,
)
"""What models write for it: with blanks, in braces, escaped as HTML, followed by the name of an output."""
_WHOLE_TEXT = re.compile(
    rf"#?\s*{_OUTPUT_OF}(?:resource|generated|output|(?:tasks?[-_ ])?nodes?|task)[-_ ]*\[?(\d+)\]?(?:\.\w+)?\s*#?",
    re.IGNORECASE,
)
"""Accepted by the lenient reading where it is all of the text."""

Parts = tuple[str | Ref, ...]
"""A text cut at its references; no part is empty."""


def parse_references(text: str, *, lenient: bool = False) -> Parts:
    """Cut a text at its references. Too long a number raises `InvalidPlan`; `lenient`, for misspellings, skips it."""
    whole = _WHOLE_TEXT.fullmatch(text.strip()) if lenient else None
    if whole and len(whole[1]) <= MAX_DIGITS:
        return (_reference(whole),)
    parts: list[str | Ref] = []
    end = 0
    for match in (_LENIENT if lenient else _STANDARD).finditer(text):
        if lenient and len(_digits(match)) > MAX_DIGITS:
            continue
        parts += [text[end : match.start()], _reference(match)]
        end = match.end()
    return tuple(part for part in (*parts, text[end:]) if part != "")


def format_reference(task_id: int) -> str:
    """`<resource>-2`."""
    return f"<resource>-{task_id}"


def format_parts(parts: Iterable[str | Ref]) -> str:
    """The text of which `parts` are the parts, each reference in the standard spelling."""
    return "".join(part if isinstance(part, str) else format_reference(part.task_id) for part in parts)


def only_references(parts: Parts) -> bool:
    """Whether nothing stands beside the references but blanks and commas."""
    return all(isinstance(part, Ref) or not re.sub(r"[\s,]", "", part) for part in parts)


def _reference(match: re.Match[str]) -> Ref:
    digits = _digits(match)
    if len(digits) > MAX_DIGITS:
        shown = repr(digits) if len(digits) <= 40 else f"one of {len(digits)} characters"
        raise InvalidPlan([f"a reference must be a task id of at most {MAX_DIGITS} digits, not {shown}"])
    return Ref(task_id=int(digits))


def _digits(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)


def free_ids(taken: Iterable[int]) -> Iterator[int]:
    """Ids for new tasks: after the largest; where these would have too many digits, the smallest that are free."""
    used = set(taken)
    after = range(max(used, default=-1) + 1, 10**MAX_DIGITS)
    return (number for number in chain(after, count()) if number not in used)
