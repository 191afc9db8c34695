"""Answering: what a chat model says is let out sentence by sentence, and each is checked against what happened first."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from ....graph.result import Run
from .context import credits_of, files_of
from .grounding import Sources, retold
from .phrases import phrases_for

SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]*”’»]*\s+|(?<=[。！？])|\n")
_FILE = re.compile(
    r"(?<![\w/.@-])(?:[\w~.-]*/)*[\w-][\w.-]*\.(?:png|jpe?g|gif|webp|bmp|tiff?|svg|wav|mp3|flac|ogg|m4a|mp4|webm|mov|avi|mkv"
    r"|pdf|csv|tsv|xlsx?|docx?|txt|md|json|zip|obj|glb|ply)(?![\w-])",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s?(?:\[(?:task )?(\d+)\](?!\()|\(task (\d+)\))")
STATEMENT_WORDS = 4
"""Shorter ones are "Done." and "Here you are."."""
LONGEST_SENTENCE = 2_000
"""Characters after which a text without an end is let out all the same."""


async def sentences(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """Cut a stream after each sentence and each line; nothing is lost, the blanks between them included."""
    held = ""
    async for piece in pieces:
        held += piece
        ends = [
            match.end() for match in SENTENCE_END.finditer(held) if match.end() < len(held) or held[-1] in "\n。！？"
        ]
        end = ends[-1] if ends else len(held) if len(held) > LONGEST_SENTENCE else 0
        if end:
            yield held[:end]
            held = held[end:]
    if held:
        yield held


class Checked:
    """An answer as it is let out, held against its run: only files that exist, only tasks that were done."""

    def __init__(self, run: Run, paths: Mapping[str, Path], contents: Mapping[str, str]) -> None:
        """`contents`: what the model was shown of the results, by sha256."""
        self._run, self._paths = run, paths
        known = [*run.request.files, *(made for result in run.results for made in result.resources)]
        names = {name for resource in known for name in (resource.name, resource.label) if name}
        names |= {str(path) for path in paths.values()}
        self._files = {part.casefold() for name in names for part in (name, Path(name).name)}
        self._said = run.request.text.casefold()
        self._read = "\n".join(contents.values()).casefold()
        self._sources = Sources(run, contents, paths)
        self._done = {str(result.task_id) for result in run.results if result.ok}
        self._phrases = phrases_for(run.request.text)
        self.told = ""
        """What was let out so far."""
        self.invented: list[str] = []
        """Files that were named and do not exist."""
        self.untraced: list[str] = []
        """Statements for which no result was found."""

    def sentence(self, text: str) -> str:
        """The sentence as it may be said: invented files and marks of tasks that were not done are taken out.

        One without a mark gets those of the tasks whose file or model it names, or whose result it repeats.
        """
        before = len(self.invented)
        checked = _FILE.sub(lambda match: self._file(match[0]), text)
        checked = _MARK.sub(lambda match: match[0] if (match[1] or match[2]) in self._done else "", checked)
        if not _MARK.search(checked):
            if sources := self._sources.of(checked):
                checked = _marked(checked, sources)
            elif (
                self._done and before == len(self.invented) and _states(checked) and not self._sources.excuses(checked)
            ):
                self.untraced.append(checked.strip())
        self.told += checked
        return checked

    def unnamed(self) -> list[str]:
        """Lines for experts, failures, refusals, contradictions that the answer kept silent about, and for inventions."""
        say = self._phrases
        lines = [line for model_id, line in credits_of(self._run) if model_id not in self.told]
        lines += [
            f"[{task_id}] {path}" for task_id, path in files_of(self._run, self._paths) if str(path) not in self.told
        ]
        for result in self._run.results:
            if not result.ok and not self._sources.names_failure(result, self.told):
                why = result.error or say["no_reason"]
                lines.append(say[result.status].format(id=result.task_id, task=result.task_type, why=why))
        lines += [say["refused"].format(what=each) for each in self._run.refusals if not retold(each, self.told)]
        for one, other in self._sources.contradictions():
            if not (one.said in self.told and other.said in self.told):
                both = {"one": one.model_id, "this": one.said, "id": one.task_id}
                both |= {"other": other.model_id, "that": other.said, "other_id": other.task_id}
                lines.append(say["contradiction"].format(**both))
        if self.invented:
            lines.append(say["removed"].format(files=", ".join(dict.fromkeys(self.invented))))
        if self.untraced:
            lines.append(say["untraced"].format(sentences=" ".join(f"“{each}”" for each in self.untraced)))
        return lines

    def _file(self, name: str) -> str:
        """A name that is one of ours, or that the user or a result speaks of, may stand."""
        plain = name.casefold()
        if plain in self._files or Path(plain).name in self._files or plain in self._said or plain in self._read:
            return name
        self.invented.append(name)
        return self._phrases["no_file"]


def _marked(sentence: str, task_ids: Sequence[int]) -> str:
    """With the tasks' numbers before the final stop."""
    body = sentence.rstrip()
    stop = body[-1] if body and body[-1] in ".!?。！？" else ""
    marks = " ".join(f"[{task_id}]" for task_id in task_ids)
    return f"{body.removesuffix(stop)} {marks}{stop}{sentence[len(body) :]}"


def _states(sentence: str) -> bool:
    """Whether it is a statement: some words that end in a full stop, no heading and no question."""
    body = sentence.strip().strip("\"')]*”’»")
    if not body.endswith((".", "!", "。", "！")):
        return False
    return len(body.split()) >= STATEMENT_WORDS or body.endswith(("。", "！"))
