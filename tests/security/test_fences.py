"""Every check is needed

Each check is switched off in a copy of the package; the test that tries it must fail there. A test that passes with and
without its check proves nothing.
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
def test_a_test_fails_where_its_check_is_switched_off(fence: Fence, rows: Rows, tmp_path: Path) -> None:
    """Each check named in these tests is needed: without it, its attack succeeds."""
    code, printed = rows.run(fence.row, fence.without(tmp_path))
    assert code == pytest.ExitCode.TESTS_FAILED, f"{fence.row} ends with {code} without {fence.name!r}:\n{printed}"


def test_every_check_has_a_unique_name() -> None:
    """No two checks have the same name."""
    names = [fence.name for fence in FENCES_OF_ALL]
    assert len(names) == len(set(names))
