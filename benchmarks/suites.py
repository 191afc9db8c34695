"""Faithfulness of the rule-based controller: plans and refusals of 900 requests, written before it was run on them.

    python benchmarks/suites.py [lossless|uninvented|harmless|office|background|asides|buried ...] [-v]

| suite | right means |
|---|---|
| lossless | words that matter reach a parameter, an input or a task type, or a refusal repeats them |
| uninvented | the author of the request expects every task of the plan |
| harmless | politeness, background and purpose are not reported; the tasks are planned, and none besides |
| office | the plan is one of the graphs that are right and nothing is refused, or nothing is planned, where that is right |
| background | as harmless: reasons, purposes and feelings as whole clauses, before and after the request |
| asides | as harmless: vocatives, idioms and remarks around one request |
| buried | as lossless: the same clauses, with a second request or a condition among them |

In every suite a request without a task and without a refusal is wrong. Goals do not count, they quote the request. A
request that is refused whole loses nothing and invents nothing: read that column too. The requests lie in
`tests/tools/controllers/rules/suites/`. Every third is kept unread: `-v` leaves it out, and its figure shows how far the
work on the others carries. Values of `lossless` are separated by `|` where any one of them is enough, and `type:` names
a task type. Not covered: whether experts use the parameters, answers, other languages than English.

First figures, before any work on them, right / refused whole: lossless 170 / 84 of 300, uninvented 174 / 78 of 200,
harmless 134 / 48 of 200, office 33 / 26 of 60. At the very first run lossless had 186 and uninvented 179. Then fifteen
labels of lossless were made stricter or right (177): a question to a text passed where rows or words are to be counted;
and 24 and 13 short requests that resembled others gave way to longer ones, again before the controller was run on them.
Right of the unread third: 52 of 100, 57 of 66, 44 of 66, 9 of 20. background had 40 of 60 and buried 32 of 40, by an
author who knows the rules; then four and two labels were made right (44, 34). All of these two were read.
asides had 31 of 40. Of harmless the third is read too: it had 55 of 66 before.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hugginggpt.apps.eval.accepted_plans import is_accepted, shape_of
from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Task, Template, singles_in
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.controllers.rules.controller import propose

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "tools" / "controllers" / "rules" / "suites"
READING = {"image-to-text", "automatic-speech-recognition"}
"""Steps that only turn data into text: in `harmless` they are no fault, as deterministic tasks are none."""
EMPTY_WORDS = set(
    "a an and are as at be but by do does for from her his how i if in is it its just me my no not of off on only or"
    " our out please she so some that the their them then there these they this to up was we what when where which who"
    " with you your".split()
)
"""Words whose repetition in a refusal names nothing."""

Row = Mapping[str, Any]


class Judged(NamedTuple):
    """A request with what was proposed for it."""

    request: str
    faults: tuple[str, ...]
    """Why it is wrong; empty when it is right."""
    proposal: Proposal

    @property
    def line(self) -> str:
        """The request, what is wrong, the plan and the refusals in one line."""
        plan = shape_of(self.proposal.plan) or "no task"
        refused = f" | refused: {' / '.join(self.proposal.refusals)}" if self.proposal.refusals else ""
        return f"{self.request} | {', '.join(self.faults)} | {plan}{refused}".replace("\n", " ")


def lost_words(row: Row, proposal: Proposal) -> Iterator[str]:
    """The words that took no effect and stand in no refusal; none where the whole request is refused."""
    if not proposal.plan.tasks and proposal.refusals:
        return
    for carry in row["carries"]:
        took_effect = all(_occurs(value, proposal.plan) for value in carry["values"])
        if not took_effect and not _repeated(carry["words"], " ".join(proposal.refusals)):
            yield f"lost “{carry['words']}”"


def invented_tasks(row: Row, proposal: Proposal) -> Iterator[str]:
    """The tasks of a type that the author did not expect."""
    yield from (f"invented {task.type}" for task in proposal.plan.tasks if task.type not in row["allowed"])


def reported_courtesies(row: Row, proposal: Proposal) -> Iterator[str]:
    """Refusals, tasks that are missing, and tasks that nothing in the request asks for."""
    yield from ("reported" for _ in proposal.refusals[:1])
    planned = [task.type for task in proposal.plan.tasks]
    expected = {name for choice in [*row["types"], *row.get("also", ())] for name in choice.split("|")}
    for choice in row["types"]:
        if not expected.intersection(planned, choice.split("|")):
            yield f"missing {choice}"
    for name in planned:
        if name not in expected | READING and VOCABULARY[name].domain != "deterministic":
            yield f"invented {name}"


def wrong_graph(row: Row, proposal: Proposal) -> Iterator[str]:
    """A plan where a refusal is right, a refusal where a plan is right, or a graph that is not accepted."""
    if row.get("refuse"):
        yield from ("planned" for _ in proposal.plan.tasks[:1])
        return
    yield from ("reported" for _ in proposal.refusals[:1])
    if not is_accepted(proposal.plan, row["accept"]):
        yield "not accepted"


SUITES: dict[str, Callable[[Row, Proposal], Iterator[str]]] = {
    "lossless": lost_words,
    "uninvented": invented_tasks,
    "harmless": reported_courtesies,
    "office": wrong_graph,
    "background": reported_courtesies,
    "asides": reported_courtesies,
    "buried": lost_words,
}
"""The faults that each suite looks for, by its name."""


def faults_of(suite: str, row: Row, proposal: Proposal) -> tuple[str, ...]:
    """What is wrong with a proposal for a request of a suite."""
    if not proposal.plan.tasks and not proposal.refusals:
        return ("nothing planned, nothing reported",)
    return tuple(SUITES[suite](row, proposal))


def judge(suite: str) -> list[Judged]:
    """Every request of a suite, planned."""
    lines = (FOLDER / f"{suite}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Judged(row["request"], faults_of(suite, row, proposal), proposal)
        for row in map(json.loads, lines)
        for proposal in [proposal_of(row["request"], row["files"])]
    ]


def unread_third(judged: Sequence[Judged]) -> Sequence[Judged]:
    """The requests that no one reads while working on the controller."""
    return judged[2::3]


def wrong_lines(judged: Sequence[Judged]) -> list[str]:
    """A line for each wrong request, without the unread third."""
    return [row.line for number, row in enumerate(judged) if row.faults and number % 3 != 2]


def proposal_of(text: str, files: Sequence[str]) -> Proposal:
    """What the controller proposes; the files need not exist."""
    resources = (Resource(kind=kind_of_name(f)[0], media_type=kind_of_name(f)[1], name=f) for f in files)
    return propose(Request(text=text, files=tuple(resources)))


def _occurs(value: str, plan: Plan) -> bool:
    """Whether a plan carries one of the choices of `value` as a whole word, a number, a file or a task type."""
    carried = " ".join(text for task in plan.tasks for text in _texts(task)).casefold()
    files = {label.casefold() for task in plan.tasks for label in _files(task)}
    for choice in value.casefold().split("|"):
        if choice.startswith("type:"):
            found = choice.removeprefix("type:") in {task.type for task in plan.tasks}
        else:
            found = choice in files or re.search(rf"(?<!\w){re.escape(choice)}(?!\w)", carried) is not None
        if found:
            return True
    return False


def _texts(task: Task) -> Iterator[str]:
    yield json.dumps(task.parameters, ensure_ascii=False)
    for value in task.inputs.values():
        for single in singles_in(value):
            parts = single.parts if isinstance(single, Template) else (single,)
            yield from (part for part in parts if isinstance(part, str))


def _files(task: Task) -> Iterator[str]:
    singles = (single for value in task.inputs.values() for single in singles_in(value))
    yield from (single.label for single in singles if isinstance(single, Resource))


def _repeated(words: str, refusals: str) -> bool:
    """Whether the refusals repeat a word that carries something."""
    said = set(re.findall(r"[\w.]*\w", refusals.casefold()))
    return bool(said.intersection(re.findall(r"[\w.]*\w", words.casefold())) - EMPTY_WORDS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each suite and, if asked, a line for each wrong request that is read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each wrong request")
    options = parser.parse_args(arguments)
    if unknown := set(options.suites) - set(SUITES):
        parser.error(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    print("| suite | requests | right | wrong | refused whole | refused in part | right of the unread third |")
    print("|---|---|---|---|---|---|---|")
    for suite in options.suites or SUITES:
        judged = judge(suite)
        right, unread = (sum(not row.faults for row in rows) for rows in (judged, unread_third(judged)))
        whole = sum(not row.proposal.plan.tasks for row in judged)
        part = sum(bool(row.proposal.plan.tasks and row.proposal.refusals) for row in judged)
        share = f"{unread} of {len(unread_third(judged))}"
        print(f"| {suite} | {len(judged)} | {right} | {len(judged) - right} | {whole} | {part} | {share} |")
        if options.verbose:
            print("".join(f"    {line}\n" for line in wrong_lines(judged)), end="")


if __name__ == "__main__":
    main()
