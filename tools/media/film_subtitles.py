"""`read_subtitles`: the lines of a film's subtitle track with their times; `as_srt` writes them as SubRip does."""

from typing import TYPE_CHECKING, Any, NamedTuple

from ...graph.call import Material
from ...graph.caveats import caveat
from ...graph.errors import input_error
from ..languages import english_name, iso1_of_tag
from .container import chosen_track, open_container, wanted_track

if TYPE_CHECKING:
    from av.container import InputContainer

WRITTEN = frozenset("ass mov_text srt ssa subrip text webvtt".split())
"""Codecs of subtitles that are text; those of discs and television are pictures."""
PICTURES = frozenset("dvbsub dvdsub pgssub xsub dvb_subtitle dvd_subtitle hdmv_pgs_subtitle".split())
MOST_LINES = 100_000


class Line(NamedTuple):
    """What is shown, and from when to when, in seconds of the film."""

    begin: float
    end: float
    text: str


def read_subtitles(film: Material, wanted: str = "") -> list[Line]:
    """The lines of the track that players choose, or of the one `wanted`. `ExpertError` (input fault) for none to read."""
    import av

    label = film.resource.label
    with open_container(film.path, label) as container:
        track = _track(container, label, wanted)
        begin, found = (container.start_time or 0) / av.time_base, list[Line]()
        for packet in container.demux(track):
            if packet.pts is None or packet.is_discard or len(found) >= MOST_LINES:
                continue
            text = "\n".join(filter(None, (_said(each) for each in packet.decode())))
            at = float(packet.pts * packet.time_base) - begin
            if text:
                found.append(Line(at, at + float((packet.duration or 0) * packet.time_base), text))
    if not found:
        raise input_error(f"the subtitle track of {label} is empty")
    return sorted(found)


def within(lines: list[Line], start: object, end: object, label: str) -> list[Line]:
    """The lines that are shown between two times; negative ones count from the end of the last line.

    Raises `ExpertError` (input fault) where there is none.
    """
    last = max((line.end for line in lines), default=0.0)
    begin, until = (float(n) if isinstance(n, int | float) else default for n, default in ((start, 0.0), (end, last)))
    begin, until = (n + last if n < 0 else n for n in (begin, until))
    found = [line for line in lines if line.end > begin and (line.begin < until or line.begin <= begin == until)]
    if not found:
        raise input_error(
            f"no subtitle of {label} is shown between {begin:g} s and {until:g} s; the last ends at {last:g} s"
        )
    return found


def subtitle_languages(container: "InputContainer") -> list[str]:
    """The languages of the subtitle tracks, by their English names; `unknown` where the file does not say."""
    codes = [iso1_of_tag(track.language) if track.language else None for track in container.streams.subtitles]
    return [english_name(code) if code else "unknown" for code in codes]


def as_srt(lines: list[Line]) -> str:
    """The lines as a SubRip file."""
    return "\n".join(
        f"{number}\n{_time(line.begin)} --> {_time(line.end)}\n{line.text}\n"
        for number, line in enumerate(lines, start=1)
    )


def _track(container: "InputContainer", label: str, wanted: str) -> Any:
    tracks = list(container.streams.subtitles)
    if not tracks:
        raise input_error(
            f"{label} has no subtitles in it", hint=f"To have written down what is said: “transcribe {label}”."
        )
    track = wanted_track(tracks, wanted, label, "subtitles") if wanted else chosen_track(tracks)
    codec = track.codec_context.name if track.codec_context is not None else "unknown"
    if codec not in WRITTEN:
        raise input_error(
            f"the subtitles of {label} are pictures ({codec}), and can't be read as text"
            if codec in PICTURES
            else f"the subtitles of {label} are of an unknown kind ({codec}), and can't be read",
            hint=f"To have written down what is said: “transcribe {label}”.",
        )
    if len(tracks) > 1 and not wanted:
        languages = ", ".join(subtitle_languages(container))
        caveat(
            f"{label} has {len(tracks)} tracks of subtitles ({languages}); number {tracks.index(track) + 1} was read"
        )
    return track


def _said(subtitle: Any) -> str:
    text = getattr(subtitle, "dialogue", b"") or getattr(subtitle, "text", b"")
    return bytes(text).decode("utf-8", "replace").replace("\\N", "\n").replace("\r\n", "\n").strip()


def _time(seconds: float) -> str:
    millis = round(max(0.0, seconds) * 1000)
    return f"{millis // 3_600_000:02}:{millis // 60_000 % 60:02}:{millis // 1000 % 60:02},{millis % 1000:03}"
