"""Wiring: references between the entries of a plan as the paper writes them, and the slips in them that have one cure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ....graph.vocabulary import VOCABULARY

Entry = dict[str, Any]
"""`{"task", "id", "dep", "args"}`."""
Told = Callable[[str], None]
"""Hears what was put right."""

NUMBER = re.compile(r"\s*(?:(?:task|node|id)[\s_#-]*|#)?(-?\d{1,9})\s*", re.IGNORECASE)
"""An id, however it is dressed."""

_REFERENCE = re.compile(
    r"(?:<|&lt;)\s*(?:resource|generated|node|task)\s*[-_ ]?\s*(?:>|&gt;)?\s*[-_]?\s*(\d+)\s*(?:>|&gt;)?(?:\.(?!\s)\w+)?"
    r"|\{\{?\s*(?:resource|generated|task)[-_ ](\d+)\s*\}?\}",
    re.IGNORECASE,
)
MOST_UNFOLDED = 200
"""Tasks; in a plan of more, lists stay lists, which are mapped over just the same."""

_WHOLE = re.compile(r"\s*<resource>-\d+\s*")
_BARE = re.compile(r"(?:resource|generated|output)[-_ ](?:of[-_ ]task[-_ ])?(\d+)", re.IGNORECASE)


def spell(entry: Entry, tell: Told) -> None:
    """References as the paper writes them."""
    before, entry["args"] = entry.get("args"), each_text(entry.get("args"), _spelt)
    if before != entry["args"]:
        numbers = ", ".join(f"<resource>-{number}" for number in dict.fromkeys(references(before)))
        tell(f"task {entry['id']}: other spellings were read as {numbers}")


def _spelt(text: str) -> str:
    if bare := _BARE.fullmatch(text.strip()):
        return f"<resource>-{bare[1]}"
    return _REFERENCE.sub(lambda match: f"<resource>-{match[1] or match[2]}", text)


def each_text(value: Any, change: Callable[[str], Any]) -> Any:
    """The value with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [each_text(member, change) for member in value]
    if isinstance(value, dict):
        return {key: each_text(member, change) for key, member in value.items()}
    return value


def references(value: Any) -> Iterator[int]:
    """The ids that the arguments of a task refer to."""
    if isinstance(value, str):
        for match in re.finditer(r"<resource>-(\d{1,9})(?!\d)", _spelt(value)):
            yield int(match[1])
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from references(member)


def unfold(entries: list[Entry], tell: Told) -> None:
    """A comma list of references where one thing is taken: a task for each of them, under fresh ids (as JARVIS meant it).

    Whoever refers to that task refers to all of them then, and is unfolded in turn. So each goes on by itself, while a list
    that is mapped over waits for all its members.
    """
    if not all(isinstance(entry["id"], int) for entry in entries):
        return
    done: set[int] = set()
    while len(entries) < MOST_UNFOLDED:
        entry = next((entry for entry in entries if entry["id"] not in done and _comma_lists(entry)), None)
        if entry is None:
            return
        lists = _comma_lists(entry)
        fresh = max(each["id"] for each in entries) + 1
        ids = [entry["id"], *range(fresh, fresh + len(next(iter(lists.values()))) - 1)]
        copies = [
            {**entry, "id": number, "args": entry["args"] | {key: parts[place] for key, parts in lists.items()}}
            for place, number in enumerate(ids)
        ]
        told, taken = entry.get("dep"), set(references(entry["args"]))
        order = [dep for dep in told if dep not in taken] if isinstance(told, list) else []
        for copy in copies:
            copy["dep"] = [*order, *references(copy["args"])]
        place = entries.index(entry)
        entries[place : place + 1] = copies
        _refer_to_all(entries, ids)
        done.update(ids)
        tell(f"task {ids[0]} was given a list; there is a task for each of it now: {', '.join(map(str, ids))}")


def _comma_lists(entry: Entry) -> dict[str, list[str]]:
    """The comma lists of references in inputs that take one thing, by name; none where they are not equally long."""
    row, args = VOCABULARY.get(str(entry.get("task"))), entry.get("args")
    if row is None or not isinstance(args, dict):
        return {}
    single = {key: value for key, value in args.items() if (port := row.input(key)) and not port.many}
    parts = {key: value.split(",") for key, value in single.items() if isinstance(value, str) and "," in value}
    lists = {key: [part.strip() for part in each] for key, each in parts.items() if all(map(_WHOLE.fullmatch, each))}
    return lists if len({len(each) for each in lists.values()}) == 1 else {}


def _refer_to_all(entries: list[Entry], ids: list[int]) -> None:
    """References to the first of `ids` become references to all of them."""
    one, all_of_them = re.compile(rf"<resource>-{ids[0]}(?!\d)"), ", ".join(f"<resource>-{number}" for number in ids)
    for entry in entries:
        entry["args"] = each_text(entry.get("args"), lambda text: one.sub(all_of_them, text))
        dep = entry.get("dep")
        if isinstance(dep, list) and ids[0] in dep and entry["id"] not in ids:
            entry["dep"] = [*dep, *(number for number in ids if number not in dep)]


def link(entries: list[Entry], links: Any, meant: Callable[[str], Any], tell: Told) -> None:
    """TaskBench's links between nodes, by place or by a name that one node only has: order that no argument tells.

    `meant`: from a name to what it is compared by.
    """
    by_name: dict[Any, list[Any]] = {}
    for place, entry in enumerate(entries):
        for name in {str(place), meant(str(entry.get("task")))}:
            by_name.setdefault(name, []).append(entry)
    for each in links if isinstance(links, list) else ():
        ends = [each.get("source"), each.get("target")] if isinstance(each, dict) else each
        if not isinstance(ends, list) or len(ends) != 2:
            continue
        source, target = (by_name.get(meant(str(end))) or by_name.get(str(end)) or [] for end in ends)
        if len(source) == len(target) == 1 and source[0]["id"] not in references(target[0].get("args")):
            told = target[0].get("dep")
            target[0]["dep"] = [*(told if isinstance(told, list) else []), source[0]["id"]]
            tell(f"task {target[0]['id']} comes after task {source[0]['id']}, for a link says so")


def join(entries: list[Entry], tell: Told) -> None:
    """`dep` is only what the references do not say: no task waits for itself, for none, or for one that waits for it."""
    ids = {entry["id"] for entry in entries if isinstance(entry["id"], int)}
    needs = {entry["id"]: set(references(entry.get("args"))) for entry in entries if isinstance(entry["id"], int)}
    for entry in entries:
        told = entry.get("dep")
        wanted = told if isinstance(told, list) else [] if told is None else [told]
        kept: list[int] = []
        if told is not None and not (isinstance(told, list) and all(type(dep) is int for dep in told)):
            tell(f"task {entry['id']}: its dependencies were not a list of numbers ({told!r})")
        for dep in wanted:
            match = NUMBER.fullmatch(str(dep)) if not isinstance(dep, bool) else None
            number = int(match[1]) if match else None
            if number is None or number in (-1, entry["id"]) or number not in ids:
                if number != -1:
                    tell(f"task {entry['id']}: the dependency {dep!r} was left out")
            elif entry["id"] in _upstream(number, needs):
                tell(f"task {entry['id']}: the dependency {dep!r} was left out, for task {number} waits for this one")
            else:
                kept.append(number)
        entry["dep"] = kept or [-1]


def _upstream(task_id: int, needs: Mapping[int, set[int]]) -> set[int]:
    """All that a task takes data from, however far up."""
    found: set[int] = set()
    open_ones = [task_id]
    while open_ones:
        for source in needs.get(open_ones.pop(), ()):
            if source not in found:
                found.add(source)
                open_ones.append(source)
    return found
