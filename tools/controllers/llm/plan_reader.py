"""`read_plan` reads a plan from a chat model's answer: find the JSON, unwrap it, repair its entries, build the `Plan`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ....graph.errors import InvalidPlan
from ....graph.plan import Plan
from ....graph.vocabulary import VOCABULARY
from ...chat_models.json_answers import UnreadableAnswer, json_in_answer
from ...chat_models.thoughts import without_thoughts
from .arguments import place_arguments
from .entry import Step, apply, for_each
from .file_names import Files, check_file_names, with_files
from .implied import imply_parameters
from .insert_converters import insert_converters
from .links import add_links
from .numbering import number_references
from .placeholders import doubtful_values, refuse_placeholders
from .references import clean_dependencies, expand_comma_lists, spell_references
from .repair import (
    correct_type_name,
    flatten_lists,
    number_entries,
    read_entries,
    rename_duplicate_ids,
    unquote,
)
from .unwrap import Link, unwrap

JSON_REPAIRED = "the controller's JSON was broken and has been repaired"


class Draft(NamedTuple):
    """A plan that a model wrote, what it refuses to plan, a sentence for each repair, and one for each doubtful value."""

    plan: Plan
    refusals: tuple[str, ...]
    repairs: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def read_plan(answer: str, files: Files, *, request: str = "", complete: bool = True) -> Draft:
    """The plan in an answer, `complete` or cut off. Raises `InvalidPlan` with every problem, as sentences for the model.

    `request`: the words that were planned; a value that they hold is no placeholder.
    """
    try:
        parsed = json_in_answer(answer, complete=complete)
    except UnreadableAnswer as error:
        raise InvalidPlan([str(error)]) from None
    raw = unwrap(parsed.value)
    read = read_entries(raw.tasks)
    positional = all(entry.id is None for entry in read.entries)
    repaired = apply(repair_steps(raw.links, files, request, positional=positional), read.entries)
    if repaired.problems:
        raise InvalidPlan(repaired.problems)
    plan = Plan.from_hugginggpt([with_files(entry, files).to_paper() for entry in repaired.entries], files.values())
    check_file_names(plan, files)
    json_repairs = (JSON_REPAIRED,) if parsed.repaired else ()
    repairs = (*json_repairs, *raw.repairs, *read.repairs, *repaired.repairs)
    doubts = (*repaired.doubts, *doubtful_values(repaired.entries, request, files))
    return Draft(plan, raw.refusals, tuple(dict.fromkeys(repairs)), doubts)


def is_direct_answer(answer: str, files: Files) -> bool:
    """Whether an answer replies to the request in words: no JSON, no task type, and no file that it can't have read."""
    words = without_thoughts(answer)
    named = any(re.search(rf"\b{name.replace('-', '[-_ ]')}\b", words, re.IGNORECASE) for name in VOCABULARY)
    return bool(words) and not files and not named and not re.search(r"[{\[<]|```", words)


def repair_steps(links: Sequence[Link], files: Files, request: str, *, positional: bool) -> tuple[Step, ...]:
    """The repairs of a plan's entries, in order; each reads what the one before returns."""
    return (
        number_entries,
        rename_duplicate_ids,
        for_each(correct_type_name),
        for_each(unquote),
        for_each(spell_references),
        number_references(links, positional=positional),
        place_arguments(files),
        for_each(flatten_lists),
        imply_parameters(request),
        add_links(links),
        expand_comma_lists,
        clean_dependencies,
        insert_converters,
        refuse_placeholders(request, files),
    )
