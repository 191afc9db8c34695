"""video-to-text: the subtitles that a film holds."""

from collections.abc import Sequence
from itertools import groupby

from .....graph.call import Artifact, Call
from ....media.film_subtitles import as_srt, read_subtitles
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
    lines = read_subtitles(call.one("video"), str(given.get("track") or ""))
    if given.get("format") == "srt":
        return [Artifact(output="text", kind="text", media_type="application/x-subrip", text=as_srt(lines))]
    text = "\n".join(said for said, _ in groupby(line.text for line in lines))
    return [Artifact(output="text", kind="text", media_type="text/plain", text=text)]
