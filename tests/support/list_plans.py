"""Random plans over lists by seed, and by hand: what each task makes, which calls are made, and how each task ends."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

Place = tuple[int, ...]


class Outcome(NamedTuple):
    """How a task ends."""

    status: str
    texts: Mapping[Place, str]
    """What it makes, by place; a single text has the place `()`."""
    gaps: frozenset[Place]
    """Places of the list that stay empty."""
    complete: bool
    """Whether nothing is missing in what it was made from."""


@dataclass(frozen=True)
class ListPlan:
    """A list of texts, and tasks that are done over it, join it, and go on from there."""

    tasks: Sequence[Mapping[str, Any]]

    @cached_property
    def keys(self) -> list[str]:
        """The keys of all calls that are made where nothing fails."""
        return sorted(self.by_hand(frozenset())[1])

    def by_hand(self, failing: frozenset[str]) -> tuple[dict[int, Outcome], set[str], set[str]]:
        """How each task ends where the calls of those keys fail; the keys of all calls; those with nothing missing."""
        outcomes: dict[int, Outcome] = {}
        calls: dict[str, bool] = {}
        for task in self.tasks:
            outcomes[task["id"]] = _outcome(task, outcomes, failing, calls)
        return outcomes, set(calls), {key for key, complete in calls.items() if complete}


def list_plan(seed: int) -> ListPlan:
    """Up to eight tasks: each over a list, over several tasks, of a whole list, or of a sentence with others in it."""
    rng = random.Random(seed)
    names = [f"text {n}" for n in range(rng.randint(1, 5))]
    tasks: list[dict[str, Any]] = [{"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": names}}]
    for task_id in range(1, rng.randint(2, 8)):
        form = rng.choice(["over", "over", "over", "several", "join", "joins", "sentence"])
        sources = sorted(rng.sample(range(task_id), min(task_id, 1 if form in ("over", "join") else rng.randint(1, 3))))
        refs = [f"<resource>-{source}" for source in sources]
        text: Any = {
            "over": refs[0],
            "join": refs[0],
            "several": refs,
            "joins": refs,
            "sentence": f"say {' '.join(refs)}",
        }
        name = "join-text" if form in ("join", "joins") else "summarization"
        tasks.append({"task": name, "id": task_id, "dep": sources, "args": {"text": text[form]}})
    return ListPlan(tasks)


def _outcome(
    task: Mapping[str, Any], outcomes: Mapping[int, Outcome], failing: frozenset[str], calls: dict[str, bool]
) -> Outcome:
    value, sources = task["args"]["text"], [outcomes[source] for source in task["dep"] if source >= 0]
    many = isinstance(value, list) and len(value) > 1
    if sources and not (many and any(source.texts for source in sources)) and not all(s.texts for s in sources):
        return Outcome("skipped", {}, frozenset(), False)
    complete = all(source.complete for source in sources)
    given: dict[Place, str] = {}
    gaps: set[Place] = set()
    if not sources:
        given = {(n,) if many else (): text for n, text in enumerate(value)}
    elif not isinstance(value, list) and value.startswith("say"):
        given[()] = "say " + " ".join(", ".join(source.texts.values()) for source in sources)
        complete = complete and not any(source.gaps for source in sources)
    else:
        for n, source in enumerate(sources):
            before = (n,) if many else ()
            given |= {(*before, *place): text for place, text in source.texts.items()}
            gaps |= {(*before, *place) for place in source.gaps} if source.texts else {before}
    if task["task"] == "join-text":
        given = {(): ", ".join(text for _, text in sorted(given.items()))}
        complete, gaps = complete and not gaps, set()
    done: dict[Place, str] = {}
    for place, text in sorted(given.items()):
        key = f"{task['id']}" + "".join(f"[{n}]" for n in place)
        calls[key] = sources[place[0]].complete if many and sources and place else complete
        if key not in failing:
            done[place] = f"{task['task']} of {text}"
    gaps |= given.keys() - done.keys()
    status = "failed" if not done else "partial" if gaps or not complete else "succeeded"
    return Outcome(status, done, frozenset(gaps), complete)
