"""`Contradictions`: the statements of an answer that the results of its run contradict, and the lines that report them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from ....graph.caveats import lacks
from .cited_parts import CitedPart, readings_of
from .facts import Facts
from .sentence_form import is_statement


class Contradictions:
    """What `AnswerChecker` found wrong so far."""

    def __init__(self, facts: Facts, phrases: Mapping[str, str], without_names: Callable[[str], str]) -> None:
        """`without_names`: a sentence without marks and without the names of files and models."""
        self._facts, self._phrases, self._without_names = facts, phrases, without_names
        self.unknown: list[tuple[str, list[str]]] = []
        """Statements that cite tasks which the run does not have, with the marks."""
        self.doubted: list[tuple[str, str, list[int]]] = []
        """Statements that cite nothing and have a number or label of no result: as they stand, bare, and the tasks."""
        self.ungrounded: list[str] = []
        """Those of them that stand in place of no result; known once `lines` were made."""
        self._miscited: list[tuple[str, list[int], int]] = []
        """Statements with the tasks that they cite, and another that found the label which they name."""
        self._swapped: list[tuple[str, list[int], int]] = []
        """Parts of sentences with the tasks that they cite, and another of the same sentence that found what they say."""
        self._false: list[tuple[str, list[int]]] = []
        """Statements that the results which they cite do not bear out, with the numbers of their tasks."""

    def note(self, sentence: str, cited: list[int]) -> None:
        """A sentence that its results do not bear out."""
        self._false.append((sentence.strip(), cited))

    def judge(self, sentence: str, stated: str, cited: list[int]) -> None:
        """Note where the results that a sentence cites do not bear it out, or others than those beside its words do."""
        if not self._facts.unsupported(stated, cited).nothing:
            self.note(sentence, cited)
            return
        if (found := self._facts.label_elsewhere(stated, cited)) is not None:
            self._miscited.append((stated.strip(), cited, found))
        readings = [
            [CitedPart(self._without_names(part.text), part.task_ids) for part in parts]
            for parts in readings_of(sentence)
        ]
        for part in self._facts.wrong_parts(readings):
            others = [task_id for task_id in cited if self._facts.says(task_id, part.text)]
            if others:
                self._swapped.append((part.text.strip(" ,;:"), [*part.task_ids], others[0]))
            else:
                self.note(sentence, cited)
                return

    def lines(self, cited_by: Mapping[int, Sequence[str]], last: Collection[int]) -> Iterator[str]:
        """Lines for what the results contradict; the run is done in part then.

        `cited_by`: the sentences that cite each task; `last`: the tasks whose results no other takes.
        """
        for sentence, stated, tasks in self.doubted:
            if self._facts.replaces(stated, cited_by):
                self._false.append((sentence, tasks))
            elif is_statement(sentence):
                self.ungrounded.append(sentence)
        named = {task_id for _, cited in self._false for task_id in cited}
        unnamed = [
            (" ".join(map(str.strip, cited_by[task_id])), [task_id])
            for task_id in self._facts.unnamed_labels(cited_by, last)
            if task_id not in named
        ]
        for sentence, cited in (*self._false, *unnamed):
            found = self._facts.results.shown(cited)
            lacks(line := self._phrases["disagrees"].format(sentence=sentence, found=found))
            yield line
        # where another sentence cites it, the result of a label is in the answer
        miscited = [each for each in self._miscited if each[2] not in cited_by]
        for sentence, cited, found_by in (*self._swapped, *miscited):
            marks = ", ".join(map("[{}]".format, cited))
            lacks(line := self._phrases["miscited"].format(sentence=sentence, id=found_by, marks=marks))
            yield line
        for sentence, unknown in self.unknown:
            lacks(line := self._phrases["no_result"].format(sentence=sentence, marks=", ".join(unknown)))
            yield line
