"""`Facts`: the numbers, labels and languages in a statement that the results which it cites do not bear out.

A number or label after a negation and words of degree ("not 4", "not a dog", "hardly very happy") is denied; a short
result that a sentence does not repeat is denied where it is said to be missing ("could not be determined"). Not
covered: other words that contradict a result, and numbers written as words ("two people") where the result is a long
text, in which a reader may have counted.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ....graph.result import Result, Run
from ....graph.task import Task
from ...languages import NAMES, iso1
from ...wording.phrases import phrases
from ...wording.request_language import language_of, own_words
from ...wording.wording import LANGUAGES, UNSPACED, folded, wording
from .expressions import said_for
from .quantities import counts, follows, readings_of, rows_in

_NUMBER = re.compile(r"(?<![A-Za-z\d_./])\d+(?:[.,'\u2019\u00a0\u202f]\d+)*")
_BULLET = re.compile(r"^\s*\d+[.)]\s+", re.MULTILINE)
_TOPIC = re.compile(r"[^\W\d_]{4,}")
"""Words by which two sentences are about the same thing."""
_COUNTED = ("labels", "boxes", "table")
"""Kinds of results whose members an answer may count."""
MANY = 12
"""Numbers of a result, above which no sums and differences of two of them are looked for; the largest read as a word."""
MOST_SHOWN = 3
"""Results that are shown beside a statement which cites none."""
SHOWN = 80
"""Characters of a result that are shown beside a statement that it does not bear out."""


class Facts:
    """What the results of a run bear out, as numbers and labels."""

    def __init__(self, run: Run, contents: Mapping[str, str]) -> None:
        """`contents`: the text of each result by sha256."""
        code = language_of(own_words(run.request.text))
        self._codes = {"en", code} & set(LANGUAGES)
        self._contents = {
            row.task_id: [contents.get(made.sha256 or "", made.text or "") for made in row.resources]
            for row in run.results
            if row.ok
        }
        words = ((word, value) for each in self._codes for word, value in wording(each).numbers.items())
        self._number_words = {word: Decimal(value) for word, value in words if 1 < value <= MANY}
        self._languages = {folded(name): lang for lang, name in NAMES.items()}
        self._languages |= {name: lang for each in self._codes for name, lang in wording(each).languages.items()}
        self._denial = re.compile("|".join(map(_denials, sorted(self._codes))))
        self._request = run.request.text
        self._made = {made.sha256: row.task_id for row in run.results for made in row.resources}
        self._rows = {row.task_id: row for row in run.results if row.ok}
        self._given = {key: [*self._contents[key], *_texts_of(run.plan.by_id.get(key))] for key in self._rows}
        self._known = {key: self._known_numbers(row, run.plan.by_id.get(key)) for key, row in self._rows.items()}
        self._labels = {key: found for key, row in self._rows.items() if (found := self._labels_of(row))}

    def borne_out_by(self, sentence: str) -> Sequence[int]:
        """The first task whose result has all numbers and labels that the sentence names; none where it names none."""
        for task_id in self._rows:
            if self.unsupported(sentence, [task_id]):
                continue
            stated = self._numbers(sentence) or (self._is_short(task_id) and self._words_for_numbers(sentence))
            if stated or any(self._names(form, sentence) for form in self._top_forms(task_id)):
                return [task_id]
        return []

    def unsupported(self, sentence: str, cited: Collection[int]) -> list[str]:
        """The numbers, labels and languages that the sentence names, and none of the results cited has."""
        known = {number for task_id in self._with_sources(cited) for number in self._known.get(task_id, ())}
        stated = self._numbers(sentence)
        if short := bool(cited) and all(map(self._is_short, cited)):
            stated += self._words_for_numbers(sentence)
        denied = [text for text, _ in stated if not self._names(text, sentence)]
        lost = [text for text, readings in stated if text not in denied and not follows(readings, known)]
        if short:
            said = {reading for task_id in cited for reading in self._readings_of(task_id)}
            lost += [text for text, readings in stated if text in denied and readings & said]
            lost += [] if self._repeats(sentence, cited) else self._missing(sentence)
        tops = [task_id for task_id in cited if task_id in self._labels]
        if tops and not any(self._names(form, sentence) for task_id in tops for form in self._top_forms(task_id)):
            lost += [form for task_id in tops for form in self._top_forms(task_id) if self._places(form, sentence)]
            others = {label for task_id in tops for label in self._labels[task_id][1:]} | self._closed(tops)
            lost += sorted(label for label in others if any(self._names(form, sentence) for form in self._forms(label)))
            if any(self._is_language(task_id) for task_id in tops):
                lost += [name for name in self._languages if self._names(name, sentence)]
        return list(dict.fromkeys(lost))

    def _repeats(self, sentence: str, cited: Iterable[int]) -> bool:
        """Whether a sentence has the label, a number or all the words of each result that it cites."""
        stated = [*self._numbers(sentence), *self._words_for_numbers(sentence)]
        return all(
            any(self._names(form, sentence) for form in self._top_forms(task_id))
            or any(readings & self._readings_of(task_id) for _, readings in stated)
            or (task_id not in self._labels and bool(self._places(self.whole(task_id), sentence)))
            for task_id in cited
        )

    def _missing(self, sentence: str) -> list[str]:
        """What a sentence says of a result that is missing."""
        return sorted(each for each in said_for("missing", self._codes) if self._places(each, sentence))

    def at_odds(self, sentence: str) -> Sequence[int]:
        """The tasks whose results a sentence without marks disagrees with; words for numbers are not looked at in it.

        A number disagrees with results that have numbers: beside others it is knowledge of the model's own.
        """
        lost = [text for text in self.unsupported(sentence, self._rows) if folded(text) not in self._number_words]
        lost = [text for text in lost if text not in self._request]
        if not lost:
            return []
        tasks = self._rows if any(map(self._is_word, lost)) else filter(self.has_numbers, self._rows)
        return list(tasks)[:MOST_SHOWN]

    def adds_numbers(self, sentence: str, tasks: Collection[int]) -> bool:
        """Whether a sentence has numbers that are not in the request, and none of the results that it repeats has any."""
        own = [text for text, _ in self._numbers(sentence) if text not in self._request]
        return bool(own) and not any(map(self.has_numbers, self._with_sources(tasks)))

    def replaces(self, sentence: str, cited: Mapping[int, Sequence[str]]) -> bool:
        """Whether a sentence at odds may stand in place of a result: it names a label, is about what is said of a result
        with numbers, or such a result is not cited at all.
        """
        if any(map(self._is_word, self.unsupported(sentence, self._rows))):
            return True
        about = [each for task_id, sentences in cited.items() if self.has_numbers(task_id) for each in sentences]
        topic = set(_TOPIC.findall(folded(" ".join(about))))
        uncited = any(self.has_numbers(task_id) for task_id in self._rows if task_id not in cited)
        return uncited or bool(topic & set(_TOPIC.findall(folded(sentence))))

    def has_numbers(self, task_id: int) -> bool:
        """Whether there are numbers in a result, or what can be counted."""
        data = any(made.kind in _COUNTED for made in self._rows[task_id].resources)
        return data or bool(self._readings_of(task_id))

    def _is_word(self, text: str) -> bool:
        """Whether what a sentence names is a label or a language, not a number."""
        return not text[:1].isdecimal() and folded(text) not in self._number_words

    def unnamed_labels(self, cited: Mapping[int, Sequence[str]]) -> Iterator[int]:
        """The tasks that found a label such as `negative`, which none of the sentences that cite them names."""
        for task_id, sentences in cited.items():
            top = self._labels.get(task_id, [""])[0]
            if (
                top
                and self._closed([task_id])
                and not any(self._names(form, sentence) for sentence in sentences for form in self._forms(top))
            ):
                yield task_id

    def label_elsewhere(self, sentence: str, cited: Collection[int]) -> int | None:
        """The task that found the label (`positive` and such) that a sentence names, where none of those cited has it."""
        sources = self._with_sources(cited)
        given = " ".join(text for task_id in sources for text in self._given.get(task_id, ()))
        for task_id in self._labels:
            if (
                task_id in sources
                or not self._closed([task_id])
                or any(map(self._closed, ([each] for each in sources if each in self._labels)))
            ):
                continue
            top = self._labels[task_id][0].casefold()
            named = [form for form in self._labelled(top) if self._names(form, sentence)]
            if named and not any(self._names(form, given) for form in named):
                return task_id
        return None

    def whole(self, task_id: int) -> str:
        """The text of a result, or the label that it found."""
        return (
            self._labels[task_id][0] if task_id in self._labels else "\n".join(self._contents.get(task_id, ())).strip()
        )

    def is_in(self, task_id: int, text: str) -> bool:
        """Whether a text names the label that a task found."""
        return any(self._names(form, text) for form in self._top_forms(task_id))

    def shown(self, cited: Iterable[int]) -> str:
        """What the results say, shortened: `[0] 4`."""
        lines = []
        for task_id in cited:
            text = self._labels[task_id][0] if task_id in self._labels else " ".join(self._contents.get(task_id, ()))
            line = " ".join(text.split())
            lines.append(f"[{task_id}] {line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + '…'}")
        return ", ".join(lines)

    def _with_sources(self, cited: Iterable[int]) -> set[int]:
        """The tasks, and those whose results they were made from."""
        found, left = set[int](), list(cited)
        while left:
            if (task_id := left.pop()) in found or task_id not in self._rows:
                continue
            found.add(task_id)
            left += [self._made[sha256] for sha256 in self._rows[task_id].inputs if sha256 in self._made]
        return found

    def _known_numbers(self, row: Result, task: Task | None) -> set[Decimal]:
        if self._is_number(row.task_id):
            return self._readings_of(row.task_id) | self._given_numbers(row, task)
        found = {Decimal(len(row.resources))}
        for text in self._contents[row.task_id]:
            found |= {reading for _, readings in self._numbers(text) for reading in readings}
            found |= set(map(Decimal, counts(text)))
        if len(found) <= MANY:
            found |= {value for a in found for b in found if a != b for value in (a + b, abs(a - b))}
        return found | self._given_numbers(row, task)

    def _given_numbers(self, row: Result, task: Task | None) -> set[Decimal]:
        """The numbers in what a task was given, and in what is said of its result."""
        if not task:
            return set()
        given = [*task.parameters.values(), *(task.inputs.get(name, "") for name in ("text", "texts"))]
        texts = [*map(str, given), *row.notes, row.name, *(m.label for m in row.members)]
        return {reading for text in texts for _, readings in self._numbers(text) for reading in readings}

    def _is_number(self, task_id: int) -> bool:
        """Whether a result is one number, whose own words and characters an answer does not count."""
        return bool(_NUMBER.fullmatch("".join(self._contents[task_id]).strip()))

    def _numbers(self, text: str) -> list[tuple[str, set[Decimal]]]:
        """Each number as written, with what it may stand for: `1.234` is 1234, or 1.234."""
        return [(match[0], readings_of(match[0])) for match in _NUMBER.finditer(_BULLET.sub("", text))]

    def _words_for_numbers(self, text: str) -> list[tuple[str, set[Decimal]]]:
        words = re.findall(r"[^\W\d_]+", text)
        return [(word, {value}) for word in words if (value := self._number_words.get(folded(word))) is not None]

    def _is_short(self, task_id: int) -> bool:
        return len(self.whole(task_id)) <= SHOWN

    def _labels_of(self, row: Result) -> list[str]:
        """The labels of a result, the likeliest first."""
        if not any(made.kind == "labels" for made in row.resources):
            return []
        rows = rows_in("".join(self._contents[row.task_id]))
        return [str(each["label"]) for each in rows if isinstance(each, dict) and each.get("label")]

    def _is_language(self, task_id: int) -> bool:
        return self._rows[task_id].task_type == "language-identification"

    def _closed(self, task_ids: Iterable[int]) -> set[str]:
        """`positive`, `negative` and such, where one of them is what a task found: labels with a name in each language."""
        named = {"positive", "negative", "neutral"}
        return named if any(self._labels[task_id][0].casefold() in named for task_id in task_ids) else set()

    def _top_forms(self, task_id: int) -> set[str]:
        return self._forms(self._labels[task_id][0], self._is_language(task_id)) if task_id in self._labels else set()

    def _forms(self, label: str, language: bool = False) -> set[str]:
        """A label as people write it."""
        plain = label.casefold()
        forms = self._labelled(plain) | {folded(each) for each in said_for(plain, self._codes)}
        if language and (code := iso1(label)):
            forms = {name for name, each in self._languages.items() if each == code} | {plain} - {code}
        return forms - {""}

    def _labelled(self, label: str) -> set[str]:
        """A label by its name in each language, without what people say for it."""
        return {label, *(phrases(code).named("labels", label).casefold() for code in self._codes)} - {""}

    def _names(self, form: str, sentence: str) -> bool:
        """Whether a sentence names it at a place where it does not deny it."""
        plain = folded(sentence)
        return any(self._denial.search(plain[:start]) is None for start in self._places(form, sentence))

    def _places(self, form: str, sentence: str) -> list[int]:
        edge = "" if self._codes & set(UNSPACED) else r"(?<![^\W_])"
        return [match.start() for match in re.finditer(edge + re.escape(folded(form)), folded(sentence))]

    def _readings_of(self, task_id: int) -> set[Decimal]:
        """The numbers in the text of a result."""
        return {each for text in self._contents.get(task_id, ()) for _, found in self._numbers(text) for each in found}


def _denials(code: str) -> str:
    """The negations of a language at the end of what stands before a word, with articles and words of degree."""
    words, degree = (
        "|".join(re.escape(folded(word).replace("_", " ")) for word in phrases(code).strings[name].split())
        for name in ("not", "degree")
    )
    if code in UNSPACED:
        return f"(?:{words})(?:{degree}){{0,2}}.?$"
    return rf"(?<![^\W_])(?:{words}) (?:(?:{degree}|[a-z]{{1,2}}) ){{0,3}}$"


def _texts_of(task: Task | None) -> list[str]:
    """The texts that a task was given in its plan."""
    values = list(task.inputs.values()) if task else []
    flat = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return [
        text for each in flat if isinstance(text := each if isinstance(each, str) else getattr(each, "text", None), str)
    ]
