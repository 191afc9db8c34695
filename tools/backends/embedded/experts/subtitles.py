"""video-to-text: the subtitles that a film holds."""

from collections.abc import Sequence
from itertools import groupby

from .....graph.call import Artifact, Call
from ....media.film_subtitles import as_srt, read_subtitles, within
from ..registry import expert


@expert(
    "video-to-text",
    name="subtitle-track",
    description="extracts the subtitles that a film holds, as text or as an SRT file",
    library="av",
    requires=("av",),
)
def subtitles(call: Call) -> Sequence[Artifact]:
    """The lines in order, one that stays once; with their times where SRT is asked for."""
    given = call.task.parameters
    film = call.one("video")
    lines = read_subtitles(film, str(given.get("track") or ""))
    if {"start_seconds", "end_seconds"} & given.keys():
        lines = within(lines, given.get("start_seconds"), given.get("end_seconds"), film.resource.label)
    if given.get("format") == "srt":
        return [Artifact(output="text", kind="text", media_type="application/x-subrip", text=as_srt(lines))]
    text = "\n".join(said for said, _ in groupby(line.text for line in lines))
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]
