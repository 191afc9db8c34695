"""`without_output_names`: a request without the names that it gives to results, as no expert names its output."""

from dataclasses import replace

from ...wording.output_names import naming_span
from ...wording.wording import blanked
from .clauses import ParsedRequest
from .referents import result_name

Span = tuple[int, int]


def without_output_names(parsed: ParsedRequest, code: str) -> tuple[ParsedRequest, dict[str, Span]]:
    """The request, and where each name stands with the words around it. In English these stay: the rules read them."""
    names: dict[str, Span] = {}
    for file in parsed.files:
        if file.start >= 0 and file.resource.missing:
            span = result_name(parsed, file) if code == "en" else naming_span(parsed.masked, file.start, file.end, code)
            names |= {file.resource.label: span} if span else {}
    if code == "en":
        return parsed, names
    masked = blanked(parsed.masked, names.values())
    kept = tuple(file for file in parsed.files if file.resource.label not in names)
    return replace(parsed, masked=masked, files=kept), names
