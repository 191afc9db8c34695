"""`read_scopes`: whether a finished plan does what the words of scope in its request oblige it to, however it was planned.

A word of scope says over what, or over how many, a task is done: "both", "the rest", "the first two of", "each page".
Each is an obligation on the tasks of its clause: on the number of data that they take, on the files and results behind
these, or on whether one result is made of all. Words: `[scopes]` of the wording. Not covered: words of scope about what
is in the data ("both parties"), which are left to the experts; ranges within one text, which the forms read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ....graph.resource import Kind, Resource
from ....graph.result import Evidence
from ....graph.task import Ref, Single, Task, Template, singles_in
from ....graph.vocabulary import VOCABULARY
from ...wording.wording import folded, wording
from .clauses import ParsedRequest
from .counted_files import file_nouns, of_noun
from .scope_words import Scope, find_scopes

Span = tuple[int, int]
_PLURAL: frozenset[Kind] = frozenset(("labels", "boxes", "table"))
"""Kinds of data that hold several things: "them" may mean the names in one list."""
_STARTS = ("first", "first_page", "start_seconds")
_RANGES = {*_STARTS, "last", "last_page", "end_seconds"}


@dataclass(frozen=True)
class Scopes:
    """Spans of the words of scope in a masked request, by whether the plan does what they oblige it to.

    Those unmet begin with the words that ask for the task: "translate both".
    """

    met: tuple[Span, ...] = ()
    unmet: tuple[Span, ...] = ()


def read_scopes(parsed: ParsedRequest, tasks: Sequence[Task], evidence: Sequence[Evidence]) -> Scopes:
    """The words of scope of a request and whether `tasks`, each behind the words of its `evidence`, obey them."""
    plan = _Plan(parsed, {task.id: task for task in tasks}, {e.task_id: e for e in evidence})
    met: list[Span] = []
    unmet: list[Span] = []
    for scope in find_scopes(parsed):
        group = plan.asked_at(scope.start)
        if not group or parsed.clause_at(scope.start).background or plan.says(scope, group):
            continue
        if _OBLIGATIONS[scope.name](plan, scope, group):
            met.append((scope.start, scope.end))
        else:
            clause, start = parsed.clause_at(scope.start), plan.evidence[group[0].id].start
            unmet.append((start if clause.start <= start < scope.start else scope.start, scope.end))
    return Scopes(tuple(met), tuple(unmet))


@dataclass(frozen=True)
class _Plan:
    """The tasks with the words that ask for them."""

    parsed: ParsedRequest
    tasks: Mapping[int, Task]
    evidence: Mapping[int, Evidence]

    @cached_property
    def asked(self) -> Mapping[int, list[Task]]:
        """The tasks that words ask for, by where these begin; without implied steps."""
        groups: dict[int, list[Task]] = {}
        for each in sorted(self.evidence.values(), key=lambda e: (e.start, e.task_id)):
            if not each.implied and each.task_id in self.tasks:
                groups.setdefault(each.start, []).append(self.tasks[each.task_id])
        return groups

    def asked_at(self, position: int) -> list[Task]:
        """The tasks that the words around a position ask for: of its clause, else of the clause before."""
        clause = self.parsed.clause_at(position)
        own = [start for start in self.asked if clause.start <= start < clause.end]
        before = [start for start in own or self.asked if start <= position]
        return self.asked.get(before[-1] if before else min(own, default=-1), [])

    def data(self, tasks: Sequence[Task]) -> list[Single]:
        """The data that tasks take, each once: files, quotations and results; no prompts and no questions."""
        quoted = {quotation.text for quotation in self.parsed.quotations}
        values = (single for task in tasks for value in task.inputs.values() for single in singles_in(value))
        return list(dict.fromkeys(v for v in values if isinstance(v, Resource | Ref) or v in quoted))

    def origins(self, values: Sequence[Single]) -> list[Single]:
        """The results, files and quotations that were asked for or given: behind steps that are implied."""
        found: list[Single] = []
        for value in values:
            task = self.tasks.get(value.task_id) if isinstance(value, Ref) else None
            implied = task and (task.id not in self.evidence or self.evidence[task.id].implied)
            found += self.origins(self.data([task])) if task and implied else [value]
        return list(dict.fromkeys(found))

    def sources(self, values: Sequence[Single]) -> set[Single]:
        """The files and quotations that values are made from."""
        makers = self.behind({value.task_id for value in values if isinstance(value, Ref)})
        data = (*values, *self.data([self.tasks[each] for each in makers & self.tasks.keys()]))
        return {value for value in data if not isinstance(value, Ref)}

    def parameters(self, group: Sequence[Task]) -> list[Mapping[str, object]]:
        """Those of tasks and of all that these depend on."""
        return [self.tasks[each].parameters for each in sorted(self.behind({task.id for task in group}))]

    def behind(self, ids: set[int]) -> set[int]:
        """Tasks, and all those that they depend on."""
        before = {each for i in ids & self.tasks.keys() for each in self.tasks[i].depends_on}
        return ids | self.behind(before) if before else ids

    def is_list(self, value: Single) -> bool:
        """Whether a value is a list: pages, frames, or what is made of each member of one."""
        if not isinstance(value, Ref) or value.task_id not in self.tasks:
            return False
        task = self.tasks[value.task_id]
        outputs = VOCABULARY[task.type].outputs
        made = next((port for port in outputs if port.name == value.output), outputs[0])
        return made.many or self.is_done_for_each(task)

    def is_done_for_each(self, task: Task) -> bool:
        """Whether a task is done once for each member of a list; one that takes them all as one ("count") is not."""
        ports = VOCABULARY[task.type].inputs
        given = [task.inputs[port.name] for port in ports if port.name in task.inputs and not port.many]
        return any(isinstance(value, tuple) or self.is_list(value) for value in given)

    def is_several(self, value: Single) -> bool:
        """Whether a value holds several things."""
        if isinstance(value, Resource):
            return value.kind in _PLURAL
        made = self.tasks.get(value.task_id) if isinstance(value, Ref) else None
        return made is not None and (self.is_list(value) or VOCABULARY[made.type].outputs[0].kind in _PLURAL)

    def takes_all(self, values: Sequence[Single]) -> bool:
        """Whether of several results that the same words ask for, none is left out."""
        evidence = [self.evidence[v.task_id] for v in values if isinstance(v, Ref) and v.task_id in self.evidence]
        kinds = {(each.start, self.tasks[each.task_id].type) for each in evidence}
        same = (task for start, kind in kinds for task in self.asked.get(start, []) if task.type == kind)
        return {task.id for task in same} <= {each.task_id for each in evidence}

    def files(self, scope: Scope) -> list[Resource]:
        """The files that a noun means: those that the clause names, else all of its kind."""
        clause = self.parsed.clause_at(scope.start)
        left = [f for f in self.parsed.files if f.resource not in self.parsed.passed_over]
        named = [f for f in left if clause.start <= f.start < clause.end]
        files = dict.fromkeys(file.resource for file in named or left)
        return of_noun(files, scope.words.get("noun"), self.parsed.language)

    def says(self, scope: Scope, group: Sequence[Task]) -> bool:
        """Whether the words go to an expert as they are, in a question or a description."""
        if scope.name == "together" or "noun" in scope.words:
            return False
        said = self.parsed.text[scope.start : scope.end]
        quoted = {quotation.text for quotation in self.parsed.quotations}
        texts = (v for task in group for v in (*task.inputs.values(), *task.parameters.values()) if v not in quoted)
        return any(said in str(text) for text in texts if isinstance(text, str | Template))


def _both(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    values = plan.data(group)
    unspaced = wording(plan.parsed.language).unspaced  # there "both" stands behind two languages as well
    return len(values) > 1 or (unspaced and len(group) > 1)


def _all(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    values = plan.origins(plan.data(group))
    made = any(isinstance(value, Ref) for value in values)
    wanted = plan.files(scope) if scope.words.get("noun") in file_nouns(plan.parsed.language) or not made else []
    return plan.takes_all(values) and set(wanted) <= plan.sources(values)


def _number(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    word = scope.words["number"]
    number = int(word) if word.isdigit() else wording(plan.parsed.language).numbers[word]
    values = plan.origins(plan.data(group))
    number = len({f.resource for f in plan.parsed.files}) - number if "out" in scope.words else number
    said = any(p in (number, -number) for each in plan.parameters(group) for p in each.values())
    return len(values) == number or said or any(map(plan.is_several, values))


def _each_page(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    made = any("each_page" in t.parameters or any(port.many for port in VOCABULARY[t.type].outputs) for t in group)
    return made or any(map(plan.is_list, plan.data(group)))


def _rest(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    first, values = plan.evidence[group[0].id].start, plan.data(group)
    earlier = [task for start, tasks in plan.asked.items() if start < first for task in tasks]
    taken, before = plan.sources(values), plan.sources(plan.data(earlier))
    counted = {file.resource for file in plan.parsed.files if scope.start <= file.start < scope.end}
    if not counted <= taken:
        return False
    if not taken & before and (counted or (earlier and set(plan.files(scope)) <= taken | before)):
        return True
    ranges = [each for each in plan.parameters(group) if not _RANGES.isdisjoint(each)]
    later = any(each.get("except") or any(each.get(name, 0) not in (0, 1) for name in _STARTS) for each in ranges)
    return later or ("off" in scope.words and bool(ranges))


def _together(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    sources, asked = plan.sources(plan.data(group)), {task.id for task in group}
    around = (t for t in plan.tasks.values() if t.id in plan.behind(asked) or asked & plan.behind({t.id}))
    whole = (
        singles_in(t.inputs[p.name]) for t in around for p in VOCABULARY[t.type].inputs if p.many and p.name in t.inputs
    )
    return len(sources) < 2 or any(sources <= plan.sources(values) for values in whole)


def _apart(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    several = len(group) > 1 or any(map(plan.is_list, plan.data(group)))
    return several and all(len(plan.sources(plan.data([task]))) == 1 for task in group)


def _named(plan: _Plan, scope: Scope, group: Sequence[Task]) -> bool:
    named = wording(plan.parsed.language).section("scopes")["results"]
    types = {kind for kind, nouns in named.items() if scope.words["result"] in map(folded, nouns)}
    made = [task for task in plan.tasks.values() if task.type in types and task not in group]
    first = plan.evidence[group[0].id].start
    own = group[0].type in types and any(first <= file.start < scope.start for file in plan.parsed.files)
    values = plan.origins(plan.data(group))
    taken = {value.task_id for value in values if isinstance(value, Ref) and plan.tasks[value.task_id].type in types}
    paged = group[0].parameters.get("look_for") == "pages"  # as many as there are summaries of pages
    return paged or not (made or own) or (len(taken) == len(values) and plan.takes_all(values))


_OBLIGATIONS: Mapping[str, Callable[[_Plan, Scope, Sequence[Task]], bool]] = {
    "both": _both,
    "all": _all,
    "number": _number,
    "each-page": _each_page,
    "each-of-them": lambda plan, scope, group: any(map(plan.is_done_for_each, group)),
    "each-of-it": lambda plan, scope, group: (
        any(map(plan.is_list, plan.data(group))) or group[0].parameters.get("look_for") == "pages"
    ),
    "rest": _rest,
    "together": _together,
    "apart": _apart,
    "among": lambda plan, scope, group: (
        _both(plan, scope, group)
        or any(map(plan.is_several, plan.data(group)))
        or "candidate_labels" in group[0].parameters
    ),
    "named": _named,
}
