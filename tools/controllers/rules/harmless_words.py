"""`harmless_spans`: words that no plan has to use: background, purposes, politeness, and what describes given data.

The words themselves are data: `[harmless]` of tools/wording/en.toml. What restricts is never harmless: a number, an
ordinal, an exception, a condition.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ...wording.wording import any_of, wording
from .clauses import ParsedRequest
from .lexicon import lexicon
from .statements import constrains, is_statement, states

_PARTS = ("text", "paragraph", "form")
"""Nouns of texts that also name a part of one."""
_LIMITS = ("sentence", "word", "pixel", "frame", "percent", "degree")
_COURTESIES = ("polite", "pleased", "excused", "tag", "purpose")
_LINKING = "and or in on of from at to for with by as is are".split()
_SENTENCE = re.compile(r"[^.;!?\n]+")
_PIECE = re.compile(r"(?![\s,:()–—-])(?:(?! [-–—] )[^,:()]|, who [^,:()]+,(?= (?!\w+ing )))+")
"""A part of a sentence between commas, colons, dashes or brackets; "my sister, who is away, sent this" is one."""
_INSERTED = re.compile(r",? \([^()]*\)|, (?:who|whom|whose|which) [^,]+,")
"""What is put into a statement: "my boss (a lovely woman) left a note"."""
_HIDDEN = re.compile("[\ue000-\ue0ff]+")
_OWNED = r"\b(?:this|these|that|the|my|our|his|her|their|your|attached)\b"


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = wording("en").section("harmless")
    one = {name: any_of(row) for name, row in words.items() if name != "plain"}
    nouns = [noun for noun, kind in wording("en").nouns.items() if kind != "table" and noun not in _PARTS]
    data = rf"(?:\b{any_of(nouns)}s?\b|[\ue000-\ue0ff]+)"
    units = any_of(word for word, unit in wording("en").units.items() if unit in _LIMITS and len(word) > 2)
    vocabulary = any_of([*(unit for unit in wording("en").units if len(unit) > 1), *wording("en").languages])
    vocabulary += "|letters?|voice|tone|style|colou?rs?"
    one["numbering"] = rf"(?:{one['numbering']}|\d+)"
    stop = rf"\b{one['ending']}\b|\b(?:in|to|by|at|of|under) (?:\w+ )?{one['numbering']}\b|[.,;:!?\n\ue000-\ue0ff]"
    rest = rf"(?:(?!{stop}).)*"
    plain = rf"(?!{one['restricting']}\b|{one['ending']}\b|{one['numbering']}\b|(?:{'|'.join(_LINKING)})\b|\w+est\b)[\w’-]+ "
    return {
        "polite": re.compile(rf"\b{one['polite']}\b"),
        "pleased": re.compile(
            rf"(?:\b(?:would|will)|’d) {one['pleasing']}\b{rest}"
            rf"|(?:’s|\b(?:is|are)) (?:all|what|everything)(?: the \w+)? (?:that|i|we|he|she)\b{rest}"
        ),
        "excused": re.compile(
            rf"\bif (?:that|it|this)(?:’s|’d be| is| isn’t| would be)(?: not)?"
            rf" (?:too|ok|okay|all right|alright|fine|possible|convenient|no trouble)\b{rest}"
        ),
        "tag": re.compile(
            r"\b(?:is|are|was|were|has|have|do|does|did|can|ca|wo|could|would)n’t (?:it|he|she|they|you|we|i)\b"
            r"(?=\W*\Z|[.,!?])"
        ),
        "purpose": re.compile(rf"\b{one['purpose']}\b(?! {one['numbering']}\b| {one['audience']}\b){rest}"),
        "described": re.compile(rf"{_OWNED} (?P<word>(?:{plain}){{1,3}})(?={data})"),
        "origin": re.compile(rf"{data}[’ )\"]{{0,3}},? ?(?P<word>\b{one['origin']}\b{rest})"),
        "demanding": re.compile(
            rf"\b{one['demanding']}\b(?! to\b| \w+ing (?:me|us|him|her|them|any\w+)\b)"
            rf"|\b{one['numbering']} (?:\w+ )?{units}\b"
        ),
        "motive": re.compile(rf"\b(?:i|we) (?:just |really )?need (?:some |a |more )?{one['needed']}\b"),
        "sized": re.compile(rf"\b{one['numbering']}\b|\b{one['property']}\b"),
        "stated": re.compile(
            rf"(?:(?:but|and|so|though|although|because|hence|where|which) )?(?:{one['subject']}|{one['interjection']})\b"
        ),
        "participle": re.compile(r"\w{2,}ing\b(?! (?:the|my|a)\b)"),
        "telling": re.compile(
            rf"\A\W*(?:in|with|as|like|using|by|into|not)\b|\b(?:{one['restricting']}|{one['ending']}|twice|thrice|\d+)\b"
            rf"|\b(?!(?:lovely|family|friendly|early)\b)\w+ly\b|{data}|\b(?:{vocabulary})\b|{lexicon().cues['request'].pattern}"
        ),
        "speaker": re.compile(rf"\b(?:do|does|did) (?:{_OWNED} )?(?P<word>[\w’]+) (?:say|tell|ask|want)\b"),
        "signature": re.compile(rf"\b{one['closing']},?[\w .]{{1,40}}\Z"),
        "opening": re.compile(rf"{one['opening']}\b"),
    }


@cache
def plain_words() -> frozenset[str]:
    """Words that say nothing of their own: "the following text"."""
    return frozenset(wording("en").section("harmless")["plain"].split())


def courtesies(masked: str, names: Sequence[str] = _COURTESIES) -> list[tuple[int, int]]:
    """Spans of politeness and of purposes ("for my website")."""
    return [match.span() for name in names for match in _patterns()[name].finditer(masked)]


def harmless_spans(parsed: ParsedRequest, requested: bytearray) -> Iterator[tuple[int, int]]:
    """Spans of words that restrict and request nothing; `requested`: a 1 for each character that requests a task."""
    patterns = _patterns()
    background = bytearray(len(parsed.masked))
    for clause in parsed.clauses:
        background[clause.start : clause.end] = bytes((clause.background,)) * (clause.end - clause.start)
    begun = requested.find(1)
    data = re.search("[\ue000-\ue0ff]", parsed.masked)
    opened = min(begun, data.start()) if data else begun
    for sentence in _SENTENCE.finditer(parsed.masked):
        after = False
        whole = patterns["motive"].sub("", _HIDDEN.sub("it", _INSERTED.sub("", sentence.group())))
        asking = requested.find(1, *sentence.span()) >= 0 or patterns["demanding"].search(whole)
        if not asking and is_statement(whole):
            yield sentence.span()
            continue
        for piece in _PIECE.finditer(parsed.masked, *sentence.span()):
            first = requested.find(1, *piece.span())
            start, end = piece.start(), piece.end() if first < 0 else first
            words = patterns["motive"].sub("", parsed.masked[start:end])
            statement = states(words)
            stated: object = statement or patterns["stated"].match(words)
            stated = stated or (not after and patterns["opening"].match(words))
            stated = stated or (start <= begun and patterns["participle"].match(words))
            stated = stated or (end <= opened and not patterns["telling"].search(words))
            demanding = first < 0 and (patterns["demanding"].search(words) or (statement and constrains(words)))
            if (stated or background[start]) and not demanding:
                yield start, end
            after = after or first >= 0
    for name in (*_COURTESIES, "described", "origin", "speaker", "signature"):
        for match in patterns[name].finditer(parsed.masked):
            if match.group().startswith("so ") and patterns["sized"].search(match.group()):
                continue  # "so it fits on one page"
            yield match.span("word" if "word" in match.groupdict() else 0)
