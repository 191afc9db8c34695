"""Clauses: a request taken apart into quotations, files, and clauses that each ask for something or only tell.

Everything keeps its place: `masked` is the request in lower case with every quotation and file hidden behind as many
placeholders as it has characters, so that a position in one is a position in the other, no verb inside a quotation is
taken for a wish, and the goal of a task can be given in the very words of the request.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ....graph.mentions import kind_of_name, mentions
from ....graph.resource import Resource
from .lexicon import FILES, QUESTION, QUOTE, lexicon
from .text_edits import NONE, Edits, gaps

READ_LIMIT = 8_000
"""Characters that are read for wishes; what stands between the first and last of them counts as pasted text."""

_KEPT = 100
"""Characters of a long quotation that are kept at either end."""
_LONG_RUN = re.compile(r"([\ue000\ue001])\1{300,}")
_QUOTES = re.compile(
    r"(?<![\w'])'(?=\S)((?:[^']|(?<=[\w])'(?=\w))*+)'(?!\w)"
    r'|"([^"]*+)"|“([^”]*+)”|‘((?:[^’]|’(?=\w))*+)’(?!\w)|«([^»]*+)»|「([^」]*+)」|`([^`]*+)`'
    r"|„([^“”]*+)[“”]|『([^』]*+)』|《([^》]*+)》"
)
_ASKS = re.compile(
    r"^\W*(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|has|have)\b", re.I
)
_AFTER_COLON = re.compile(
    r"\b(?:sentences?|texts?|paragraph|passage|article|review|message|letter|poem|story|words|phrase|quote|email|tweet|"
    r"photo|picture|image|painting|drawing|prompt|following|this|to (?:[a-z]+)"
    r"|(?:summari[sz]e|translate|shorten|rewrite|rephrase|paraphrase)(?: this| it)?(?: for me)?)"
    r"\s*:\s*(?=[^\s\ue000-\ue0ff])"
)
_TOLD = re.compile(r"\b(?:text|passage|context|article|paragraph)\s*:\s*(?=[^\s\ue000-\ue0ff])")
_GREETING = re.compile(r"\W*(?:hi|hello|hey)(?: (?:there|all|everyone|team))?\W*")
_THEN_ASKED = re.compile(r"\bquestion\s*:")
_SENTENCE = re.compile(r"(?<=[.!?;。！？])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)\s+|\n+|(?<=[。！？])")
_NEXT_SENTENCE = re.compile(r"\s+[A-Z]")
"""After a quotation that ends in a full stop: a new sentence, not "'One.' and 'Two.'"."""
_JOINT = re.compile(r",\s+|\s+(?=(?:and|then|but|before)\b)|:\s+|(?<=\s)(?=\(?\d+[.)]\s)|\s+(?=which\s)")
_FILLER = re.compile(
    r"(?:(?:and|then|also|but|finally|lastly|next|afterwards?|afterward|subsequently|before|please|to|i|we|you|"
    r"(?:after|from|for) (?:that|this|it)|based on (?:that|this|it)|just|kindly|first|second|third|"
    r"could you|can you|help me(?: to)?|(?:would|’d) (?:like|love)(?: to)?|want(?: you)?(?: to)?|need(?: you)?(?: to)?"
    r"|\(?\d+[.)])[\s,]+)*"
)


@dataclass(frozen=True)
class Literal:
    """Text that the request carries itself: `start` and `end` include its quotation marks."""

    text: str
    start: int
    end: int
    question: bool


@dataclass(frozen=True)
class File:
    """A file or URL as named at a place of the request; -1 when it is attached and not named."""

    resource: Resource
    start: int
    end: int


@dataclass(frozen=True)
class Clause:
    """A part of a sentence with one wish or none; `background` tells and does not ask."""

    start: int
    end: int
    background: bool


@dataclass(frozen=True)
class Reading:
    """A request, read."""

    text: str
    masked: str
    literals: tuple[Literal, ...]
    files: tuple[File, ...]
    clauses: tuple[Clause, ...]
    edits: Edits = NONE
    """What was left out of the request: the middle of long quotations. All positions here are those after."""

    def clause_at(self, position: int) -> Clause:
        """The clause around a position."""
        return next((c for c in self.clauses if c.start <= position < c.end), Clause(0, len(self.text), False))

    def goal(self, clause: Clause) -> str:
        """The words of a clause, as written."""
        return self.text[clause.start : clause.end].strip(" ,;\n\t")


def read(text: str, attached: Sequence[Resource] = ()) -> Reading:
    """Take a request apart; `attached` are its files, named in the text or not."""
    masked = list(_lowered(text))
    files = _files(text, attached)
    for file in (file for file in files if file.start >= 0):
        masked[file.start : file.end] = FILES.get(file.resource.kind, FILES["document"]) * (file.end - file.start)
    named = {file.start: file for file in files if file.start >= 0}
    literals: list[Literal] = []
    for match in _QUOTES.finditer(text):
        inner = next((group for group in match.groups() if group is not None), "")
        whole = next((f for f in (named.get(p) for p in range(match.start(), match.start() + 3)) if f), None)
        if whole and not text[whole.end : match.end()].strip("'\"`”’»」.,;:"):
            masked[match.start() : match.end()] = masked[whole.start] * len(match.group())
        elif inner.strip() and not (whole is None and len(inner) == 1):
            _hide(masked, literals, inner, match.start(), match.end())
            if inner.rstrip().endswith((".", "!", "?")) and _NEXT_SENTENCE.match(text, match.end()):
                masked[match.end() - 1] = "."
    _hide_pasted(text, masked, literals)
    plain = "".join(masked)
    hidden = tuple(sorted(literals, key=lambda literal: literal.start))
    told = [literal for literal in hidden if not literal.question]
    kept = tuple(f for f in files if not any(lit.start <= f.start < lit.end for lit in told) or f.resource in attached)
    return _shortened(Reading(text, plain, hidden, kept, ()))


def _shortened(reading: Reading) -> Reading:
    """Without the middle of long quotations: no rule looks into them, and every rule would walk through them."""
    spans = [(match.start(), match.end()) for match in _LONG_RUN.finditer(reading.masked)]
    edits = gaps(spans, _KEPT)
    masked = edits.apply(reading.masked)
    return Reading(
        text=edits.apply(reading.text),
        masked=masked,
        literals=tuple(replace(t, start=edits.after(t.start), end=edits.after(t.end)) for t in reading.literals),
        files=tuple(
            replace(f, start=edits.after(f.start), end=edits.after(f.end)) if f.start >= 0 else f for f in reading.files
        ),
        clauses=tuple(_clauses(masked)),
        edits=edits,
    )


def _lowered(text: str) -> Iterator[str]:
    """Lower case, one character for one; curly apostrophes; none of our placeholders."""
    for character in text:
        lower = character.lower()
        if "\ue000" <= character <= "\ue0ff":
            yield " "
        else:
            yield "’" if character in "'’`" else lower if len(lower) == 1 else character


def _files(text: str, attached: Sequence[Resource]) -> tuple[File, ...]:
    """Files in order of naming, then those attached without being named."""
    by_name = {resource.name: resource for resource in attached if resource.name}
    by_label = {resource.label: resource for resource in attached if resource.name}
    files: list[File] = []
    for mention in mentions(text):
        kind, media_type = kind_of_name(mention.name)
        missing = Resource(kind=kind, media_type=media_type, name=mention.name)
        found = by_name.get(mention.name) or by_label.get(missing.label) or missing
        end = mention.start
        while (start := text.find(mention.name, end)) >= 0:
            end = start + len(mention.name)
            files.append(File(found, start, end))
    named = {file.resource for file in files}
    files.sort(key=lambda file: file.start)
    return (*files, *(File(resource, -1, -1) for resource in attached if resource not in named))


def _hide(masked: list[str], literals: list[Literal], inner: str, start: int, end: int) -> None:
    question = (bool(_ASKS.match(inner)) and len(inner) < 400) or inner.rstrip().endswith(("?", "？"))
    masked[start:end] = (QUESTION if question else QUOTE) * (end - start)
    literals.append(Literal(inner.strip(), start, end, question))


def _hide_pasted(text: str, masked: list[str], literals: list[Literal]) -> None:
    """Take the text after a colon or a blank line, and the middle of a very long request, for matter carried along."""
    plain = "".join(masked)
    asked = _THEN_ASKED.search(plain)
    told = _TOLD.search(plain, 0, asked.start()) if asked else None
    if asked and told and not re.search(r"[\ue000-\ue0ff]", plain[told.end() : asked.start()]):
        _hide(masked, literals, text[told.end() : asked.start()], told.end(), asked.start())
        return
    match = _AFTER_COLON.search(plain) or re.search(
        r"\n[^\S\n]*\n(?=[^\s\ue000-\ue0ff][^\n]{80})|:[^\S\n]*\n[^\S\n]*\n(?=[^\s\ue000-\ue0ff][^\n]{20})", plain
    )
    if match and not re.search(r"[\ue000-\ue0ff]", plain[match.end() : match.end() + 300]):
        end = len(text.rstrip())
        wish = lexicon().cues["request"].search(plain, match.end(), match.end() + 25)
        if (
            end - match.end() > 2
            and not wish
            and not re.match(r"\W*(?:\d+[.)])?\W*" + lexicon().verb.pattern, plain[match.end() :])
        ):
            _hide(masked, literals, text[match.end() : end], match.end(), end)
            plain = "".join(masked)
    bare = [place for place, character in enumerate(plain) if not "\ue000" <= character <= "\ue0ff"]
    if len(bare) > READ_LIMIT:
        start, end = bare[READ_LIMIT // 2], bare[-READ_LIMIT // 4]
        masked[start:end] = QUOTE * (end - start)
        literals[:] = [literal for literal in literals if literal.end <= start or literal.start >= end]
        literals.append(Literal(text[start:end].strip() or "text", start, end, False))


def _clauses(masked: str) -> Iterator[Clause]:
    """Split at sentence ends, then before every verb of action that a comma or a joining word leads to."""
    verb, cues = lexicon().verb, lexicon().cues
    starts = [0, *(match.end() for match in _SENTENCE.finditer(masked)), len(masked)]
    for start, end in pairwise(starts):
        cuts = [start]
        for joint in _JOINT.finditer(masked, start, end):
            filler = _FILLER.match(masked, joint.end(), end)
            place = filler.end() if filler else joint.end()
            if verb.match(masked, place, end) and joint.end() > cuts[-1]:
                cuts.append(joint.end())
        asked = False
        for a, b in pairwise([*cuts, end]):
            if not masked[a:b].strip():
                continue
            tells = bool(cues["background"].match(masked[a:b])) and not asked
            turn = cues["turn"].search(masked, a, b) if tells else None
            if tells and turn and turn.start() > a:
                yield Clause(a, turn.start(), True)
            asked = asked or not (tells or _GREETING.fullmatch(masked, a, b)) or turn is not None
            yield Clause(turn.start() if turn else a, b, tells and turn is None)
