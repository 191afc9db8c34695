"""Files as people have them, each with a request and the fact that it must give: a table a kind, one runner for all.

A file is right, refused in one sentence that names it, or wrong; wrong is never allowed. To add one: the file into `files/`
(made in `make_files.py`, from another program than the library that reads it), and a `[[case]]` into the table of its kind:

```toml
[[case]]
file = "club.docx"
by = "LibreOffice"                 # what wrote the file
request = "Who is the caretaker?"
right = 'popa'                     # regular expressions, case ignored; `.` matches line ends
never = 'nothing'                  # optional
must = "refused"                   # where refusing is right; else it has to be right
```
"""

import asyncio
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import World, open_world

HERE = Path(__file__).parent
TABLES = sorted(HERE.glob("*.toml"))
pytestmark = pytest.mark.corpus


class Case(NamedTuple):
    """A row of a table; the patterns are read without case, `.` matches line ends."""

    file: str
    by: str
    request: str
    right: str = ""
    never: str = ""
    must: str = "right"


class Outcome(NamedTuple):
    """What came of a case."""

    verdict: str
    """`right`, `refused` or `wrong`."""
    said: str


def judged(case: Case, status: str, said: str) -> Outcome:
    """Right where the fact is given; refused where a run that did not succeed names the file; else wrong."""
    flags = re.IGNORECASE | re.DOTALL
    forbidden = bool(case.never) and re.search(case.never, said, flags) is not None
    if status == "succeeded":
        right = case.must == "right" and not forbidden and re.search(case.right, said, flags)
        return Outcome("right" if right else "wrong", said)
    return Outcome("refused" if case.file in said and not forbidden else "wrong", said)


async def outcome(world: World, case: Case) -> Outcome:
    """Run the request over the file, and judge the answer."""
    try:
        feed = Session(world).start(case.request, thread_id=uuid4().hex, files=[str(HERE / "files" / case.file)])
        *_, last = [event async for event in feed]
    except UsageError as error:
        return judged(case, "refused", str(error))
    assert isinstance(last, RunFinished)
    return judged(case, last.status, last.answer)


async def outcomes(home: Path, cases: Sequence[Case]) -> list[Outcome]:
    async with open_world(Settings(home=home)) as world:
        return [await outcome(world, case) for case in cases]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_every_file_is_read_right_or_refused_in_a_sentence_that_names_it(table: Path, tmp_path: Path) -> None:
    cases = [Case(**row) for row in tomllib.loads(table.read_text(encoding="utf-8"))["case"]]

    found = asyncio.run(outcomes(tmp_path, cases))

    rows = [
        f"{case.file} ({case.by}): {case.request} -> {got.verdict}, must be {case.must}: {got.said[:300]}"
        for case, got in zip(cases, found, strict=True)
        if got.verdict != case.must
    ]
    assert not rows, "\n".join([f"{len(rows)} of {len(cases)}", *rows])


def test_every_file_of_the_corpus_has_a_case() -> None:
    named = {row["file"] for table in TABLES for row in tomllib.loads(table.read_text(encoding="utf-8"))["case"]}

    assert {file.name for file in (HERE / "files").iterdir()} == named
