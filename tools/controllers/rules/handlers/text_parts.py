"""`take_parts`: where a clause names a part of a text ("the first paragraph"), its tasks get that part and not the whole."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from .....graph.resource import Resource
from .....graph.result import Evidence
from .....graph.task import Ref, Single, Task
from .....graph.vocabulary import VOCABULARY
from ....wording.request_language import function_words
from ....wording.text_parts import TextPart, read_parts
from ..clauses import Clause
from ..harmless_words import plain_words
from ..lexicon import lexicon
from ..linking import Linker
from ..parameters import Parameters
from ..referents import fits
from ..rests import rest_in, rest_of

_READS = ("automatic-speech-recognition", "image-to-text", "document-to-text")
"""Types whose result is the text of something else: the part is one of it."""
_WORDS = ("prompt", "question", "query")
"""Inputs that hold words of the request itself."""
_WORD = re.compile(r"[^\W\d_\ue000-\ue0ff][\w’]*")
_JOINER = re.compile(r"[\s,;&]*(?:\b(?:and|or|with|und|et|y|e)\b)?[\s,;&]*")


def take_parts(linker: Linker, whole: Collection[Clause] = (), alone: Collection[Clause] = ()) -> None:
    """Insert the steps that take parts; a clause without tasks that leaves something out belongs to the one before.

    `whole`: clauses whose tasks take a text whole, and find the part in it that is asked about; `alone`: those that ask
    to see parts.
    """
    before: list[Evidence] = []
    taken: list[TextPart] = []
    for clause in (clause for clause in linker.parsed.clauses if clause not in whole):
        evidence = [e for e in linker.evidence if clause.start <= e.start < clause.end]
        words = "" if clause.background else linker.parsed.words_of(clause)
        parts = read_parts(words, linker.parsed.language)
        rest = rest_in(words, linker.parsed.language) if not parts else None
        if rest and any(r.position == clause.start + rest.start() for r in linker.resolver.referents):  # it is a text
            parts = rest_of(taken, rest)
        else:
            taken += parts
        if parts and not evidence and parts[0].left_out:
            evidence = before
        if parts and evidence:
            _take(linker, clause, parts, evidence)
        elif parts and (linker.parsed.language == "en" or clause in alone):
            evidence = _alone(linker, clause, parts)
        before = evidence or before


def _alone(linker: Linker, clause: Clause, parts: Sequence[TextPart]) -> list[Evidence]:
    """Take the parts where a clause asks for nothing else: "show me line 3 of a.txt"."""
    masked, (start, end) = linker.parsed.masked, (clause.start, clause.end)
    spans = [(start + part.start, start + part.end) for part in parts]
    rest = [m for m in _WORD.finditer(masked, start, end) if not any(a <= m.start() < b for a, b in spans)]
    known = function_words() | plain_words() | {"print", "only", "just"}  # on the screen, as a part of a text is shown
    given = [r for r in linker.resolver.referents if fits(r, ("text",)) and r.kind != "table"]
    named = [r for r in given if start <= r.position < end] or given[-1:]
    refused = any(a < end and start < b for a, b in linker.used)
    unknown = linker.parsed.language == "en" and any(
        m.group() not in known and not lexicon().verb.fullmatch(m.group()) for m in rest
    )
    if refused or not named or unknown:
        return []
    evidence = Evidence(task_id=len(linker.tasks), start=start, end=end)
    goal = linker.parsed.text_of(clause)
    for referent in named:
        _inserted(linker, referent.value, parts, evidence, goal)
    linker.evidence = [e.model_copy(update={"implied": False}) if e.start == start else e for e in linker.evidence]
    linker.use(start, end)
    return [e for e in linker.evidence if e.start == start]


def _take(linker: Linker, clause: Clause, parts: Sequence[TextPart], evidence: Sequence[Evidence]) -> None:
    ids = {e.task_id for e in evidence}
    taken = False
    for each in evidence:
        task = linker.tasks[each.task_id]
        last = task.model_copy(update={"parameters": _parameters(parts[-1])})
        changed = last if task.type == "text-part" else _over(linker, task, clause, parts, each, ids)
        taken = taken or changed is not task
        linker.tasks[task.id] = changed
    if not taken:
        taken = _after_reading(linker, clause, parts, evidence)
    for part in parts if taken else ():
        linker.use(clause.start + part.start, clause.start + part.end)


def _over(
    linker: Linker, task: Task, clause: Clause, parts: Sequence[TextPart], evidence: Evidence, ids: set[int]
) -> Task:
    """The task with parts in place of the texts that it takes whole; the number of a part is no limit of its result."""
    ports = {port.name for port in VOCABULARY[task.type].inputs if port.takes("text")}

    def part_of(name: str, value: Single) -> Single:
        if name not in ports or not _is_text(linker, value, ids) or (name in _WORDS and isinstance(value, str)):
            return value
        chosen = _parts_of(linker, value, clause, parts)
        return _inserted(linker, value, chosen, evidence) if chosen else value

    changed = task.with_inputs(part_of)
    if changed.inputs == task.inputs:
        return task
    numbers = {f"max_{part.unit}s": (part.first, part.last, part.last - part.first + 1) for part in parts}
    kept = {name: value for name, value in task.parameters.items() if value not in numbers.get(name, ())}
    return changed.model_copy(update={"parameters": kept})


def _after_reading(linker: Linker, clause: Clause, parts: Sequence[TextPart], evidence: Sequence[Evidence]) -> bool:
    """Take the parts of what a task of the clause reads from a picture, recording or document; whether there is one."""
    reading = [e for e in evidence if linker.tasks[e.task_id].type in _READS]
    for each in reading:
        whole, many = Ref(task_id=each.task_id), len(linker.tasks)
        part = _inserted(linker, whole, _parts_of(linker, whole, clause, parts) or list(parts), each)
        for number in range(many):
            linker.replace_input(number, whole, part)
        for number, known in enumerate(linker.evidence):
            if known.task_id in (each.task_id, linker.tasks[-1].id):
                implied = known.task_id == each.task_id
                linker.evidence[number] = known.model_copy(update={"implied": implied})
    return bool(reading)


def _is_text(linker: Linker, value: Single, ids: set[int]) -> bool:
    """Whether a value is a text that the request gives, or that was made elsewhere or read from a file."""
    if isinstance(value, Ref):
        made = linker.tasks[value.task_id]
        kind = next((o.kind for o in VOCABULARY[made.type].outputs if o.name == value.output), "text")
        return kind == "text" and made.type != "text-part" and (value.task_id not in ids or made.type in _READS)
    if isinstance(value, Resource):
        return value.kind != "table"
    return any(quotation.text == value for quotation in linker.parsed.quotations)


def _parts_of(linker: Linker, value: Single, clause: Clause, parts: Sequence[TextPart]) -> list[TextPart]:
    """The parts of one text: those before its name, where the clause names several texts."""
    masked = linker.parsed.masked
    files = [f for f in linker.parsed.files if clause.start <= f.start < clause.end]
    if len(files) < 2 or not isinstance(value, Resource | Ref):
        return list(parts)
    sources = linker.sources_of(value)
    chosen: list[TextPart] = []
    for number, part in enumerate(parts):
        stop = clause.start + parts[number + 1].start if number + 1 < len(parts) and not part.within else clause.end
        after = [f for f in files if clause.start + part.end <= f.start < stop]
        named = after[:1]
        for one, two in pairwise(after):
            if not _JOINER.fullmatch(masked, one.end, two.start) or re.search(r"\bwith\b", masked[one.end : two.start]):
                break
            named.append(two)
        if not named or any(file.resource in sources for file in named):
            chosen.append(part)
    return chosen


def _inserted(linker: Linker, value: Single, parts: Sequence[TextPart], evidence: Evidence, goal: str = "") -> Ref:
    """The result of the steps that take parts of a text: one in the other, one after the other, or one beside the other."""
    groups: list[list[TextPart]] = [[]]
    for part in parts:
        groups[-1].append(part)
        if not part.within:
            groups.append([])
    if parts[0].left_out:  # the last ones first: the others keep their numbers
        groups.reverse()
    goal = goal or linker.tasks[evidence.task_id].goal
    made: list[Ref] = []
    for group in filter(None, groups):
        chained = made.pop() if made and group[-1].left_out else value
        for part in reversed(group):
            chained = linker.step("text-part", {"text": chained}, _parameters(part), evidence, goal)
        made.append(chained if isinstance(chained, Ref) else Ref(task_id=0))
    return made[0] if len(made) == 1 else linker.step("join-text", {"texts": tuple(made)}, {}, evidence, goal)


def _parameters(part: TextPart) -> Parameters:
    chosen: Parameters = {"unit": part.unit, "first": part.first, "last": part.last}
    return {**chosen, "except": True} if part.left_out else chosen
