"""`Facts`: the numbers, labels and languages in a statement that the results which it cites do not bear out.

What a negation denies is not stated; a short result that a sentence does not repeat is denied where it is said to be missing
("could not be determined"). Not covered: other words that contradict a result, and numbers written as words ("two people")
where the result is a long text, in which a reader may have counted.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ....graph.result import Run
from ...languages import iso1
from ...wording.request_language import language_of, own_words
from ...wording.wording import LANGUAGES, folded
from .cited_parts import CitedPart
from .label_forms import CLOSED, LabelForms
from .run_results import RunResults
from .stated_numbers import NumberReader, StatedNumber

_TOPIC = re.compile(r"[^\W\d_]{4,}")
"""Words by which two sentences are about the same thing."""
MOST_SHOWN = 3
"""Results that are shown beside a statement which cites none."""


class Unsupported(NamedTuple):
    """What a statement names, and none of its results has."""

    numbers: Sequence[StatedNumber]
    names: Sequence[str]
    """Labels, languages, and words that call a result missing."""

    @property
    def nothing(self) -> bool:
        """Whether the results bear the statement out."""
        return not self.numbers and not self.names


class Facts:
    """What the results of a run bear out, as numbers and labels."""

    def __init__(self, run: Run, contents: Mapping[str, str]) -> None:
        """`contents`: the text of each result by sha256."""
        self._language = language_of(own_words(run.request.text))
        self._forms = LabelForms(self._language)
        self._reader = NumberReader(self._forms.codes)
        self.results = RunResults(run, contents, self._reader)
        known = self._language in LANGUAGES
        self._language_names = {
            task_id: self._forms.any_name_of(labels[0]) | {labels[0].casefold()}
            for task_id, labels in self.results.labels.items()
            if known and self.results.is_language(task_id)
        }
        """The names of each language that was found, where an answer's own language is known; read here, as from files."""

    def borne_out_by(self, sentence: str) -> Sequence[int]:
        """The first task whose result has all numbers and labels that the sentence names; none where it names none."""
        results = self.results
        for task_id in results.rows:
            if not self.unsupported(sentence, [task_id]).nothing:
                continue
            in_words = self._reader.words(sentence) if results.is_short(task_id) else ()
            if self._reader.figures(sentence) or in_words or self._forms.names_any(self._top(task_id), sentence):
                return [task_id]
        return []

    def unsupported(self, sentence: str, cited: Collection[int]) -> Unsupported:
        """The numbers, labels and languages that the sentence names, and none of the results cited has."""
        results = self.results
        short = bool(cited) and all(map(results.is_short, cited))
        stated = [*self._reader.figures(sentence), *(self._reader.words(sentence) if short else ())]
        denied = [each for each in stated if self._forms.denies(sentence, each.start)]
        known, numbers = results.known(cited), []
        bounded = results.known(task_id for task_id in cited if task_id not in results.labels)
        for each in stated:
            true = each.follows(bounded or known if each.comparison else known)
            if each not in denied and (not true or self._counts_otherwise(each, cited)):
                numbers.append(each)
        names = list[str]()
        if short:
            said = {number for task_id in cited for number in results.numbers_of(task_id)}
            numbers += [each for each in denied if each.readings & said]
            if not all(self._repeats(sentence, task_id) for task_id in cited):
                names += self._forms.missing(sentence)
        for family in self._families(cited):
            names += self._other_labels(sentence, family)
        return Unsupported(numbers, list(dict.fromkeys(names)))

    def says(self, task_id: int, sentence: str) -> bool:
        """Whether a result has what a sentence names, and something of it is in the sentence."""
        return self.unsupported(sentence, [task_id]).nothing and self._repeats(sentence, task_id)

    def wrong_parts(self, readings: Iterable[Sequence[CitedPart]]) -> Sequence[CitedPart]:
        """The parts of a sentence that have nothing of the results which they cite, but what these do not bear out.

        `readings`: the parts of the sentence by each place where marks may stand; none are wrong where one reading is right.
        """
        wrong = [[part for part in parts if self._is_wrong(part)] for parts in readings]
        return wrong[0] if all(wrong) else ()

    def at_odds(self, sentence: str) -> Sequence[int]:
        """The tasks whose results a sentence without marks disagrees with.

        A number disagrees with results that have numbers: beside others it is knowledge of the model's own. One in words
        does where it has the unit of a result ("seven words").
        """
        results = self.results
        units = {results.unit_of(task_id) for task_id in results.rows} - {""}
        lost = self.unsupported(sentence, results.rows)
        numbers = [
            each
            for each in (*lost.numbers, *(self._reader.words(sentence) if units else ()))
            if each.text not in results.request
            and (not each.in_words or (each.unit in units and not each.follows(results.known(results.rows))))
        ]
        names = [name for name in lost.names if name not in results.request]
        tasks = results.rows if names else filter(results.has_numbers, results.rows) if numbers else ()
        return list(tasks)[:MOST_SHOWN]

    def names_others(self, sentence: str) -> bool:
        """Whether a sentence names a label or language in place of one that was found."""
        return bool(self.unsupported(sentence, self.results.rows).names)

    def adds_numbers(self, sentence: str, tasks: Collection[int]) -> bool:
        """Whether a sentence has numbers that are not in the request, and none of the results that it repeats has any."""
        own = [each for each in self._reader.figures(sentence) if each.text not in self.results.request]
        return bool(own) and not any(map(self.results.has_numbers, self.results.with_sources(tasks)))

    def replaces(self, sentence: str, cited: Mapping[int, Sequence[str]]) -> bool:
        """Whether a sentence at odds may stand in place of a result: it names a label, is about what is said of a result
        with numbers, or such a result is not cited at all.
        """
        results = self.results
        if self.names_others(sentence):
            return True
        about = [each for task_id, sentences in cited.items() if results.has_numbers(task_id) for each in sentences]
        topic = set(_TOPIC.findall(folded(" ".join(about))))
        uncited = any(results.has_numbers(task_id) for task_id in results.rows if task_id not in cited)
        return uncited or bool(topic & set(_TOPIC.findall(folded(sentence))))

    def unnamed_labels(self, cited: Mapping[int, Sequence[str]], last: Collection[int]) -> Iterator[int]:
        """The tasks that found a label such as `negative`, or a language, which none of the sentences that cite them names.

        `last`: the tasks whose results no other takes: a language may be found only to be used.
        """
        results = self.results
        for task_id, sentences in cited.items():
            if task_id not in results.labels:
                continue
            top, forms = results.labels[task_id][0], set[str]()
            if results.is_closed(task_id):
                forms = self._forms.of(top)
            elif task_id in last:
                forms = self._language_names.get(task_id, forms)
            if forms and not any(self._forms.names_any(forms, sentence) for sentence in sentences):
                yield task_id

    def label_elsewhere(self, sentence: str, cited: Collection[int]) -> int | None:
        """The task that found the label (`positive` and such) that a sentence names, where none of those cited has it."""
        results = self.results
        sources = results.with_sources(cited)
        given = results.given(sources)
        for task_id in results.labels:
            if task_id in sources or not results.is_closed(task_id) or any(map(results.is_closed, sources)):
                continue
            named = self._forms.named(results.labels[task_id][0].casefold())
            if (said := {form for form in named if self._forms.names(form, sentence)}) and not self._forms.names_any(
                said, given
            ):
                return task_id
        return None

    def is_in(self, task_id: int, text: str) -> bool:
        """Whether a text names the label that a task found."""
        return self._forms.names_any(self._top(task_id), text)

    def _is_wrong(self, part: CitedPart) -> bool:
        cited = [task_id for task_id in part.task_ids if task_id in self.results.rows]
        if not cited or self.unsupported(part.text, cited).nothing:
            return False
        return not any(self._repeats(part.text, task_id) for task_id in cited) or bool(
            self._other_languages(part.text, cited)
        )

    def _repeats(self, sentence: str, task_id: int) -> bool:
        """Whether a sentence has the label, a number or all the words of a result."""
        results = self.results
        if task_id in results.labels:
            return self._forms.names_any(self._top(task_id), sentence)
        stated = [*self._reader.figures(sentence), *self._reader.words(sentence)]
        said = results.numbers_of(task_id)
        return any(each.readings & said for each in stated) or bool(
            self._forms.places(results.whole(task_id), sentence)
        )

    def _families(self, cited: Iterable[int]) -> list[list[int]]:
        """The results with labels by what they say: languages; `positive` and such; others."""
        results = self.results
        labelled = [task_id for task_id in cited if task_id in results.labels]
        kinds = [(results.is_language(task_id), results.is_closed(task_id)) for task_id in labelled]
        return [[each for each, of in zip(labelled, kinds, strict=True) if of == kind] for kind in dict.fromkeys(kinds)]

    def _other_labels(self, sentence: str, tasks: Sequence[int]) -> list[str]:
        """The labels that a sentence names in place of those that these tasks found, or denies."""
        results, forms = self.results, self._forms
        tops = {form for task_id in tasks for form in self._top(task_id)}
        if forms.names_any(tops, sentence):
            return self._other_languages(sentence, tasks) if all(map(results.is_language, tasks)) else []
        lost = [form for form in sorted(tops) if forms.places(form, sentence)]
        others = {label for task_id in tasks for label in results.labels[task_id][1:]}
        others |= CLOSED if any(map(results.is_closed, tasks)) else set()
        lost += sorted(label for label in others if forms.names_any(forms.of(label), sentence))
        if all(map(results.is_language, tasks)):
            lost += [name for name in forms.languages if forms.names(name, sentence)]
        return lost

    def _other_languages(self, sentence: str, tasks: Sequence[int]) -> list[str]:
        """The languages that a sentence names beside the one that was found, and that are in no text of the run."""
        if not all(map(self.results.is_language, tasks)):
            return []
        found = {iso1(label) for task_id in tasks for label in self.results.labels[task_id]}
        around = f"{self.results.request} {self.results.given(self.results.rows)}"
        return [
            name
            for name, code in self._forms.languages.items()
            if code not in found and self._forms.names(name, sentence) and not self._forms.places(name, around)
        ]

    def _counts_otherwise(self, number: StatedNumber, cited: Iterable[int]) -> bool:
        """Whether a number has another unit than all the results that are this number: "6 letters" for 6 words."""
        units = {
            self.results.unit_of(task_id) for task_id in cited if number.readings & self.results.numbers_of(task_id)
        }
        return bool(number.unit and units) and "" not in units and number.unit not in units

    def _top(self, task_id: int) -> set[str]:
        labels = self.results.labels.get(task_id)
        return self._forms.of(labels[0], language=self.results.is_language(task_id)) if labels else set()
