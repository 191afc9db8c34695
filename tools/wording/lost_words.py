"""`lost_words`: words of an understood clause that went into nothing, in the languages read by examples.

Used are the words of examples, of the lists of the data file, and nouns of data. What is left restricts or adds: numbers,
ordinals, what follows "only", "except", "where", and words that no example knows. In Chinese and Japanese the clause is
covered by what examples hold of it, two characters at a time.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache

from .meanings import meaning_of
from .nearest import plain_words, words_pattern
from .wording import Example, Wording, any_of, folded, wording

Span = tuple[int, int]
_HIDDEN = "\ue000-\ue0ff"
_WORD = re.compile(r"[^\W\d_\ue000-\ue0ff]+")
_LIST_NUMBER = re.compile(r"\d+[.)](?=\s)|\d+[、）]")
_CLAUSE_END = re.compile(rf"[,;:.!?\n，。；：！？、](?=\s|$|[^\x00-\x7f])|[{_HIDDEN}]")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_LISTS = ("polite", "purpose", "then", "and", "or", "after", "continues", "negation", "back", "question", "apart")
_KATAKANA = re.compile("[ァ-ヶー]+")
"""One word, as a rule."""
_SHORT = 2
"""Letters of a word that has to be typed with its accents: “où” is not “ou”."""
_SHORT_WORD = 7
"""Letters of a word from which two forms of it have more than a stem in common."""
_STEM, _LEAST = 4, 4
"""Letters that two forms of a word have in common; letters of an unknown word."""
_RUN = 2
"""Characters without a space between words that are no particle."""


def lost_words(
    masked: str,
    code: str,
    types: Collection[str],
    used: Collection[str],
    parameters: Collection[float],
    counts: Collection[float],
) -> list[Span]:
    """Where words of a masked clause stand that nothing accounts for; `types`: the tasks of the clause.

    `used` are words of files and parameters, `parameters` and `counts` numbers: of parameters, and of data and tasks.
    """
    language, words = wording(code), folded(masked)
    marks = bytearray(len(words))
    for name in ("harmless", "polite"):
        for match in _listed(code, name).finditer(words):
            marks[match.start() : match.end()] = b"\1" * len(match.group())
    lost = [span for span in _restrictions(words, masked, language, parameters, counts) if not all(marks[slice(*span)])]
    if language.unspaced:
        unknown = _uncovered(words, language, frozenset(types), used)
    else:
        unknown = _unknown(words, language, used)
        lost += [span for span in _limited(words, language, frozenset(types), used) if not marks[span[0]]]
    lost += [span for span in unknown if not any(marks[slice(*span)])]
    return _joined(sorted(lost), words)


def _restrictions(
    words: str, masked: str, language: Wording, parameters: Collection[float], counts: Collection[float]
) -> Iterator[Span]:
    """What restricts by its form: numbers, and what follows a word for it in the clause (before it in Japanese)."""
    for match in _numerals(language.code).finditer(words):
        value, ordinal = _value(match.group(), language), match.group() in language.ordinals
        if not (
            value in (parameters if ordinal else {*parameters, *counts})
            or (value == 1 and not match.group().isdigit())
            or _LIST_NUMBER.match(words, match.start())
        ):
            yield (
                match.start(),
                match.end() + (ordinal and language.unspaced and words[match.end() : match.end() + 1].isalpha()),
            )
    for match in _listed(language.code, "opening").finditer(words):
        typed = masked[slice(*match.span())].lower()
        if len(typed) <= _SHORT and typed not in language.section("restricting")["opening"]:
            continue
        end = _CLAUSE_END.search(words, match.end())
        begin = max((m.end() for m in _CLAUSE_END.finditer(words, 0, match.start())), default=0)
        rest = words[match.end() : end.start() if end else len(words)].strip()
        yield (begin if language.unspaced else match.start()), (match.end() + len(rest) + 1 if rest else match.end())


def _limited(words: str, language: Wording, types: frozenset[str], used: Collection[str]) -> Iterator[Span]:
    """What "only" limits a task to in words that no example of its own type holds: "translate only the people"."""
    only = _listed(language.code, "only")
    for match in only.finditer(words) if types else ():
        end = _CLAUSE_END.search(words, match.end())
        limits = [*_unknown(words[: end.start() if end else len(words)], language, used, types, match.end())]
        if limits:
            yield match.start(), limits[-1][1]


def _unknown(
    words: str, language: Wording, used: Collection[str], types: frozenset[str] = frozenset(), start: int = 0
) -> Iterator[Span]:
    known, stems = _known(language.code, types)
    nouns = tuple(noun for noun in language.nouns if len(noun) >= _LEAST)
    for match in _WORD.finditer(words, start):
        word = match.group()
        beside_file = re.match(rf"\W*[{_HIDDEN}]", words[match.end() : match.end() + 3])
        if len(word) < _LEAST or word in known or beside_file:
            continue
        if (
            word[: _STEM if len(word) <= _SHORT_WORD else min(len(word) - 2, _SHORT_WORD)] in stems
            or any(word.startswith(each) for each in used)
            or word.endswith(nouns)
        ):
            continue
        yield match.span()


def _uncovered(words: str, language: Wording, types: frozenset[str], used: Collection[str]) -> Iterator[Span]:
    pairs, single = _pairs(language.code, types)
    marks = bytearray(len(words))
    for start in range(len(words)):
        if words[start] in single or not words[start].isalpha():
            marks[start] = 1
        if words[start : start + 2] in pairs:
            marks[start : start + 2] = b"\1" * len(words[start : start + 2])
    for word in used:
        for match in re.finditer(re.escape(word), words):
            marks[match.start() : match.end()] = b"\1" * len(word)
    for match in _KATAKANA.finditer(words):
        if not all(marks[slice(*match.span())]):
            marks[match.start() : match.end()] = bytes(len(match.group()))
    for run in re.finditer(b"\0+", bytes(marks)):
        if run.end() - run.start() >= _RUN:
            yield run.span()


def _joined(spans: list[Span], words: str) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:
        between = words[found[-1][1] : start] if found else ""
        if found and len(between.split()) <= 1 and not _CLAUSE_END.search(between):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def has_other_words(masked: str, code: str, meaning: str, beside: tuple[str, ...] = ("sure", "small")) -> bool:
    """Whether words of a clause, however short, are in no example of its meaning: more is asked than the examples do.

    `beside`: the lists of common words that ask for nothing.
    "Together", "in total" are no such words: what they ask of the plan is checked as a scope.
    """
    language = wording(code)
    together = words_pattern(tuple(map(folded, language.section("scopes")["together"])), language)
    masked = together.sub(" ", folded(masked))
    own = [plain_words(example.phrase, language) for example in language.examples if example.meaning == meaning]
    common = " ".join(language.section("recognise").get(name, "") for name in beside)
    small = [] if language.unspaced else folded(common).split()

    def parts(text: str) -> list[str]:
        return [each for word in _WORD.findall(text) for each in (word if language.unspaced else (word,))]

    return not set(parts(plain_words(masked, language))) <= {*small, *(part for text in own for part in parts(text))}


def without_harmless(text: str, code: str) -> str:
    """The text without words that look like a condition or a request, and are none: "if possible", "take"."""
    return _listed(code, "harmless").sub(" ", folded(text))


def _value(word: str, language: Wording) -> float:
    known = {**language.numbers, **language.ordinals}
    return float(known[word]) if word in known else float(word.replace(",", "."))


@cache
def _numerals(code: str) -> re.Pattern[str]:
    language = wording(code)
    known = words_pattern([*language.ordinals, *(() if language.unspaced else language.numbers)], language)
    digits = r"\d+(?:[.,]\d+)?" if language.unspaced else r"(?<![\w.])\d+(?:[.,]\d+)?(?!\w)"
    units = [unit for unit in language.units if len(unit) > 1]
    if language.unspaced:  # elsewhere a character for a number is a part of a word
        digits = f"{digits}|{any_of(language.numbers)}(?={any_of(units)})"
    return re.compile(f"{digits}|{known.pattern}")


@cache
def _listed(code: str, group: str) -> re.Pattern[str]:
    words = wording(code).section("restricting").get(group) or wording(code).clauses.get(group, ())
    return words_pattern([folded(word) for word in words], wording(code))


@cache
def _lists(code: str, types: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The words of the lists, and the examples of these types, or all of them."""
    language = wording(code)
    small = [word for group in language.section("recognise").values() for word in folded(group).split()]
    names = [*language.nouns, *language.units, *language.operations, *language.languages]
    clauses = [word for group in _LISTS for word in language.clauses.get(group, ())]
    examples = [e for e in language.examples if not types or types & {e.meaning.partition("/")[0], _type_of(e)}]
    phrases = [folded(_PLACEHOLDER.sub(" ", example.phrase)) for example in examples]
    return (*small, *names, *language.numbers, *language.ordinals, *clauses, *phrases)


def _type_of(example: Example) -> str:
    return meaning_of(example.meaning).task_type


@cache
def _known(code: str, types: frozenset[str] = frozenset()) -> tuple[frozenset[str], frozenset[str]]:
    """The words of the examples (of these types, or all) and lists, and the beginnings of those."""
    words = frozenset(word for text in _lists(code, types) for word in _WORD.findall(text))
    return words, frozenset(word[:length] for word in words for length in range(_STEM, len(word) + 1))


@cache
def _pairs(code: str, types: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Every two neighbouring characters of the examples and lists, and the characters that are a word of a list alone."""
    texts = _lists(code, types)
    pairs = frozenset(text[start : start + 2] for text in texts for start in range(len(text) - 1))
    return pairs, frozenset(text for text in texts if len(text) == 1)
