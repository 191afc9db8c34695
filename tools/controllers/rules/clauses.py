"""`parse_request` masks a request and splits it into `Clause`s: parts that request one thing or only give background."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ....graph.resource import Resource
from .lexicon import lexicon
from .masking import FileMention, Quotation, mask
from .statements import is_statement, states
from .text_edits import NO_EDITS, TextEdits

_AGAIN = re.compile(
    r"[.;,]?\s{0,3}(?:\b(?:oh|and|also|then|please|now|but)\b\W{1,3}){0,4}\b(?:do |make )?(?:exactly )?"
    r"(?:the )?same (?:thing )?(?:for|with|to|on) (?=(?:(?:the|file|picture|image) )*[\ue010-\ue0ff])"
)
"""Words that ask for the same of another file: "a.wav. Do the same for b.wav" is read as "a.wav and b.wav"."""
_KEPT_CHARACTERS = 100
"""Characters of a long quotation that are kept at either end."""
_LONG_RUN = re.compile(r"([\ue000\ue001])\1{300,}")
_GREETING = re.compile(r"\W*(?:hi|hello|hey)(?: (?:there|all|everyone|team))?\W*")
EMOJI = "\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff"
_SENTENCE_END = re.compile(
    r"(?<=[.!?;。！？])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)\s+|\n+|(?<=[。！？])"
    rf"|(?<=[{EMOJI}])\s+(?!(?:and|or|but|so|to|for|in|of|with)\b)"
)
"""Emoji end sentences too, but not before a word that goes on with one."""
_JOINT = re.compile(r",\s+|\s+(?=(?:and|then|but|before)\b)|:\s+|(?<=\s)(?=\(?\d+[.)]\s)")
"""Where a clause may end inside a sentence."""
_NOUN_PHRASE = re.compile(r"(?<=[:,] )(?:\w+ ){2,5}[\ue010-\ue0ff]+")
_REASON = re.compile(r"\s(?=(?:so that|because)\s(?P<reason>[^,;:]+))")
"""Before a clause that only gives the reason or the purpose: "so that our guests know what they eat"."""
_FILLER = re.compile(
    r"(?:(?:and|so|then|also|but|finally|lastly|next|afterwards?|afterward|subsequently|before|please|to|i|we|you|"
    r"(?:after|from|for) (?:that|this|it)|based on (?:that|this|it)|just|kindly|first|second|third|"
    r"could you|can you|only|help me(?: to)?|(?:would|’d) (?:like|love)(?: to)?|want(?: you)?(?: to)?|need(?: you)?(?: to)?"
    r"|\(?\d+[.)])[\s,]+)*"
)
"""Words that may stand between a joint and the verb of the next clause."""


@dataclass(frozen=True)
class Clause:
    """A part of a sentence with at most one intent; `background`: it states something and requests nothing."""

    start: int
    end: int
    background: bool


@dataclass(frozen=True)
class ParsedRequest:
    """A request with its quotations, files and clauses."""

    text: str
    masked: str
    """Lower case, quotations and files behind placeholders (masking.py); positions as in `text`."""
    quotations: tuple[Quotation, ...]
    files: tuple[FileMention, ...]
    clauses: tuple[Clause, ...]
    language: str = "en"
    """The language of the request."""
    passed_over: frozenset[Resource] = frozenset()
    """Files that its ordinals leave out: "the first picture" of three."""
    undecided: tuple[tuple[int, int], ...] = ()
    """Words that choose among its files, and do not say which: "the larger picture"."""
    edits: TextEdits = NO_EDITS
    """The middles of long quotations, which `text` leaves out. All positions here are those after the edits."""

    def clause_at(self, position: int) -> Clause:
        """The clause around a position."""
        return next((c for c in self.clauses if c.start <= position < c.end), Clause(0, len(self.text), False))

    def words_of(self, clause: Clause) -> str:
        """The words of a clause, masked."""
        return self.masked[clause.start : clause.end]

    def as_typed(self, words: str) -> str:
        """Words of `masked` with the characters that they are typed with."""
        start = self.masked.find(words)
        return self.text[start : start + len(words)] if start >= 0 else words

    def text_of(self, clause: Clause) -> str:
        """The words of a clause, as written."""
        return self.text[clause.start : clause.end].strip(" ,;\n\t")


def parse_request(text: str, attached: Sequence[Resource] = ()) -> ParsedRequest:
    """Mask and split a request; `attached` are its files, named in the text or not."""
    masked, quotations, files = mask(text, attached)
    # without the middles of long quotations: no rule matches inside them, but every rule would scan them
    kept = _KEPT_CHARACTERS
    edits = TextEdits(tuple((run.start() + kept, run.end() - kept, "") for run in _LONG_RUN.finditer(masked)))
    shortened = _AGAIN.sub(lambda match: f"{'and ':>{len(match.group())}}", edits.apply(masked))
    place = edits.to_edited
    return ParsedRequest(
        text=edits.apply(text),
        masked=shortened,
        quotations=tuple(replace(q, start=place(q.start), end=place(q.end)) for q in quotations),
        files=tuple(replace(f, start=place(f.start), end=place(f.end)) if f.start >= 0 else f for f in files),
        clauses=tuple(_requesting([*_clauses(shortened)], shortened)),
        edits=edits,
    )


def _requesting(clauses: list[Clause], masked: str) -> Iterator[Clause]:
    """The clauses; where all are background, a noun phrase with a file at the end requests: "quick: the gist of a.txt"."""
    for clause in clauses:
        part = next(reversed([*_NOUN_PHRASE.finditer(masked, clause.start, clause.end)]), None)
        if part is None or states(part.group().strip()) or not all(each.background for each in clauses):
            yield clause
        else:
            yield Clause(clause.start, part.start(), True)
            yield Clause(part.start(), clause.end, False)


def _clauses(masked: str) -> Iterator[Clause]:
    """Split at sentence ends, then before every verb of action that a comma or a joining word leads to."""
    verb, cues = lexicon().verb, lexicon().cues
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(masked)), len(masked)]
    stated = [is_statement(masked[start:end]) for start, end in pairwise(starts)]
    for (start, end), statement in zip(pairwise(starts), stated, strict=True):
        if statement and not all(stated):
            yield Clause(start, end, True)
            continue
        cuts = [start]
        for joint in _JOINT.finditer(masked, start, end):
            filler = _FILLER.match(masked, joint.end(), end)
            position = filler.end() if filler else joint.end()
            if verb.match(masked, position, end) and joint.end() > cuts[-1]:
                cuts.append(joint.end())
        requested = False
        for a, b in pairwise([*cuts, end]):
            if not masked[a:b].strip():
                continue
            background = bool(cues["background"].match(masked[a:b])) and not requested
            turn = cues["turn"].search(masked, a, b) if background else None
            if background and turn and turn.start() > a:
                yield Clause(a, turn.start(), True)
            requested = requested or not (background or _GREETING.fullmatch(masked, a, b)) or turn is not None
            begin = turn.start() if turn else a
            reason = None if background else _REASON.search(masked, begin, b)
            if reason and is_statement(reason["reason"]):
                yield Clause(begin, reason.end(), False)
                yield Clause(reason.end(), reason.end("reason"), True)
                begin = reason.end("reason")
            if begin < b:
                yield Clause(begin, b, background and turn is None)
