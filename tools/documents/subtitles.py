"""`subtitles_text`: what is said in a file of subtitles (SubRip, WebVTT, SubStation Alpha), without times and tags."""

import re
from pathlib import Path

from .encodings import decoded
from .reading import Reading, unreadable

_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->.*$")
_TAG = re.compile(r"</?[a-z][^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_DIALOGUE = re.compile(r"^Dialogue:(?:[^,\n]*,){9}(.*)$", re.MULTILINE)
"""A line of SubStation Alpha: the text is its tenth field; lines that begin with `Comment:` are not shown."""
_LINE_END = re.compile(r"\\[Nn]")


def subtitles_text(path: Path, label: str) -> Reading:
    """What is said, a line that stays only once. Raises `ExpertError` (input fault) where no line has a time."""
    read = decoded(path.read_bytes())
    if read is None:
        raise unreadable(label, "subtitles", "it is no text")
    said = list[str]()
    for line in _shown(read.text.replace("\r\n", "\n").replace("\r", "\n")):
        bare = _TAG.sub("", line).strip()
        said += [bare] if bare and bare != (said[-1] if said else "") else []
    if not said:
        raise unreadable(label, "subtitles", "no line has a time")
    return Reading("\n".join(said))


def _shown(text: str) -> list[str]:
    """The lines that have a time, as they are written."""
    if found := _DIALOGUE.findall(text):
        return [line for each in found for line in _LINE_END.split(each)]
    lines = list[str]()
    for block in re.split(r"\n\s*\n", text):
        inner = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(inner) if _TIMES.match(line)), None)
        lines += inner[at + 1 :] if at is not None else []
    return lines
