"""A test of the tests.

Each fence is switched off in a copy of the package; the row that tries it must fail there. Rows that pass with and
without their fence prove nothing.
"""

from pathlib import Path

import pytest

from fences import Fence, all_fences

FENCES_OF_ALL = list(all_fences())


@pytest.mark.parametrize("fence", FENCES_OF_ALL, ids=lambda fence: fence.name.replace(" ", "-"))
def test_a_row_fails_where_its_fence_is_switched_off(fence: Fence, tmp_path: Path) -> None:
    """Each check named in these tests is needed: without it, the attack that it stands against gets through."""
    done = fence.run_row(fence.without(tmp_path))
    assert done.returncode == 1, f"{fence.row} passes without {fence.name!r}:\n{done.stdout}{done.stderr}"


def test_every_fence_has_a_name_of_its_own() -> None:
    """No two checks share a name."""
    names = [fence.name for fence in FENCES_OF_ALL]
    assert len(names) == len(set(names))
