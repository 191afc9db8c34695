"""Tracks of films: `plan_tracks` plans or refuses what a request asks of them, `with_track` has the track named taken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .....graph.task import Ref, Task
from ....wording.clause_words import ClauseWords
from ....wording.counted_parts import SUBTITLES, type_by_name
from ....wording.film_tracks import asked_of_tracks, reads_subtitles, takes_subtitles, tracks_named, without_subtitles
from ....wording.meanings import meaning_of
from ....wording.nearest import LIKELY, Match, nearest
from ....wording.refusals import refusal
from ....wording.time_ranges import time_range
from ....wording.wording import wording
from ..clauses import ParsedRequest
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..parameters import Parameters
from .meanings import plan_meaning

_AS_SRT = re.compile(r"\b(?:srt|subrip)\b|\.srt\b", re.IGNORECASE)
_TIMED = re.compile(
    r"\d:\d\d|\b\d+ ?(?:s|secs?|mins?|h)\b|\b(?:seconds?|minutes?|sekunden?|minuten?|secondes?)\b", re.I
)
_SHOWN = frozenset(
    "automatic-speech-recognition document-to-text image-to-text video-classification video-text-to-text video-to-audio"
    " video-to-text visual-question-answering".split()
)
"""What the words for the subtitles of a film would mean, were they about something else."""


def plan_tracks(linker: Linker, intent: Intent) -> bool:
    """Plan the subtitles that a film holds; refuse what no expert does with tracks. False for neither."""
    said, code = linker.parsed.text_of(intent.clause), linker.parsed.language
    if not any(referent.kind == "video" for referent in linker.resolver.referents):
        return _refused_times(linker, intent, said)
    if reason := asked_of_tracks(said, code):
        linker.refuse(intent, reason)
        return True
    meant = _meant(linker, intent)
    of_language = meant == "translation" and any(tracks_named(said, code, ("subtitles",)))  # "the German subtitles"
    if meant == "video-to-text" and not takes_subtitles(said, code):  # the nearest without them
        _plan_beside(linker, intent)
        return True
    if not takes_subtitles(said, code) or not (meant in _SHOWN or of_language):
        return False
    films = linker.resolver.named_data(intent, ("video",)) or linker.resolver.resolve(intent, ("video",))
    linker.use(intent.clause.start, intent.clause.end)
    if _TIMED.search(said) and not time_range(said, code):
        linker.refuse(intent, "the part of the subtitles that it names was not understood; say “from 0:05 to 0:10”")
        return True
    read = linker.add_each("video-to-text", "video", films, intent, _of_subtitles(linker.parsed))
    if intent.match and ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(code)).is_aloud:
        linker.add_each("text-to-speech", "text", read, intent)
    return True


def _refused_times(linker: Linker, intent: Intent, said: str) -> bool:
    """Refuse a part, by time, of a file of subtitles; whether one was asked for."""
    files = [file.resource for file in linker.parsed.files]
    types = {type_by_name(file.media_type, file.name or "") for file in files}
    timed = time_range(said, linker.parsed.language) or _TIMED.search(said)
    if not (types and types <= SUBTITLES and timed):
        return False
    linker.refuse(intent, f"{files[0].label} is read without its times; ask it of the film that has these subtitles")
    return True


def _meant(linker: Linker, intent: Intent) -> str:
    """The task type that an intent is nearest to, or that its act stands for; empty for acts with rules of their own."""
    if intent.match:
        return meaning_of(intent.match.meaning).task_type
    return linker.task_type_of(intent) if intent.act in lexicon().acts else ""


def _plan_beside(linker: Linker, intent: Intent) -> None:
    """Plan what is asked of the text of subtitles, as "sum up": the meaning nearest to the other words; or refuse it."""
    code = linker.parsed.language
    masked = linker.parsed.masked[intent.start : intent.stop]
    beside = [match for match in nearest(without_subtitles(masked, code), code) if match.meaning != "video-to-text"]
    if not reads_subtitles(masked, code):  # some that are to be made of what is said
        beside = [Match("", "automatic-speech-recognition", 1.0)]
    if beside and beside[0].score >= LIKELY:
        plan_meaning(linker, replace(intent, match=beside[0]))
    else:
        linker.refusals.append(refusal(code, "not-understood", linker.goal_of(intent)))


def use_track(linker: Linker) -> None:
    """The words for a track that `with_track` has taken went into something."""
    if not any(referent.kind == "video" for referent in linker.resolver.referents):
        return
    groups = ["sound", "heard", *(["subtitles"] if reads_subtitles(linker.parsed.text, linker.parsed.language) else ())]
    for _, start, end in tracks_named(linker.parsed.text, linker.parsed.language, groups):
        linker.use(start, end)


def with_track(tasks: Sequence[Task], parsed: ParsedRequest) -> Iterator[Task]:
    """The tasks; those that take the sound of a film take the track that the request names, if it names one.

    Where the request is about the subtitles of a film, these are read, and its sound is not transcribed.
    """
    named = {track for track, *_ in tracks_named(parsed.text, parsed.language)}
    for task in _with_subtitles(tasks, parsed) if reads_subtitles(parsed.text, parsed.language) else tasks:
        if task.type == "video-to-audio" and len(named) == 1:
            yield task.model_copy(update={"parameters": {**task.parameters, "track": next(iter(named))}})
        else:
            yield task


def _with_subtitles(tasks: Sequence[Task], parsed: ParsedRequest) -> Iterable[Task]:
    films = {task.id: task.inputs["video"] for task in tasks if task.type == "video-to-audio"}

    def read(task: Task) -> Task:
        sound = task.inputs.get("audio")
        if task.type != "automatic-speech-recognition" or not isinstance(sound, Ref) or sound.task_id not in films:
            return task
        inputs = {"video": films[sound.task_id]}
        return task.model_copy(update={"type": "video-to-text", "inputs": inputs, "parameters": _of_subtitles(parsed)})

    changed = [read(task) for task in tasks]
    needed, needed_now = ({number for task in each for number in task.depends_on} for each in (tasks, changed))
    return [task for task in changed if task.id in needed_now or task.id not in needed]


def _of_subtitles(parsed: ParsedRequest) -> Parameters:
    """Which track is meant, where the request names one, and whether as SRT."""
    named = {track for track, *_ in tracks_named(parsed.text, parsed.language, ("subtitles",))}
    return {
        **({"track": next(iter(named))} if len(named) == 1 else {}),
        **({"format": "srt"} if _AS_SRT.search(parsed.text) else {}),
    }
