"""`AnswerChecker` checks each sentence of a chat model's answer before it is shown: its files, task marks and sources."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from ....graph.caveats import lacks
from ....graph.resource import satisfies
from ....graph.result import Result, Run
from ...wording.phrases import phrases as wording_phrases
from ...wording.request_language import language_of, own_words
from .cited_parts import TASK_MARK, cited_in
from .context import credits_of, files_of
from .contradictions import Contradictions
from .facts import Facts
from .grounding import Sources, mentions, shares_words
from .phrases import phrases_for
from .prompts import RESULT_CHARACTERS
from .sentence_form import ends, is_fragment, is_statement, with_marks
from .whole_answer import last_tasks

SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]*”’»]*\s+|(?<=[。！？])|\n")
_FILE_NAME = re.compile(
    r"(?<![\w/.@-])(?:[\w~.-]*/)*[\w-][\w.-]*\.(?:png|jpe?g|gif|webp|bmp|tiff?|svg|wav|mp3|flac|ogg|m4a|mp4|webm|mov|avi|mkv"
    r"|pdf|csv|tsv|xlsx?|docx?|txt|md|json|zip|obj|glb|ply)(?![\w-])",
    re.IGNORECASE,
)
MAX_SENTENCE = 2_000
"""Characters after which a text is cut although no sentence ends."""


async def sentences(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """Each sentence and each line of a stream, however it is cut; all characters are kept, with the blanks behind them."""
    buffer = ""
    async for piece in pieces:
        buffer += piece
        ends = [
            match.end()
            for match in SENTENCE_END.finditer(buffer)
            if match.end() < len(buffer) or buffer[-1] in "\n。！？"
        ]
        start = 0
        for end in ends or ([len(buffer)] if len(buffer) > MAX_SENTENCE else []):
            if end in ends[:-1] and buffer[end].isspace():
                continue
            yield buffer[start:end]
            start = end
        buffer = buffer[start:]
    if buffer:
        yield buffer


class AnswerChecker:
    """Checks an answer against its run: it may name only files that exist, and cite only tasks that succeeded."""

    def __init__(self, run: Run, paths: Mapping[str, Path], contents: Mapping[str, str]) -> None:
        """`contents`: what the prompt shows of the results, by sha256."""
        self._run, self._paths = run, paths
        known = [*run.request.files, *(made for result in run.results for made in result.resources)]
        names = {name for resource in known for name in (resource.name, resource.label) if name}
        names |= {str(path) for path in paths.values()}
        names |= {member.name for result in run.results for member in result.members if member.name}
        self._files = {part.casefold() for name in names for part in (name, Path(name).name)}
        self._request = run.request.text.casefold()
        self._contents = "\n".join(contents.values()).casefold()
        self._sources, self._facts = Sources(run, contents, paths), Facts(run, contents)
        self._plain = sorted(
            (n for n in names | {model_id for model_id, _ in credits_of(run)} if n), key=len, reverse=True
        )
        self._cited: dict[int, list[str]] = {}
        """The sentences that cite each task, without names and marks."""
        self._succeeded = {str(result.task_id) for result in run.results if result.ok}
        self._planned = {str(result.task_id) for result in run.results}
        self._phrases = phrases_for(run.request.text)
        self._words = wording_phrases(language_of(own_words(run.request.text)))
        self.text = ""
        """The answer so far, checked."""
        self.said = False
        """Whether the model said anything."""
        self.invented: list[str] = []
        """File names in the answer that do not exist."""
        self.ungrounded: list[str] = []
        """Statements for which no result was found."""
        self._contradictions = Contradictions(self._facts, self._phrases, self._without_names)

    def check(self, sentence: str) -> str:
        """The sentence without invented files and wrong marks; one without marks gets those of the tasks it rests on."""
        before, unknown = len(self.invented), self._unknown_marks(sentence)
        checked = _FILE_NAME.sub(lambda match: self._checked_file(match[0]), sentence)
        checked = TASK_MARK.sub(lambda match: match[0] if (match[1] or match[2]) in self._succeeded else "", checked)
        stated = self._without_names(checked)
        if cited := cited_in(checked):
            self._contradictions.judge(checked, stated, cited)
        elif sources := self._sources_of(checked, stated):
            if self._facts.unsupported(stated, sources).nothing:
                checked = with_marks(checked, sources)
                cited = [*sources]
            else:
                self._contradictions.note(checked, [*sources])
        elif self._succeeded and not unknown and before == len(self.invented):
            self._doubt(checked, stated)
        for task_id in cited:
            self._cited.setdefault(task_id, []).append(stated)
        if unknown:
            self._contradictions.unknown.append((stated.strip(), unknown))
        self.text += checked
        self.said = self.said or bool(checked.strip())
        return checked

    def _sources_of(self, sentence: str, stated: str) -> Sequence[int]:
        """The tasks that a sentence without marks rests on; none where it names what another result denies."""
        sources = self._sources.of(sentence) or self._facts.borne_out_by(stated)
        if sources and self._facts.adds_numbers(stated, sources):
            return ()
        if sources and (found := self._facts.label_elsewhere(stated, sources)) is not None:
            return [found]
        return () if sources and self._facts.names_others(stated) else sources

    def _doubt(self, sentence: str, stated: str) -> None:
        """Note a sentence without marks for which no result is found."""
        if not (ends(sentence) or is_fragment(sentence)) or self._sources.is_about_failures(sentence):
            return
        if tasks := self._facts.at_odds(stated):
            self._contradictions.doubted.append((sentence.strip(), stated, [*tasks]))
        elif is_statement(sentence):
            self.ungrounded.append(sentence.strip())

    def quoted(self, text: str) -> str:
        """A result that is the answer as it stands: its words are the expert's."""
        self.text += text
        self.said = True
        return text

    def first_lines(self) -> list[str]:
        """Lines before the model's first word: what is not done, or not as requested."""
        lines = [self._phrases["refused"].format(what=each) for each in self._run.refusals]
        self.text += "\n".join(lines)
        return lines

    def missing_lines(self) -> list[str]:
        """Lines for experts, files, failures and contradictions that the answer omits, and for its inventions."""
        phrases = self._phrases
        left_out = list(self._left_out())
        if self.said and not self._rests_on_any() and (left_out or not self._speaks_of_files()):
            lacks(line := phrases["untraced_answer"])
            left_out.insert(0, line)
        lines = [*left_out, *self._credits()]
        lines += [
            f"[{task_id}] {path}" for task_id, path in files_of(self._run, self._paths) if str(path) not in self.text
        ]
        for result in self._run.results:
            if not result.ok and not self._sources.names_failure(result, self.text):
                why = result.error or phrases["no_reason"]
                lines.append(phrases[result.status].format(id=result.task_id, task=result.task_type, why=why))
        lines += self._missing_members()
        for one, other in self._sources.contradictions():
            if not (one.text in self.text and other.text in self.text):
                both = {"one": one.model_id, "this": one.text, "id": one.task_id}
                both |= {"other": other.model_id, "that": other.text, "other_id": other.task_id}
                lines.append(phrases["contradiction"].format(**both))
        last = {task.id for task in last_tasks(self._run.plan)}
        lines += self._contradictions.lines(self._cited, last)
        self.ungrounded += self._contradictions.ungrounded
        if self.invented:
            lines.append(phrases["removed"].format(files=", ".join(dict.fromkeys(self.invented))))
        if self._run.status == "succeeded" and not self._run.plan.tasks:
            lines.append(phrases["no_expert"])
        if self.ungrounded:
            lines.append(phrases["untraced"].format(sentences=" ".join(f"“{each}”" for each in self.ungrounded)))
        return lines

    def _credits(self) -> Iterator[str]:
        """A line for each expert that the answer does not name, or that is weak without a word about it."""
        for model_id, line in credits_of(self._run):
            weak = self._words.weakness(model_id)
            if model_id not in self.text or (weak and weak not in self.text):
                yield self._words.say("heading", what=line, which=weak) if weak else line

    def _left_out(self) -> Iterator[str]:
        """The results in text that no task takes and the answer does not have, each under a heading."""
        last = {task.id for task in last_tasks(self._run.plan)}
        for row in self._run.results:
            if (
                row.ok
                and row.task_id in last
                and not self._is_answered(row)
                and (text := self._facts.results.whole(row.task_id))
            ):
                heading = self._phrases["left_out"].format(id=row.task_id, task=row.task_type)
                yield f"{heading}\n{text}" + ("…" if len(text) >= RESULT_CHARACTERS else "") + "\n"

    def _rests_on_any(self) -> bool:
        """Whether the answer has something of any result: a citation, its label, its words or its file."""
        files = any(str(path) in self.text for _, path in files_of(self._run, self._paths))
        return files or any(
            row.ok and (row.task_id in self._cited or self._has_words_of(row)) for row in self._run.results
        )

    def _speaks_of_files(self) -> bool:
        """Whether an answer shares a word with what the results were to be; True where not all of them are files."""
        made = [resource.kind for row in self._run.results if row.ok for resource in row.resources]
        goals = [f"{task.type} {task.goal}" for task in self._run.plan.tasks]
        texts = not made or any(satisfies(kind, "text") for kind in made)
        return texts or shares_words(self.text, " ".join((self._request, *goals, *made)))

    def _has_words_of(self, row: Result) -> bool:
        text = self._facts.results.whole(row.task_id)
        return self._facts.is_in(row.task_id, self.text) or bool(text and mentions(self.text, text))

    def _is_answered(self, row: Result) -> bool:
        """Whether the answer cites a result or has its words; files are named by their paths."""
        cited = row.task_id in self._cited or not any(satisfies(made.kind, "text") for made in row.resources)
        return cited or self._has_words_of(row)

    def _unknown_marks(self, sentence: str) -> list[str]:
        """The marks of tasks that the run does not have; those in a request or a result are of these texts."""
        found = (
            match[0].strip() for match in TASK_MARK.finditer(sentence) if (match[1] or match[2]) not in self._planned
        )
        return [mark for mark in found if self._planned and mark.casefold() not in self._request + self._contents]

    def _without_names(self, sentence: str) -> str:
        """The sentence without task marks and without the names of files and models, whose numbers state nothing."""
        bare = _FILE_NAME.sub("", TASK_MARK.sub("", sentence))
        for name in self._plain:
            if name not in bare:  # most are not, and a pattern for each costs more than the rest of the check
                continue
            bare = re.sub(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", "", bare)
        return bare

    def _missing_members(self) -> Iterator[str]:
        """Lines for members of lists that failed and are not named, and for the results that were made without some."""
        phrases, types = self._phrases, {str(result.task_id): result.task_type for result in self._run.results}
        failed = {m.root: m for result in self._run.results if result.ok for m in result.missing if result.owns(m)}
        for key, member in failed.items():
            task_id = key.partition("[")[0]
            if key != task_id and member.label not in self.text:
                task = f"{types.get(task_id, '')} ({member.label})"
                yield phrases["failed"].format(id=task_id, task=task, why=member.error or phrases["no_reason"])
        for result in self._run.results:
            if without := [member.label for member in result.missing if result.ok and not result.owns(member)]:
                what = ", ".join(without)
                yield phrases["without"].format(id=result.task_id, task=result.task_type, n=len(without), what=what)

    def _checked_file(self, name: str) -> str:
        """The name, where it is a file of the run or occurs in the request or a result; else a phrase that replaces it."""
        plain = name.casefold()
        if plain in self._files or Path(plain).name in self._files or plain in self._request or plain in self._contents:
            return name
        self.invented.append(name)
        return self._phrases["no_file"]
