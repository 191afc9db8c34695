"""`read_plan` reads a plan from a chat model's answer: find the JSON, unwrap it, repair its entries, build the `Plan`."""

from collections.abc import Iterable
from typing import NamedTuple

from ....graph.errors import InvalidPlan
from ....graph.plan import Plan
from ...chat_models.json_answers import UnreadableAnswer, json_in_answer
from .entry import Step, apply, for_each
from .file_names import Files, check_file_names, with_files
from .insert_converters import insert_converters
from .references import add_links, clean_dependencies, expand_comma_lists, spell_references
from .repair import (
    correct_type_name,
    flatten_lists,
    match_argument_names,
    number_entries,
    read_entries,
    rename_duplicate_ids,
)
from .unwrap import Link, unwrap

JSON_REPAIRED = "the controller's JSON was broken and has been repaired"


class Draft(NamedTuple):
    """A plan that a model wrote, what it refuses to plan, and a sentence for each repair."""

    plan: Plan
    refusals: tuple[str, ...]
    repairs: tuple[str, ...]


def read_plan(answer: str, files: Files, *, complete: bool = True) -> Draft:
    """The plan in an answer, `complete` or cut off. Raises `InvalidPlan` with every problem, as sentences for the model."""
    try:
        parsed = json_in_answer(answer, complete=complete)
    except UnreadableAnswer as error:
        raise InvalidPlan([str(error)]) from None
    raw = unwrap(parsed.value)
    read = read_entries(raw.tasks)
    repaired = apply(repair_steps(raw.links), read.entries)
    plan = Plan.from_hugginggpt([with_files(entry, files).to_paper() for entry in repaired.entries], files.values())
    check_file_names(plan, files)
    json_repairs = (JSON_REPAIRED,) if parsed.repaired else ()
    repairs = (*json_repairs, *raw.repairs, *read.repairs, *repaired.repairs)
    return Draft(plan, raw.refusals, tuple(dict.fromkeys(repairs)))


def repair_steps(links: Iterable[Link]) -> tuple[Step, ...]:
    """The repairs of a plan's entries, in order; each reads what the one before returns."""
    return (
        number_entries,
        rename_duplicate_ids,
        for_each(correct_type_name),
        for_each(spell_references),
        for_each(flatten_lists),
        for_each(match_argument_names),
        add_links(links),
        expand_comma_lists,
        clean_dependencies,
        insert_converters,
    )
