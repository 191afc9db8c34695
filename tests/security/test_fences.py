"""A test of the tests.

Each fence is switched off in a copy of the package; the row that tries it must fail there. Rows that pass with and
without their fence prove nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fences import Fence, Rows, all_fences

FENCES_OF_ALL = list(all_fences())


@pytest.fixture(scope="module")
def rows() -> Iterator[Rows]:
    made = Rows()
    yield made
    made.close()


def named(fence: Fence) -> object:
    """As a parameter; slow ones are tried at night."""
    marks = [pytest.mark.nightly] if fence.slow else []
    return pytest.param(fence, id=fence.name.replace(" ", "-"), marks=marks)


@pytest.mark.parametrize("fence", [named(fence) for fence in FENCES_OF_ALL])
def test_a_row_fails_where_its_fence_is_switched_off(fence: Fence, rows: Rows, tmp_path: Path) -> None:
    """Each check named in these tests is needed: without it, the attack that it stands against gets through."""
    code, printed = rows.run(fence.row, fence.without(tmp_path))
    assert code == pytest.ExitCode.TESTS_FAILED, f"{fence.row} ends with {code} without {fence.name!r}:\n{printed}"


def test_every_fence_has_a_name_of_its_own() -> None:
    """No two checks share a name."""
    names = [fence.name for fence in FENCES_OF_ALL]
    assert len(names) == len(set(names))
