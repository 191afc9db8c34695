"""`RunResults`: what the results of a run say: their texts, labels and numbers, and what they were made from."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ....graph.result import Result, Run
from ....graph.task import Task
from .label_forms import CLOSED
from .quantities import counts, rows_in
from .stated_numbers import NUMBER, NumberReader

_COUNTED = ("labels", "boxes", "table")
"""Kinds of results whose members an answer may count."""
MANY = 12
"""Numbers of a result, above which no sums and differences of two of them are looked for."""
SHOWN = 80
"""Characters of a result that are shown beside a statement that it does not bear out; a longer result is not short."""


class RunResults:
    """The results that succeeded, by the numbers of their tasks."""

    def __init__(self, run: Run, contents: Mapping[str, str], reader: NumberReader) -> None:
        """`contents`: the text of each result by sha256."""
        self.rows = {row.task_id: row for row in run.results if row.ok}
        self.request = run.request.text
        self._reader = reader
        self._contents = {
            key: [contents.get(made.sha256 or "", made.text or "") for made in row.resources]
            for key, row in self.rows.items()
        }
        self._made = {made.sha256: row.task_id for row in run.results for made in row.resources}
        self._tasks = run.plan.by_id
        self._known = {key: self._known_numbers(row) for key, row in self.rows.items()}
        self.labels = {key: found for key, row in self.rows.items() if (found := self._labels_of(row))}
        """The labels of each result that has some, the likeliest first."""

    def whole(self, task_id: int) -> str:
        """The text of a result, or the label that it found."""
        if task_id in self.labels:
            return self.labels[task_id][0]
        return "\n".join(self._contents.get(task_id, ())).strip()

    def shown(self, task_ids: Iterable[int]) -> str:
        """What the results say, shortened: `[0] 4`."""
        lines = []
        for task_id in task_ids:
            line = " ".join(self.whole(task_id).split())
            lines.append(f"[{task_id}] {line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + '…'}")
        return ", ".join(lines)

    def is_short(self, task_id: int) -> bool:
        """Whether a sentence can repeat a result in whole."""
        return len(self.whole(task_id)) <= SHOWN

    def is_language(self, task_id: int) -> bool:
        """Whether a result is the language of a text."""
        return task_id in self.rows and self.rows[task_id].task_type == "language-identification"

    def is_closed(self, task_id: int) -> bool:
        """Whether a result is `positive`, `negative` or `neutral`."""
        return task_id in self.labels and self.labels[task_id][0].casefold() in CLOSED

    def unit_of(self, task_id: int) -> str:
        """What a result that is one number counts: `word`; empty where that is not known."""
        task = self._tasks.get(task_id)
        if task is None or task.type != "count" or not self._is_number(task_id):
            return ""
        return self._reader.unit_of(str(task.parameters.get("look_for", "")))

    def with_sources(self, task_ids: Iterable[int]) -> set[int]:
        """The tasks, and those whose results they were made from."""
        found, left = set[int](), list(task_ids)
        while left:
            if (task_id := left.pop()) in found or task_id not in self.rows:
                continue
            found.add(task_id)
            left += [self._made[sha256] for sha256 in self.rows[task_id].inputs if sha256 in self._made]
        return found

    def known(self, task_ids: Iterable[int]) -> set[Decimal]:
        """The numbers that results have, and those that follow from them or from what they were made from."""
        return {number for task_id in self.with_sources(task_ids) for number in self._known[task_id]}

    def numbers_of(self, task_id: int) -> set[Decimal]:
        """The numbers in the text of a result."""
        return {each for text in self._contents.get(task_id, ()) for each in self._numbers(text)}

    def has_numbers(self, task_id: int) -> bool:
        """Whether there are numbers in a result, or what can be counted."""
        data = any(made.kind in _COUNTED for made in self.rows[task_id].resources)
        return data or bool(self.numbers_of(task_id))

    def given(self, task_ids: Iterable[int]) -> str:
        """The texts of tasks: what they made, what they were given in the plan, and their parameters."""
        texts = list[str]()
        for task_id in task_ids:
            texts += [*self._contents.get(task_id, ()), *_texts_of(self._tasks.get(task_id))]
        return " ".join(texts)

    def _numbers(self, text: str) -> set[Decimal]:
        stated = (*self._reader.figures(text), *self._reader.words(text))
        return {reading for number in stated for reading in number.readings}

    def _known_numbers(self, row: Result) -> set[Decimal]:
        given = self._given_numbers(row)
        if self._is_number(row.task_id):
            return self.numbers_of(row.task_id) | given
        found = self.numbers_of(row.task_id)
        if len(found) <= MANY:
            found |= {value for a in found for b in found if a != b for value in (a + b, abs(a - b))}
        found |= {Decimal(each) for text in self._contents[row.task_id] for each in counts(text)}
        return found | given | {Decimal(len(row.resources))}

    def _given_numbers(self, row: Result) -> set[Decimal]:
        """The numbers in what a task was given, and in what is said of its result."""
        task = self._tasks.get(row.task_id)
        if task is None:
            return set()
        given = [*task.parameters.values(), *(task.inputs.get(name, "") for name in ("text", "texts"))]
        texts = [*map(str, given), *row.notes, row.name, *(m.label for m in row.members)]
        return {reading for text in texts for reading in self._numbers(text)}

    def _is_number(self, task_id: int) -> bool:
        """Whether a result is one number, whose own words and characters an answer does not count."""
        return bool(NUMBER.fullmatch("".join(self._contents[task_id]).strip()))

    def _labels_of(self, row: Result) -> list[str]:
        if not any(made.kind == "labels" for made in row.resources):
            return []
        rows = rows_in("".join(self._contents[row.task_id]))
        return [str(each["label"]) for each in rows if isinstance(each, dict) and each.get("label")]


def _texts_of(task: Task | None) -> list[str]:
    """The texts that a task was given in its plan."""
    values = [*task.inputs.values(), *task.parameters.values()] if task else []
    flat = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return [
        text for each in flat if isinstance(text := each if isinstance(each, str) else getattr(each, "text", None), str)
    ]
