"""`wording`: how people word requests in one language, from its data file (`de.toml`); sections are read on first use."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

LANGUAGES = ("en", "zh", "ja", "es", "fr", "de", "pt")
"""Languages with a data file."""
UNSPACED = ("zh", "ja")
"""Languages that put no spaces between words."""
SECTIONS = (
    "recognise clauses saving restricting harmless goal numbers ordinals languages nouns units ranges "
    "excluding scopes operations directions media around examples conditions quantifiers tables measures "
    "totals calendar asked refusals altogether occurrences answer"
).split()
_PHRASE_WORD = re.compile(r"(?<![\w/{-])[^\W\d_]+(?:-[^\W\d_]+)?(?![\w}/-]|\"? =)")
"""A word of a phrase, and not of the name of a meaning or of a placeholder."""
_SHORT = 4
"""Letters of words that name a unit, a direction or an operation, and show the language only where they are longer."""
_HEADER = re.compile(r"^\[([a-z]+)\][^\S\n]*$", re.MULTILINE)


class Example(NamedTuple):
    """A phrase that asks for a `meaning`: a task type (`summarization`) or a part of one (`image-to-text/read`)."""

    phrase: str
    """With `{file}`, `{text}`, `{language}` and `{number}` where a request names one."""
    meaning: str


@dataclass(frozen=True, eq=False)
class Wording:
    """The words of one language. All words are lower case and without accents, as `folded` makes them."""

    code: str
    raw: Mapping[str, str]
    """The text of each section."""

    @property
    def unspaced(self) -> bool:
        """Whether the language puts no spaces between words."""
        return self.code in UNSPACED

    def section(self, name: str) -> dict[str, Any]:
        """One section, as TOML reads it; empty where the file has none."""
        if name not in self._read:
            self._read[name] = tomllib.loads(self.raw.get(name, ""))
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, dict[str, Any]]:
        return {}

    @cached_property
    def clauses(self) -> Mapping[str, tuple[str, ...]]:
        """Words by what they do between and around requests: `then`, `and`, `or`, `after`, `polite`, `purpose`, ..."""
        return {name: tuple(map(folded, words)) for name, words in self.section("clauses").items()}

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Number words and their values."""
        return {folded(word): value for word, value in self.section("numbers").items()}

    @cached_property
    def ordinals(self) -> Mapping[str, int]:
        """Ordinal words and their values; -1 is the last."""
        return {folded(word): value for word, value in self.section("ordinals").items()}

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """Names of languages, and the ISO 639-1 code of each."""
        return _by_word(self.section("languages"))

    @cached_property
    def nouns(self) -> Mapping[str, str]:
        """Nouns, and the kind of data that each names."""
        return _by_word(self.section("nouns"))

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Words that stand beside a number, and what they count: `sentence`, `page`, `second`, ..."""
        return _by_word(self.section("units"))

    @cached_property
    def ranges(self) -> Mapping[str, tuple[str, ...]]:
        """Words of ranges, as the slots of forms.toml name them: `from`, `to`, `after`, `except`, ..."""
        return {name: tuple(map(folded, words)) for name, words in self.section("ranges").items()}

    @cached_property
    def joints(self) -> tuple[str, ...]:
        """Words for "and", between clauses and in ranges."""
        return (*self.clauses["and"], *self.ranges.get("and", ()))

    @cached_property
    def question_words(self) -> tuple[str, ...]:
        """Words that begin a question, also those that do so only where several stand side by side: `asks_apart`."""
        return (*self.clauses["question"], *self.clauses.get("asks_apart", ()))

    def asked(self, kind: str) -> tuple[str, ...]:
        """Words that ask for a `date`, a `person` ..., or that mean what was asked `before`."""
        return tuple(map(folded, self.section("asked").get(kind, ())))

    @cached_property
    def operations(self) -> Mapping[str, str]:
        """Words, and the operation on a picture that each names."""
        return _by_word(self.section("operations"))

    @cached_property
    def directions(self) -> Mapping[str, tuple[str, ...]]:
        """Words for the ways to turn and to size a picture: `clockwise`, `wide`, `half`, ..."""
        return {name: tuple(map(folded, words)) for name, words in self.section("directions").items()}

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words of its examples and of its lists, as recognition counts them."""
        found = {word for name in ("clauses", "examples") for word in _PHRASE_WORD.findall(self.raw.get(name, ""))}
        listed = (
            word
            for name in ("directions", "units", "operations")
            for word in _PHRASE_WORD.findall(self.raw.get(name, ""))
        )
        return frozenset(map(folded, found | {word for word in listed if len(word) > _SHORT}))

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Every example phrase."""
        rows = self.section("examples").items()
        return tuple(Example(phrase, meaning) for meaning, phrases in rows for phrase in phrases)


@cache
def wording(code: str) -> Wording:
    """The wording of one of LANGUAGES."""
    text = Path(__file__).with_name(f"{code}.toml").read_text(encoding="utf-8")
    headers = [*_HEADER.finditer(text)]
    ends = [*(header.start() for header in headers[1:]), len(text)]
    return Wording(code, {header[1]: text[header.end() : end] for header, end in zip(headers, ends, strict=True)})


def simplified(text: str) -> str:
    """The text with the simplified of each traditional Chinese character (traditional.toml), one character for one."""
    return text.translate(_simplified())


@cache
def _simplified() -> Mapping[int, str]:
    raw = tomllib.loads(Path(__file__).with_name("traditional.toml").read_text(encoding="utf-8"))
    return {ord(pair[0]): pair[1] for pair in raw["pairs"].split()}


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words as they are written, the longest first; of none one that matches nothing."""
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True))) or '(?!)'})"


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces for what stands in the spans."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def folded(text: str) -> str:
    """Lower case, without accents and with straight apostrophes, one character for one, as people type in haste."""
    return text.translate(_FOLDED)


def either(words: Iterable[str]) -> str:
    """A pattern of any of the words, folded."""
    return any_of(map(folded, words))


class _Folded(dict[int, str]):
    """Each character that occurred, by its code point, as `folded` writes it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        bare = unicodedata.normalize("NFD", character)[:1].lower()
        kept = "぀" <= character <= "ヿ" or len(bare) != 1
        self[code] = character if kept else {"’": "'", "‘": "'", "`": "'"}.get(bare, bare)
        return self[code]


_FOLDED = _Folded()


def _by_word(section: Mapping[str, list[str]]) -> Mapping[str, str]:
    return {folded(word): name for name, words in section.items() for word in words}
