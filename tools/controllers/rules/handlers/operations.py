"""Handler of operations on pictures, sounds and films; `cut_to_times` cuts what other tasks take of a recording."""

import re
from dataclasses import replace
from itertools import pairwise

from .....graph.resource import Kind, Resource
from .....graph.task import Ref, Task
from .....graph.vocabulary import VOCABULARY
from ....wording.clause_words import ClauseWords
from ....wording.time_ranges import time_range
from ....wording.wording import wording
from ..intents import Intent
from ..linking import Linker
from ..operation_words import TYPES, kinds_of, operation_of
from ..parameters import Parameters
from ..referents import Referent

_CHANGED = ("image-to-image", "crop", *TYPES["audio"].values(), "mute", "trim-video")
"""Types whose result stands for the file that they change: "mirror a.png and rotate a.png" is one picture."""
_SOUND_OF = re.compile(
    r"(?s)\A(?!.*\b(?:remove|without|mute)\b).*\b(?:sound(?:track)?|audio)(?: track)? (?:of|from|out of)\b"
)
"""The sound of a film is meant, and not the film: "the sound of clip.mp4 from 0:02 to 0:04"."""
_FILE = re.compile("[\ue010-\ue0ff]+")
_JOINT = re.compile(r"(?<![\ue010-\ue0ff])(?:,|,? and|,? but) (?=[\ue010-\ue0ff])")
"""Before files with a value of their own, and not within a list of files."""
_TIMED: tuple[Kind, ...] = ("audio", "video")


def operate(linker: Linker, intent: Intent) -> None:
    """One task for each picture, sound or film that the words mean."""
    words = linker.parsed.masked[intent.start : intent.end]
    read = operation_of(words)
    for start, end, said in _without_verb(words):
        name, parameters = operation_of(said)
        part = replace(intent, start=intent.start + start, end=intent.start + end, stop=intent.start + end)
        _operate(linker, part, *((name, parameters) if name == read[0] and parameters else read))
        words = ""
    if words:
        _operate(linker, intent, *read)


def _without_verb(words: str) -> list[tuple[int, int, str]]:
    """The parts of "rotate a.png by 90 degrees and b.png by 180", and each with its verb; none for a single value."""
    first = _FILE.search(words)
    if first is None:
        return []
    cuts = [0, *(joint.end() for joint in _JOINT.finditer(words) if joint.start() > first.end()), len(words)]
    parts = [(start, end, words[start:end].removesuffix(" and").rstrip(" ,")) for start, end in pairwise(cuts)]
    if len(parts) < 2 or any(_FILE.search(said).end() == len(said) for *_, said in parts):  # type: ignore[union-attr]
        return []
    return [(start, end, said if not start else words[: first.start()] + said) for start, end, said in parts]


def _operate(linker: Linker, intent: Intent, name: str, parameters: Parameters) -> None:
    words, own = linker.parsed.masked[intent.start : intent.stop], linker.parsed.masked[intent.start : intent.end]
    findings = linker.has_found_boxes and re.search(r"\b(?:them|these|those|each|faces)\b", own)
    if findings and name not in ("crop", "format"):  # "detect the faces and blur them"
        linker.refuse(intent, "part-only")
        return
    if name == "mute" and "format" in parameters:
        name = "sound-track"  # "take the sound out of a.mp4 as an mp3" keeps the sound, and not the film
    if name == "frames" and not parameters and ClauseWords(words, wording(linker.parsed.language)).names_every("frame"):
        linker.refuse(intent, "every-frame")
        return
    kinds = kinds_of(name, parameters)
    if isinstance(scale := parameters.get("scale"), int | float) and scale <= 0:
        linker.refuse(intent, "nothing would be left of it")
        return
    for referent in _targets(linker, intent, kinds) or linker.refuse_missing(intent, " or ".join(kinds)):
        of_film = referent.kind == "video" and "audio" in kinds
        if referent.kind not in kinds and not of_film and not (kinds == ("image",) and referent.kind == "document"):
            linker.refuse(intent, f"no expert here does that with {referent.kind}")
            continue
        kind = "audio" if of_film and name not in TYPES["video"] else referent.kind
        task_type = TYPES.get(kind, {}).get(name, "image-to-image")
        if task_type == "trim-video" and _SOUND_OF.search(linker.parsed.words_of(intent.clause)):
            linker.add_task("video-to-audio", {"video": referent.value}, intent)  # `cut_to_times` cuts its film
            continue
        if unknown := [value for key, value in parameters.items() if not VOCABULARY[task_type].parameter(key)]:
            linker.refuse(intent, f"{task_type} makes no {unknown[0]}")
            continue
        named = {"operation": name} if task_type in ("image-to-image", "audio-to-audio") else {}
        port = VOCABULARY[task_type].inputs[0].name
        linker.add_task(task_type, {port: referent.value}, intent, {**named, **parameters})


def _targets(linker: Linker, intent: Intent, kinds: tuple[Kind, ...]) -> list[Referent]:
    """Data in the words, changed as far as the sentence did so before; else the latest that fits."""
    if several := linker.open_results(intent, kinds):
        return several
    named = [r for r in linker.resolver.data_in_words(intent) if r.origin == "file"]
    exact = [r for r in linker.resolver.resolve(intent, kinds) if r.kind in kinds]
    if not named:
        return exact or linker.resolver.resolve(intent, kinds)
    before = linker.evidence[-1].start if linker.evidence else 0
    between = linker.parsed.masked[before : intent.start]
    files = frozenset(r.value for r in named)
    latest = [r for r in linker.resolver.latest_results(kinds) if r.origin in _CHANGED and r.sources <= files]
    same = frozenset().union(*(r.sources for r in latest)) == files
    return latest if same and not re.search(r"[.;!?]|\b(?:version|copy)\b", between) else named


def convert_last(linker: Linker) -> None:
    """A file format that is asked for is written once, by the last of the tasks that change a file one after another."""
    for number in range(len(linker.tasks)):
        task = linker.tasks[number]
        if "format" not in task.parameters:
            continue
        taken = [t for t in linker.tasks if task.id in t.depends_on]
        after = taken[0] if len(taken) == 1 and len(taken[0].inputs) == 1 and taken[0].id > task.id else None
        if after is None or "format" in after.parameters or not VOCABULARY[after.type].parameter("format"):
            continue
        form = {"format": task.parameters["format"]}
        if task.parameters == {"operation": "format", **form}:
            _swap(linker, task, after)
        else:
            kept = {name: value for name, value in task.parameters.items() if name != "format"}
            linker.tasks[number] = task.model_copy(update={"parameters": kept})
            linker.tasks[after.id] = after.model_copy(update={"parameters": {**after.parameters, **form}})


def _swap(linker: Linker, first: Task, second: Task) -> None:
    """The second task on the input of the first, and the first on its result, with the words that each comes from."""
    (given,) = first.inputs.values()
    before, behind = VOCABULARY[second.type].inputs[0].name, VOCABULARY[first.type].inputs[0].name
    made = Ref(task_id=first.id, output=VOCABULARY[second.type].outputs[0].name)
    linker.tasks[first.id] = second.model_copy(update={"id": first.id, "inputs": {before: given}})
    linker.tasks[second.id] = first.model_copy(update={"id": second.id, "inputs": {behind: made}})
    places = {first.id: second.id, second.id: first.id}
    linker.evidence[:] = [e.model_copy(update={"task_id": places.get(e.task_id, e.task_id)}) for e in linker.evidence]


def cut_to_times(linker: Linker) -> None:
    """Cut a recording or film before the tasks that take it, where a clause names a part: "the first minute of a.mp3"."""
    for clause in linker.parsed.clauses:
        part = time_range(linker.parsed.words_of(clause), linker.parsed.language)
        if part is None:
            continue
        start = clause.start + part.start
        named = [f for f in linker.parsed.files if f.resource.kind in _TIMED and clause.start <= f.start < clause.end]
        nearest = min(named, key=lambda f: abs(f.start - start)).resource if named else None
        here = [e for e in linker.evidence if clause.start <= e.start < clause.end]
        cuts = [e.task_id for e in here if linker.tasks[e.task_id].type.startswith("trim-")]
        cut_out = {each for task_id in cuts for each in _of(linker, task_id)}
        for evidence in here:
            task = linker.tasks[evidence.task_id]
            whole = next((v for v in task.inputs.values() if isinstance(v, Resource) and v.kind in _TIMED), None)
            if task.id not in cut_out and task.type == "video-to-text":  # its lines have times of their own
                linker.tasks[task.id] = task.model_copy(update={"parameters": {**task.parameters, **part.parameters}})
            elif task.id not in cut_out and whole is not None and nearest in (None, whole):
                linker.replace_input(task.id, whole, linker.cut(whole, {**part.parameters}, evidence))
            elif task.id not in cut_out:
                continue
            linker.use(start, clause.start + part.end)


def _of(linker: Linker, task_id: int) -> set[int]:
    """A task and those whose results it is made from: "extract the sound and cut off a second" cuts the sound only."""
    return {task_id}.union(*(_of(linker, before) for before in linker.tasks[task_id].depends_on))
