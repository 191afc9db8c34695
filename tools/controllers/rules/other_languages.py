"""`find_intents_by_examples`: the intents of a request in another language than English, by the examples of that language."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ....graph.resource import Kind, Resource
from ...wording.clause_reading import Piece, read_clauses
from ...wording.clause_words import ClauseWords
from ...wording.nearest import nearest
from ...wording.refusals import refusal
from ...wording.wording import wording
from .clauses import Clause, ParsedRequest
from .intents import Intent
from .lexicon import QUOTE
from .masking import Quotation

_BEFORE_PASTED = re.compile("[:：]\\s*|\n[^\\S\n]*\n")
_COMMAND = 0.5
"""Score from which the words after a colon are a request, and not a text that is handed over."""


def find_intents_by_examples(
    parsed: ParsedRequest, code: str, earlier: Sequence[Resource]
) -> tuple[ParsedRequest, list[Intent], list[str]]:
    """The request with its clauses, the intents in order, and refusals of what was not understood."""
    parsed = replace(_with_pasted_text(parsed, code), language=code)
    given = [(file.start, file.resource.kind) for file in parsed.files]
    given += [(quotation.start, "text") for quotation in parsed.quotations]
    given += [(-1, resource.kind) for resource in earlier]
    pieces = read_clauses(parsed.masked, code, given)
    extents = _extents(parsed, pieces, code)
    clauses = tuple(Clause(start, end, piece.match is None) for piece, (start, end) in zip(pieces, extents, strict=True))
    intents = [
        Intent(f"example:{piece.match.meaning}", start, end, end, clause, match=piece.match)
        for piece, clause, (start, end) in zip(pieces, clauses, extents, strict=True)
        if piece.match and end > start
    ]
    parsed = replace(parsed, clauses=clauses)
    return parsed, intents, [*_not_understood(parsed, pieces, extents)]
