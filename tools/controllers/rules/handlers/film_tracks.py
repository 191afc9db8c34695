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
from ....wording.time_ranges import seconds_of, time_range
from ....wording.wording import wording
from ..clauses import ParsedRequest
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..parameters import Parameters
from .meanings import plan_meaning

_AS_SRT = re.compile(r"\b(?:srt|subrip)\b|\.srt\b", re.IGNORECASE)
_AT = re.compile(r"\bat (?:second (?P<number>\d+)|(?P<clock>\d{1,2}(?::\d\d){1,2}))(?![:\d])", re.IGNORECASE)
_TIMED = re.compile(
    r"\d:\d\d|\b\d+ ?(?:s|sec|secs|min|mins|h)\b|\b(?:seconds?|minutes?|sekunden?|minuten?|secondes?)\b", re.I
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
    if meant == "video-to-text" and not takes_subtitles(said, code):  # what it asks beside is the nearest without them
        return _plan_beside(linker, intent)
    if not takes_subtitles(said, code) or not (meant in _SHOWN or of_language):
        return False
    films = linker.resolver.named_data(intent, ("video",)) or linker.resolver.resolve(intent, ("video",))
    linker.use(intent.clause.start, intent.clause.end)
    at = _moment(said) if time_range(said, code) is None else {}
    if at is None:
        linker.refuse(intent, "the part of the subtitles that it names was not understood; say “from 0:05 to 0:10”")
        return True
    read = linker.add_each("video-to-text", "video", films, intent, {**_of_subtitles(linker.parsed), **at})
    if intent.match and ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(code)).is_aloud:
        linker.add_each("text-to-speech", "text", read, intent)
    return True


def _refused_times(linker: Linker, intent: Intent, said: str) -> bool:
    """Refuse a part, by time, of a file of subtitles; whether one was asked for."""
    files = [file.resource for file in linker.parsed.files]
    types = {type_by_name(file.media_type, file.name or "") for file in files}
    timed = time_range(said, linker.parsed.language) or _AT.search(said) or _TIMED.search(said)
    if not (types and types <= SUBTITLES and timed):
        return False
    linker.refuse(intent, f"{files[0].label} is read without its times; ask it of the film that has these subtitles")
    return True


def _moment(said: str) -> Parameters | None:
    """The time of subtitles that are asked for "at 0:03"; None for words about time that are not understood."""
    if at := _AT.search(said):
        seconds = seconds_of(at["clock"], "", "en") if at["clock"] else float(at["number"])
        return {"start_seconds": seconds, "end_seconds": seconds}
    return None if _TIMED.search(said) else {}


def _meant(linker: Linker, intent: Intent) -> str:
    """The task type that an intent is nearest to, or that its act stands for; empty for acts with rules of their own."""
    if intent.match:
        return meaning_of(intent.match.meaning).task_type
    return linker.task_type_of(intent) if intent.act in lexicon().acts else ""


def _plan_beside(linker: Linker, intent: Intent) -> bool:
    """Plan what is asked of the text of subtitles, as "sum up": the meaning nearest to the other words; or refuse it."""
    code = linker.parsed.language
    masked = linker.parsed.masked[intent.start : intent.stop]
    beside = nearest(without_subtitles(masked, code), code)
    if not reads_subtitles(masked, code):  # some that are to be made of what is said
        beside = [Match("", "automatic-speech-recognition", 1.0)]
    found = next((match for match in beside if match.meaning != "video-to-text"), None)
    if found is None or found.score < LIKELY:
        linker.refusals.append(refusal(code, "not-understood", linker.goal_of(intent)))
    else:
        plan_meaning(linker, replace(intent, match=found))
    return True


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
    read = dict[int, Task]()
    for task in tasks:
        sound = task.inputs.get("audio")
        if task.type == "automatic-speech-recognition" and isinstance(sound, Ref) and sound.task_id in films:
            update = {
                "type": "video-to-text",
                "inputs": {"video": films[sound.task_id]},
                "parameters": _of_subtitles(parsed),
            }
            read[task.id] = task.model_copy(update=update)
    changed = [read.get(task.id, task) for task in tasks]
    taken = {number for task in changed for number in task.depends_on}
    freed = {
        task.inputs["audio"].task_id for task in tasks if task.id in read and isinstance(task.inputs["audio"], Ref)
    }
    return [task for task in changed if task.id not in freed or task.id in taken]


def _of_subtitles(parsed: ParsedRequest) -> Parameters:
    """Which track is meant, where the request names one, and whether as SRT."""
    named = {track for track, *_ in tracks_named(parsed.text, parsed.language, ("subtitles",))}
    return {
        **({"track": next(iter(named))} if len(named) == 1 else {}),
        **({"format": "srt"} if _AS_SRT.search(parsed.text) else {}),
    }
