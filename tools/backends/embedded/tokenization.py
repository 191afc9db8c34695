"""Splits text into `sentences`, `words` and stems, for the embedded experts; the stop words are English."""

import re
from collections.abc import Iterator

_COMMON = """
a about above after again against all also am an and any are as at be because been before being below between both but
by can could did do does doing down during each even every few for from further get got had has have having he her
here hers him his how i if in into is it its itself just like made make many me more most much my no nor not now of
off on once one only or other our out over own same she should since so some such than that the their them then there
these they this those through to too under until up us very was we were what when where which while who whom whose why
will with would you your
"""
STOP_WORDS = frozenset(_COMMON.split())

_ENDINGS = "'s ’s ations ation ings ing edly ied ies ers ed er es ly s".split()
_CONTRACTED = re.compile(r"(?:n?['’]t|['’](?:s|re|ll|ve|d|m))$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|approx|dept|inc|ltd|jr|sr)|\b[A-Z])\.$", re.I
)
_NUMBERED = re.compile(r"\b(?:nos?|nr|n[º°]|fig|vol|pp?|art|ch|sec|tel)\.\s*$", re.I)
"""Abbreviations that a number follows: `No. 7`."""
_DAY_NUMBER = re.compile(r"\b\d{1,2}\.\s*$")
_MONTH = re.compile(r"(?:Jan|Jän|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)(?:\w*[rilzt])?\b|März|Juni|Juli|August")
"""German months, which stand in capitals behind a day's number: `3. Mai`."""
_TIME_AT_END = re.compile(r"\d:\d\d(?: [A-Z][\w+-]*(?:/[\w+-]+)*)?$")
"""A line that ends with a time and its zone, as that of an event does, is whole."""
_BEFORE_ORDINAL = re.compile(r"\b(?:am|zum|vom|bis|ab|seit|der|den|dem|des|im|beim)\s+\d{1,2}\.\s*$", re.I)
_END = re.compile(r"""[.!?…]+["')\]”’]*\s+(?=["'(\[“‘¿¡]?[^\W_a-z])|[。！？]""")

_UNSPACED = re.compile("[぀-ヿ㐀-鿿가-힣]")
"""Kana, Chinese characters and Hangul."""


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line that is no running text (a heading, a list item) is a sentence of its own."""
    return [sentence for block in _blocks(text) for sentence in _split(block)]


def words(text: str) -> list[str]:
    """The words in lower case, numbers too."""
    return re.findall(r"[^\W_]+(?:['’.,:-][^\W_]+)*", text.lower())


def word_count(text: str) -> int:
    """How many words there are: what stands between blanks and has a letter or a digit, as `a@b.example` or `don't`.

    Chinese, Japanese and Korean text, which has few blanks or none, is cut at its punctuation as well.
    """
    return sum(len(words(part)) if _UNSPACED.search(part) else any(map(str.isalnum, part)) for part in text.split())


def content_words(text: str) -> list[str]:
    """The stems of all words but stop words; `what's` is one as `what` is, and `customer's` stands for `customer`."""
    return [
        stem(word) for word in words(text) if word not in STOP_WORDS and _CONTRACTED.sub("", word) not in STOP_WORDS
    ]


def stem(word: str) -> str:
    """A rough stem: enough to match `repairs` with `repairing`, `comes` with `come`."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            bare = word[: -len(ending)]
            return bare[:-1] if ending == "s" and bare.endswith("e") else bare
    return word[:-1] if word.endswith(("e", "y", "s")) and len(word) > 3 and not word.endswith("ss") else word


def _blocks(text: str) -> Iterator[str]:
    """Join lines that were broken only because of their width."""
    lines = [line.strip() for line in text.splitlines()]
    width = max(map(len, lines), default=0)
    wrapped = 2 * sum(line[:1].islower() for line in lines) >= len(lines)  # as in a narrow column
    block = ""
    for line in lines:
        if not line:
            yield from [block] if block else []
            block = ""
        elif block and _continues(block, line, width, 15 if wrapped else 35):
            block = f"{block[:-1]}{line}" if block.endswith("-") else f"{block} {line}"
        else:
            yield from [block] if block else []
            block = line
    yield from [block] if block else []


def _continues(block: str, line: str, width: int, least: int) -> bool:
    if block[-1] in ".!?:…。！？" or _TIME_AT_END.search(block):
        return False
    return line[0].islower() or (
        len(block) >= 0.7 * width > least and len(line.split()) > 2 and not block[-1].isdigit()
    )


def _split(block: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(block):
        tail = block[max(start, end.end() - 16) : end.end()].strip()
        numbered = _NUMBERED.search(tail) and block[end.end() : end.end() + 1].isdigit()
        ordinal = (_DAY_NUMBER.search(tail) and _MONTH.match(block, end.end())) or _BEFORE_ORDINAL.search(tail)
        small = block[end.end() : end.end() + 1].islower()
        if not (numbered or ordinal or small or _ABBREVIATION.search(tail)):
            yield block[start : end.end()].strip()
            start = end.end()
    if rest := block[start:].strip():
        yield rest
