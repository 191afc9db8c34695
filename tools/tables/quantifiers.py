"""`Quantifiers`: "all", "only", "never" in a question about a table: computed by their meaning, or refused by name.

"Are all orders of Miller paid?" asks whether each row of a group fulfils a condition; rows that do are no answer to it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ...graph.errors import ExpertError
from ..wording.wording import wording
from .columns import Columns
from .condition import condition_of
from .conditions import kept
from .folding import fold
from .marks import Mark
from .table_query import Every, Query
from .table_words import operation_words

_MAX_WORDS = 4
_PLAIN = frozenset(("people", "rows", "per"))
"""Operations that say nothing of a question for yes or no."""
_CHOOSING = frozenset(("people", "rows", "per", "count", "distinct"))


@dataclass(frozen=True)
class _Found:
    """A word of a quantifier."""

    kind: str
    """`all`, `other` or `some`."""
    text: str
    start: int
    end: int


class Quantifiers:
    """Those of one question. `marks`: what to read in it; `whether`: it asks for yes or no."""

    def __init__(
        self, question: str, words: Sequence[str], marks: Sequence[Mark], table: Columns, language: str
    ) -> None:
        self.words, self.table, self.language = words, table, language
        known = operation_words(language)
        self.whether = bool(_whether(language).search(fold(question)))
        self.asks = bool(words) and (fold(question).partition(" ")[0].strip("¿") in known["yes or no"] or self.whether)
        apart = wording(language).section("quantifiers").get("around", "")
        around = re.search(apart, fold(question)) if apart else None
        self.around = around.group() if around and not known["has no"] & {*around.group().split()} else ""
        """A quantifier of two words around others, which is refused: "n'a payé que"."""
        self.found = [*self._quantifiers([mark for mark in marks if mark.role in ("column", "value", "period")])]
        self.limiting = [each for each in self.found if each.kind != "some"]
        limits = self.asks and self.limiting
        spans = [(each.start, each.end) for each in self.limiting] if limits else []
        self.marks = [m for m in marks if m.role in ("not", "empty") or (m.start, m.end) not in spans]
        """Without the quantifiers of a question for yes or no: "every pupil" there asks for no group."""

    def _quantifiers(self, named: Sequence[Mark]) -> Sequence[_Found]:
        known, found, at = _phrases(self.language), list[_Found](), 0
        while at < len(self.words):
            if any(mark.start <= at < mark.end for mark in named):
                at += 1
                continue
            sizes = range(min(_MAX_WORDS, len(self.words) - at), 0, -1)
            size = next((size for size in sizes if " ".join(self.words[at : at + size]) in known), 0)
            if size:
                text, kind = known[" ".join(self.words[at : at + size])]
                found.append(_Found(kind, text, at, at + size))
            at += size or 1
        return found

    def unknown(self, left: Sequence[str]) -> list[str]:
        """The words without a meaning, without the quantifiers of a question for yes or no, which `apply` speaks of."""
        own = {word for each in self.limiting if self.asks for word in self.words[each.start : each.end]}
        return [word for word in left if word not in own]

    def apply(self, query: Query) -> None:
        """Makes a query one for every row of a group where that is asked. Raises `ExpertError` for another quantifier."""
        if self.around:
            raise self._refused(_Found("other", self.around, 0, 0))
        query.exists = any(each.kind == "some" for each in self.found)
        if not self.asks:
            if chosen := self._choosing(query):
                raise self._refused(chosen)
            return
        if not self.limiting:
            return
        every = self._every(query)
        if every is None:
            raise self._refused(next((each for each in self.limiting if each.kind != "all"), self.limiting[0]))
        query.every, query.group, query.columns = every, None, []

    def _refused(self, found: _Found) -> ExpertError:
        return ExpertError(
            f"I can't tell “{found.text}” in a question about {self.table.label}",
            hint="Ask for the rows, or how many there are, and compare: I answer “all” of rows with one condition.",
        )

    def _choosing(self, query: Query) -> _Found | None:
        """The quantifier that chooses groups: "which departments have everyone in Oslo"."""
        table, within = query.whole, _within(self.language)
        groups = [m for m in self.marks if m.role == "column" and m.column in (*query.subjects, query.group)]
        groups = [m for m in groups if table.different(m.column) < table.count]
        if not query.conditional or query.operations - _CHOOSING or not groups:
            return None
        conditions = [m.start for m in self.marks if m.role in ("value", "number", "period")]
        computed = operation_words(self.language)["has no"] if query.lacking else ()
        for each in (each for each in self.limiting if fold(each.text) not in computed):
            follows = groups[0].end <= each.start < max(conditions, default=-1)
            if follows and not (each.kind == "all" and self.words[each.start - 1] in within):
                return each
        return None

    def _every(self, query: Query) -> Every | None:
        """What every row is asked to fulfil; None where the question is not as plain as that."""
        quantifier = self.limiting[0]
        many = len(self.limiting) > 1 and not wording(self.language).unspaced
        other = many or any(each.kind != "all" for each in self.limiting)
        some = any(each.kind == "some" and each.start > quantifier.start for each in self.found)
        limited = query.periods or query.empty or query.lacking or query.limit or query.operations - _PLAIN
        if other or some or limited or any(mark.role in ("not", "empty") for mark in self.marks):
            return None
        conditions = [condition_of(text) for text in query.where]
        columns = [self.table.column(condition.column) for condition in conditions]
        if len({*columns}) != len(columns) or None in columns or not 1 <= len(columns) <= 2:
            return None
        if not self._of_rows(quantifier, query, columns) or self._says_more():
            return None
        group = self._group(quantifier, columns) if len(columns) == 2 else None
        if len(columns) == 2 and group is None:
            return None
        predicate = next(n for n, column in enumerate(columns) if column != group)
        of = [text for n, text in enumerate(query.where) if n != predicate]
        rows = kept(query.whole, of)
        failing = [kept(query.whole, [str(conditions[predicate].opposite), *of])]
        if conditions[predicate].operator in (">", ">=", "<", "<=") and (column := columns[predicate]) is not None:
            failing.append(rows.without_value(column))
        return Every(rows, tuple(failing), query.where[predicate], tuple(of))

    def _of_rows(self, quantifier: _Found, query: Query, columns: Sequence[int | None]) -> bool:
        """Whether it is of the rows: of a noun that is no column with the same cell in several of them."""
        small = _within(self.language)
        noun = next((m for m in self.marks if m.start >= quantifier.end), None)
        if (
            noun is None
            or noun.role != "column"
            or any(w not in small for w in self.words[quantifier.end : noun.start])
        ):
            return True
        table = query.whole
        return noun.column in columns or table.different(noun.column) == table.count

    def _says_more(self) -> bool:
        """Whether English words stand behind all that was read: "does everyone in Oslo work?"."""
        last = max(end for end in (0, *(m.end for m in self.marks), *(each.end for each in self.limiting)))
        return self.language == "en" and any(word not in ("all",) for word in self.words[last:])

    def _group(self, quantifier: _Found, columns: Sequence[int | None]) -> int | None:
        """The column of the value that limits the quantifier: "all flour orders", "everyone in the Kitchen"."""
        after = [mark for mark in self.marks if mark.start >= quantifier.end]
        value = next((mark for mark in after if mark.role == "value"), None)
        if value is None or value.column not in columns or self._floats(quantifier):
            return None
        nouns = {n for m in after if m.role in ("column", "people", "rows") for n in range(m.start, m.end)}
        small, between = _within(self.language), range(quantifier.end, value.start)
        if any(self.words[n] not in small for n in between if n not in nouns):
            return None
        ands = {fold(word) for word in wording(self.language).clauses["and"]}
        values = [mark for mark in after if mark.role in ("value", "number", "column")]
        joined = any(ands & {*self.words[one.end : two.start]} for one, two in pairwise(values))
        return None if joined else value.column

    def _floats(self, quantifier: _Found) -> bool:
        """Whether it is of what stands before it: "are the open orders all from Miller?"."""
        named = [mark.end for mark in self.marks if mark.role == "value" and mark.end <= quantifier.start]
        being = {fold(word) for word in wording(self.language).section("conditions")["="]}
        return bool(named) and bool(being & {*self.words[: quantifier.start]})


@cache
def _phrases(language: str) -> dict[str, tuple[str, str]]:
    """The folded phrases, each as it is written and its kind."""
    lists = wording(language).section("quantifiers")
    return {fold(phrase): (phrase, kind) for kind in ("some", "other", "all") for phrase in lists[kind]}


@cache
def _within(language: str) -> frozenset[str]:
    return frozenset(map(fold, wording(language).section("quantifiers")["within"]))


@cache
def _whether(language: str) -> re.Pattern[str]:
    return re.compile(fold(wording(language).section("quantifiers")["whether"]))
