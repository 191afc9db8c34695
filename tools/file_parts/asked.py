"""`read_asked`: what a question asks of the parts of a file: how many, which, when; of which days, and about what words."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from ..tables.folding import fold
from ..wording.wording import either
from .periods import Period, read_period

NOUNS = ("Appointment", "E-mail", "Slide", "Chapter", "Sheet", "Contact", "Task")
_MARKS = (
    "often", "count", "length", "total", "longest", "shortest", "cancelled", "when", "where", "who", "most", "wrote",
    "received", "copied", "attachments", "subject", "title", "notes", "next", "first", "last", "list",
)  # fmt: skip
_CHOOSING = frozenset(("longest", "shortest", "cancelled", "next", "first", "last"))
"""Groups that say which parts are meant, and not what is asked of them."""
_ASKING = ("often", "count", "length", "total", "when", "where", "who", "list")
_ADDRESSES = re.compile(r"\s*-?(?:addres|adres|direc|endere|地址|アドレス)")
"""Behind "e-mail": what is in a text, and no part of a file."""
_FILE = re.compile(r"\b[\w-]+\.[a-z][a-z0-9]{1,4}\b")
_ELIDED = re.compile(r"\b([dl])'(?=\w)")
"""A French article or preposition before a vowel."""
_WORD = re.compile(r"[^\W_]+(?:['.@-][^\W_]+)*")


@dataclass(frozen=True)
class Asked:
    """A question about parts, read word by word."""

    marks: frozenset[str]
    """The groups of words.toml that it has a phrase of."""
    nouns: Mapping[str, str]
    """The parts that it names, and the word for each."""
    number: int | None
    """Of a part: "slide 3"; negative ones count from the end."""
    period: Period | None
    sender: tuple[str, ...]
    """Who something is from."""
    receiver: tuple[str, ...]
    words: tuple[str, ...]
    """The other words that mean something."""

    def about_those_of(self, first: "Asked") -> "Asked":
        """The question, about the parts that the one before it names."""
        return replace(
            self,
            nouns=self.nouns or first.nouns,
            number=self.number or first.number,
            period=self.period or first.period,
            sender=self.sender or first.sender,
            receiver=self.receiver or first.receiver,
            words=self.words or first.words,
            marks=self.marks | (first.marks & _CHOOSING),
        )


def read_asked(question: str, noun: str, today: date, code: str) -> Asked | None:
    """What a question in the language `code` asks of parts of a noun; None in a language without words for it."""
    words = _words().get(code)
    if words is None:
        return None
    text = f" {_FILE.sub(' ', fold(question))} "
    text = _ELIDED.sub(r"\1 ", text) if code == "fr" else text
    period, text = read_period(text, code, words, today)
    marks = set[str]()
    number, text = _numbered(text, words.get(noun, ()))
    nouns, text = _nouns(text, words)
    for mark in _MARKS:
        changed = _phrases(tuple(words.get(mark, ()))).sub(" ", text)
        if changed != text:
            marks.add(mark)
        text = changed
    ignored = {fold(word) for word in words["ignored"]}
    sender, text = _behind(text, words["from"], ignored) if noun == "E-mail" else ((), text)
    receiver, text = _behind(text, words["to"], ignored) if noun == "E-mail" else ((), text)
    if noun == "E-mail" and "who" in marks and re.search(rf"\b(?:{'|'.join(words['from'])})\s*\W*$", text):
        marks.add("wrote")
    ignored |= {fold(word) for name in ("from", "to") for word in words[name]}
    left = tuple(word for word in _WORD.findall(text) if word not in ignored)
    return Asked(frozenset(marks), nouns, number, period, sender, receiver, left)


def asks_of_parts(question: str, noun: str, code: str) -> bool:
    """Whether a question begins as one, and is about the parts of a noun: how many, which, when, their titles."""
    asked = read_asked(question, noun, date.min, code)
    if asked is None or not asked.marks or (set(asked.nouns) - {noun}):
        return False
    begins = [phrase for mark in _ASKING for phrase in _words()[code].get(mark, ())]
    if not re.match(rf"\W*{either(begins)}(?![\w-])", fold(question)):
        return False
    known = noun in asked.nouns or asked.number is not None
    if noun == "Appointment":
        return known or asked.period is not None or bool(asked.marks & {"next", "cancelled"})
    return known or (noun == "E-mail" and bool(asked.marks & {"attachments", "wrote", "received", "copied"}))


def counts_all(question: str, noun: str, code: str) -> bool:
    """Whether a question counts the parts of a noun, and names no sender, receiver or time of them."""
    asked = read_asked(question, noun, date.min, code)
    if asked is None or asked.sender or asked.receiver or asked.period or asked.number:
        return False
    return "count" in asked.marks and not asked.marks & {"wrote", "received", "attachments"} and noun in asked.nouns


def says(text: str, words: Sequence[str]) -> bool:
    """Whether a text has all words, in any form of them."""
    known = {*_WORD.findall(fold(text)), *re.findall(r"[^\W_]+", fold(text))}
    return all(any(_same(word, other) for other in known) for word in words)


def _same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) > 3 and len(long) - len(short) < 3 and long.startswith(short))


def _numbered(text: str, nouns: Sequence[str]) -> tuple[int | None, str]:
    """The number of a part behind its noun: "slide 3"; and the text without it."""
    match = re.search(rf"\b{either(nouns)}\s+(?:no\.? |number |nr\.? )?(\d{{1,4}})\b", text)
    return (int(match[1]), f"{text[: match.start()]} {text[match.end() :]}") if match else (None, text)


def _nouns(text: str, words: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], str]:
    found = dict[str, str]()
    for noun in NOUNS:
        match = _phrases(tuple(words[noun])).search(text)
        if match and not _ADDRESSES.match(text, match.end()):
            found[noun] = match.group().strip()
            text = _phrases(tuple(words[noun])).sub(" ", text)
    return found, text


def _behind(text: str, leads: Sequence[str], ignored: set[str]) -> tuple[tuple[str, ...], str]:
    """The words right behind a word like "from", up to one that only joins; and the text without them."""
    match = re.search(rf"\b{either(leads)}\b\s+((?:[^\W_][\w'.@-]*\s*)+)", text)
    named = list[str]()
    for word in match[1].split() if match else ():
        if word.strip(".,?!") in ignored:
            break
        named.append(word.strip(".,?!"))
    if not match or not named:
        return (), text
    end = match.start(1) + len(re.match(r"\s*".join(rf"{re.escape(word)}[.,?!]*" for word in named), match[1]).group())  # type: ignore[union-attr]
    return tuple(named), f"{text[: match.start()]} {text[end:]}"


@cache
def _phrases(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-]){either(words)}(?![\w-])")


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
