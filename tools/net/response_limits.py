"""`response_limit`: the most bytes that a remote expert may return, for outputs that are files and for JSON."""

from ...graph.call import Call
from ...graph.settings import Settings
from ...graph.vocabulary import VOCABULARY
from .bounded_body import MAX_JSON_BYTES

_FILE_KINDS = ("audio", "image", "video", "mask")


def response_limit(call: Call, settings: Settings) -> int:
    """Bytes, compressed or not. A response that turns out to be JSON has the limit of JSON in any case."""
    row = VOCABULARY.get(call.task.type)
    makes_file = row is not None and any(output.kind in _FILE_KINDS for output in row.outputs)
    return max(settings.max_file_bytes, MAX_JSON_BYTES) if makes_file else MAX_JSON_BYTES
