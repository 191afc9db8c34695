"""Tracks of films: `refuse_tracks` reports what no expert does with them, `with_track` has the track named taken."""

from collections.abc import Iterable, Iterator

from .....graph.task import Task
from ....wording.film_tracks import asked_of_tracks, tracks_named
from ..clauses import ParsedRequest
from ..intents import Intent
from ..linking import Linker


def refuse_tracks(linker: Linker, intent: Intent) -> bool:
    """Refuse subtitles that are to be taken or removed, and one of several sound tracks that is to be removed."""
    if not any(referent.kind == "video" for referent in linker.resolver.referents):
        return False
    said = linker.parsed.text_of(intent.clause)
    if reason := asked_of_tracks(said, linker.parsed.language):
        linker.refuse(intent, reason)
    return bool(reason)


def use_track(linker: Linker) -> None:
    """The words for a track that `with_track` has taken went into something."""
    if not any(referent.kind == "video" for referent in linker.resolver.referents):
        return
    for _, start, end in tracks_named(linker.parsed.text, linker.parsed.language):
        linker.use(start, end)


def with_track(tasks: Iterable[Task], parsed: ParsedRequest) -> Iterator[Task]:
    """The tasks; those that take the sound of a film take the track that the request names, if it names one."""
    named = {track for track, *_ in tracks_named(parsed.text, parsed.language)}
    for task in tasks:
        if task.type == "video-to-audio" and len(named) == 1:
            yield task.model_copy(update={"parameters": {**task.parameters, "track": next(iter(named))}})
        else:
            yield task
