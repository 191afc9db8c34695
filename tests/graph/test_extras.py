"""The hint that adds an extra fits the installation that it is given in."""

from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.extras import _command, install

COMMIT = "c" * 40


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ({}, "pip install 'hugginggpt[local]'"),
        ({"url": "https://host.example/hugginggpt.whl", "archive_info": {}}, "pip install 'hugginggpt[local]'"),
        ({"url": "file:///home/a%20b/clone", "dir_info": {"editable": True}}, "pip install -e '/home/a b/clone[local]'"),
        ({"url": "file:///home/me/clone", "dir_info": {}}, "pip install '/home/me/clone[local]'"),
        ({"url": "file:///tmp/h.whl", "archive_info": {}}, "pip install '/tmp/h.whl[local]'"),
        (
            {"url": "https://host.example/h.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"pip install 'hugginggpt[local] @ git+https://host.example/h.git@{COMMIT}'",
        ),
    ],
)  # fmt: skip
def test_each_way_to_install_has_its_own_command(origin: dict[str, Any], command: str) -> None:
    """By `direct_url.json` (PEP 610), as pip writes it."""
    assert _command("local", origin) == command


def test_here_it_names_what_was_installed() -> None:
    """A clone or a wheel that is there; the tests run in nothing else."""
    where = install("embedded").split("'")[1].removesuffix("[embedded]")
    assert Path(where).exists()
