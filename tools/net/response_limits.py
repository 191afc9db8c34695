"""Answers: how many bytes an expert's answer may have: as a file of the user's may where it is one, else as JSON may."""

from ...graph.call import Call
from ...graph.settings import Settings
from ...graph.vocabulary import VOCABULARY
from .bounded_body import MOST_JSON

_FILES = ("audio", "image", "video", "mask")


def most_of(call: Call, settings: Settings) -> int:
    """Bytes, packed or unpacked. What turns out to be JSON has the limit of JSON all the same."""
    row = VOCABULARY.get(call.task.type)
    makes_file = row is not None and any(output.kind in _FILES for output in row.outputs)
    return max(settings.max_file_bytes, MOST_JSON) if makes_file else MOST_JSON
