"""Which files a request may name

At the command line: any file that the user can read, except those of homes, of the configuration, and in `/proc`, `/sys` and
`/dev`. Through `as_tool`, LangGraph Server and other entry points for others: files below the working folder only. A link
counts as its target. A hard link counts as a file of its folder.
"""

import asyncio
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from fences import Fence
from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.checkpoints.store import FileStore
from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.settings import Settings, settings_for_others
from hugginggpt.tools.files.fetch import GuardedFetcher

FENCES = (
    Fence(
        "no folder that became a link is gone through",
        "tools/files/safe_open.py",
        "if root is None or not HAS_DIR_FD:",
        "if True:",
        "test_files.py::test_a_folder_exchanged_for_a_link_while_it_is_read_is_not_followed",
    ),
    Fence(
        "files outside of the folders allowed",
        "tools/files/fetch.py",
        "if roots is not None and root is None:\n            raise",
        "if False:\n            raise",
        "test_files.py::test_no_spelling_of_a_path_leads_out_of_the_allowed_folders[../secret.txt]",
    ),
    Fence(
        "the home as input",
        "tools/files/fetch.py",
        "if is_kept_in_a_home(path, self._settings.home) or path.is_relative_to(config):",
        "if False:",
        "test_files.py::test_files_of_a_home_are_no_input[for others-resources]",
    ),
    Fence(
        "the state of the system as input",
        "tools/files/fetch.py",
        'if os.name == "posix" and path.parts[1:2] and path.parts[1] in _SYSTEM_FOLDERS:',
        "if False:",
        "test_files.py::test_system_files_and_devices_are_no_input[/proc/self/status]",
    ),
)
SECRET = "canary-of-another"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a secret beside it."""
    made = tmp_path / "work"
    (made / "inner").mkdir(parents=True)
    (made / "inner" / "notes.txt").write_text("mine")
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "notes.txt").write_text(SECRET)
    monkeypatch.chdir(made)
    return made


def read(folder: Path, name: str, *, for_others: bool = True) -> str:
    """The text of a file that a request names, or why it is not read."""
    home = prepare_home(folder.parent / "home")
    given = Settings(home=home, file_roots=(folder,) if for_others else None)
    try:
        resource = asyncio.run(GuardedFetcher(FileStore(home), given).fetch(name))
    except InvalidInput as error:
        return f"refused: {error}"
    return resource.text or ""


OUTSIDE = [
    "../secret.txt", "inner/../../secret.txt", "./../secret.txt", "link.txt", "linked/notes.txt", "linked/../secret.txt",
    "deep/secret.txt", "~/secret.txt", "inner/link.txt", "chain.txt", "//etc/hostname", "/etc/../etc/hostname",
    "file:///etc/hostname", "FILE:../secret.txt", "inner//..//..//secret.txt", "../work/../secret.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_spelling_of_a_path_leads_out_of_the_allowed_folders(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No dots, links or home signs lead a request of a tool or server to a file outside of the working folder."""
    monkeypatch.setenv("HOME", str(folder.parent))
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "inner" / "link.txt").symlink_to("../../secret.txt")
    (folder / "chain.txt").symlink_to("inner/link.txt")
    (folder / "linked").symlink_to(folder.parent / "elsewhere")
    (folder / "deep").symlink_to("..")
    answer = read(folder, name)
    assert answer.startswith("refused")
    assert SECRET not in answer


def test_links_within_the_allowed_folder_are_followed(folder: Path) -> None:
    """A link whose target lies in the folder may be read."""
    (folder / "link.txt").symlink_to("inner/notes.txt")
    (folder / "other").symlink_to("inner")
    assert read(folder, "link.txt") == read(folder, "other/notes.txt") == "mine"


def test_a_folder_exchanged_for_a_link_while_it_is_read_is_not_followed(folder: Path) -> None:
    """A folder that becomes a link between the check and the reading of a file in it is not followed."""
    going = True
    inner, aside, link = folder / "inner", folder / "aside", folder / "new-link"

    def exchange() -> None:
        while going:
            inner.rename(aside)
            link.symlink_to("../elsewhere")
            link.rename(inner)
            inner.unlink()
            aside.rename(inner)

    home = prepare_home(folder.parent / "home")
    fetcher = GuardedFetcher(FileStore(home), Settings(home=home, file_roots=(folder,)))
    found, thread = set[bytes](), threading.Thread(target=exchange)
    thread.start()
    try:
        for _ in range(6000):
            with suppress(InvalidInput):
                found.add(fetcher._read("inner/notes.txt"))
    finally:
        going = False
        thread.join()
    assert found == {b"mine"}


@pytest.mark.parametrize("part", ["resources", "hugginggpt.db", "config"])
@pytest.mark.parametrize("for_others", [True, False], ids=["for others", "at the terminal"])
def test_files_of_a_home_are_no_input(folder: Path, part: str, for_others: bool) -> None:
    """No request may read the files of a home, among them those of other conversations, nor the configuration."""
    home, config = prepare_home(folder / ".hugginggpt"), folder / "config"
    store = FileStore(home)
    sha256, _ = asyncio.run(store.put_bytes(SECRET.encode(), "text/plain"))
    config.mkdir()
    (config / "endpoints.json").write_text(SECRET)
    named = {
        "resources": home / "resources" / sha256[:2] / f"{sha256[2:]}.txt",
        "hugginggpt.db": home / "hugginggpt.db",
        "config": config / "endpoints.json",
    }[part]
    given = Settings(home=home, config=config, file_roots=(folder,) if for_others else None)
    (folder / "link.txt").symlink_to(named)
    for name in (str(named), os.path.relpath(named, folder), "link.txt"):
        with pytest.raises(InvalidInput, match="which no request may read"):
            asyncio.run(GuardedFetcher(store, given).fetch(name))


def test_files_of_another_home_are_no_input(folder: Path) -> None:
    """The files of every home are refused, whichever home is in use; your own files beside them are not."""
    other = prepare_home(folder / "other")
    sha256, _ = asyncio.run(FileStore(other).put_bytes(SECRET.encode(), "text/plain"))
    (other / "endpoints.json.old").write_text(SECRET)
    (other / "mine.txt").write_text("mine")
    for name in (f"other/resources/{sha256[:2]}/{sha256[2:]}.txt", "other/endpoints.json.old", "other/hugginggpt.db"):
        assert read(folder, name, for_others=False).startswith("refused"), name
    assert read(folder, "other/mine.txt") == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "/proc/self/status",
        "/proc/self/environ",
        "/proc/1/cmdline",
        "/proc/self/mem",
        "/sys/kernel/notes",
        "/dev/zero",
        "/dev/stdin",
    ],
)
def test_system_files_and_devices_are_no_input(folder: Path, name: str) -> None:
    """No request reads the environment of a process or a device."""
    if not Path(name).exists():
        pytest.skip(f"there is no {name} here")
    assert read(folder, name, for_others=False).startswith("refused")


def test_entry_points_for_others_read_below_the_working_folder_only(folder: Path) -> None:
    """`as_tool` and LangGraph Server read files below the folder in which they were started, and no others."""
    assert settings_for_others({"HUGGINGGPT_HOME": str(folder.parent / "home")}).file_roots == (folder,)
