"""`answer_paragraphs`: what was not done, what was asked for in the order asked, caveats, and the experts behind it.

Grounded by construction: every statement is taken from a result and carries the number of its task, a file is named only
if it exists. Not covered: which expert was chosen from which, and why; `hugginggpt show` has that.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .....graph.result import Run
from ....wording.phrases import phrases
from ....wording.reasons import reason_in
from ....wording.request_language import language_of, own_words
from ..lexicon import lexicon
from .failures import failures
from .origins import Origins
from .outcomes import Outcomes
from .printable import clean
from .statements import statements


def answer_paragraphs(run: Run, paths: Mapping[str, Path]) -> Iterator[str]:
    """The answer, a paragraph at a time; each but the first begins with a blank line. `paths`: local file by sha256."""
    words = phrases(language_of(own_words(run.request.text), lexicon().verb))
    outcomes, origins = Outcomes(run, words), Origins(run, words)
    blocks = ["\n".join((*map(clean, run.refusals), *failures(outcomes, origins)))]
    blocks += _joined(statements(outcomes, origins, paths))
    blocks += ["\n".join(_notes(outcomes)), _experts(outcomes)]
    shown = [block for block in blocks if block]
    for number, block in enumerate(shown or [words.say("nothing")]):
        yield block if number == 0 else f"\n\n{block}"


def _joined(found: Iterator[str]) -> Iterator[str]:
    """Statements as paragraphs; those of one line each that follow each other are one."""
    short: list[str] = []
    for statement in found:
        if "\n" not in statement:
            short.append(statement)
            continue
        yield from ("\n".join(short), statement)
        short = []
    yield "\n".join(short)


def _notes(outcomes: Outcomes) -> Iterator[str]:
    """What an expert adds to its result, and that another had to do the task."""
    for task, result in outcomes.results:
        yield from (f"[{task.id}] {reason_in(clean(note), outcomes.phrases)}" for note in result.notes)
        if result.ok and result.assignment and result.assignment.fallback:
            yield f"[{task.id}] {result.assignment.expert.model_id}: {clean(result.assignment.reason)}"


def _experts(outcomes: Outcomes) -> str:
    """The expert behind each number: `[0] rapidocr, [1] summary (weak: picks sentences)`."""
    numbers: dict[str, list[int]] = {}
    words = outcomes.phrases
    for task, result in outcomes.results:
        if result.ok and result.assignment:
            model_id = result.assignment.expert.model_id
            # what was computed of a table within a text is the calculator's work, and no picking of words
            computed = model_id == "embedded/lexical-qa" and any(n.startswith("computed: ") for n in result.notes)
            name, weak = model_id.removeprefix("embedded/"), words.weakness(model_id)
            named = words.say("heading", what=name, which=weak) if weak else name
            numbers.setdefault("table-arithmetic" if computed else named, []).append(task.id)
    return words.say("comma").join(f"{_ranges(ids)} {name}" for name, ids in numbers.items())


def _ranges(ids: list[int]) -> str:
    """`[0] [2]`; of three and more in a row `[4]-[9]`."""
    rows: list[list[int]] = []
    for number in ids:
        if rows and rows[-1][-1] == number - 1:
            rows[-1].append(number)
        else:
            rows.append([number])
    return " ".join(
        f"[{row[0]}]-[{row[-1]}]" if len(row) > 2 else " ".join(f"[{number}]" for number in row) for row in rows
    )
