"""Promises over whole suites of requests: no word is lost silently, no task is invented, courtesies are not reported.

The limits are the figures of today; those of the first run are in `benchmarks/suites.py`. The goal: all of
`lossless` and `uninvented`, 196 of `harmless`, 50 of `office`.
"""

import json
from types import ModuleType

import pytest

RIGHT = {
    "lossless": 280,
    "uninvented": 192,
    "harmless": 195,
    "office": 40,
    "background": 59,
    "asides": 37,
    "buried": 40,
}
"""How many requests of a suite are right, at least."""
REFUSED_WHOLE = {"lossless": 29, "uninvented": 38}
"""How many requests may be refused whole, where that counts as right; at first 84 and 78."""
SIZES = {
    "lossless": 300,
    "uninvented": 200,
    "harmless": 200,
    "office": 60,
    "background": 60,
    "asides": 40,
    "buried": 40,
}


@pytest.mark.parametrize("suite", RIGHT)
def test_no_more_requests_of_a_suite_are_wrong(suites: ModuleType, suite: str) -> None:
    """Words that matter take effect or are reported; tasks are those the author expects; courtesies go unreported."""
    judged = suites.judge(suite)
    assert sum(not row.faults for row in judged) >= RIGHT[suite], "\n".join(suites.wrong_lines(judged))


@pytest.mark.parametrize("suite", REFUSED_WHOLE)
def test_refusing_everything_is_no_way_to_be_right(suites: ModuleType, suite: str) -> None:
    """What is refused whole loses and invents nothing, so that its number has a limit."""
    refused = [row for row in suites.judge(suite) if not row.proposal.plan.tasks]
    assert len(refused) <= REFUSED_WHOLE[suite]


@pytest.mark.parametrize("suite", SIZES)
def test_a_suite_holds_each_request_once(suites: ModuleType, suite: str) -> None:
    """No request counts twice, and none is removed."""
    rows = [json.loads(line) for line in (suites.FOLDER / f"{suite}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({(row["request"].casefold(), *row["files"]) for row in rows}) == SIZES[suite]


def test_the_words_of_a_carry_stand_in_its_request(suites: ModuleType) -> None:
    """Each carry cites its request exactly, and names a value."""
    for name in ("lossless", "buried"):
        for row in map(json.loads, (suites.FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()):
            assert all(carry["words"] in row["request"] and carry["values"] for carry in row["carries"]), row["request"]
