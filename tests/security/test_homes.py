"""A folder from elsewhere is data

A `.hugginggpt` folder may come with a checkout. Its content decides neither where keys and files are sent nor where runs are
kept.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from fences import Fence
from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.graph.errors import StorageError
from hugginggpt.graph.homes import adopt, why_not
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint
from shell import Shell

FENCES = (
    Fence(
        "no part of a home is a link",
        "graph/homes.py",
        "        if stat.S_ISLNK(mode):\n",
        "        if False:\n",
        "test_homes.py::test_a_part_of_a_home_that_is_a_link_is_refused[resources]",
    ),
    Fence(
        "a folder in the working directory is no home by itself",
        "graph/homes.py",
        "if not (reason := why_not(HERE, default_config(env))):",
        "if not (reason := ''):",
        "test_homes.py::test_a_checked_out_home_is_not_used_and_this_is_reported",
    ),
    Fence(
        "the list of servers in a home is not read",
        "tools/backends/endpoint/backend.py",
        "offered = [e for e in read_endpoints(self._settings.config) if e.task_type == task_type]",
        "offered = [e for e in read_endpoints(self._settings.home) if e.task_type == task_type]",
        "test_homes.py::test_servers_listed_in_a_home_get_neither_file_nor_key[named]",
    ),
    Fence(
        "a home's mark is recorded outside of it",
        "graph/homes.py",
        "if not mark or _recorded(config).get(str(folder.resolve())) != mark:",
        "if not mark:",
        "test_homes.py::test_only_what_this_user_made_here_is_a_home[mark of another]",
    ),
    Fence(
        "a home open to others is not used",
        "graph/homes.py",
        'if os.name == "posix" and status.st_mode & 0o077:',
        "if False:",
        "test_homes.py::test_only_what_this_user_made_here_is_a_home[open to others]",
    ),
    Fence(
        "a key goes where it was named for",
        "tools/backends/endpoint/endpoints_file.py",
        "if self.key_env and self.has_own_key else",
        "if self.key_env else",
        "test_homes.py::test_a_key_goes_only_to_the_address_that_it_was_named_for",
    ),
)

KEY = "sk-canary-0123456789abcdef"
LONG = "A sentence that is to be summarised. " * 30


@contextmanager
def foreign_server() -> Iterator[tuple[str, list[bytes]]]:
    """A server of another party: its address, and what it received."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(str(self.headers).encode() + self.rfile.read(int(self.headers.get("content-length", 0))))
            body = json.dumps([{"summary_text": "done"}]).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def checkout(tmp_path: Path, shell: Shell) -> Path:
    """A project as it was cloned, with a home in it; the shell stands in it and names no home."""
    project = tmp_path / "project"
    (project / ".hugginggpt").mkdir(parents=True)
    (project / "notes.txt").write_text(LONG)
    shell.folder = project
    shell.env |= {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path), "OPENAI_API_KEY": KEY}
    del shell.env["HUGGINGGPT_HOME"]
    return project


def list_server(home: Path, url: str) -> None:
    """Write a list of servers, as another party would."""
    row = {"name": "fast", "url": url, "task_type": "summarization", "key_env": "OPENAI_API_KEY"}
    (home / "endpoints.json").write_text(json.dumps([row]))


@pytest.mark.parametrize("how", ["found", "named"])
def test_servers_listed_in_a_home_get_neither_file_nor_key(checkout: Path, shell: Shell, how: str) -> None:
    """A list of servers inside a home is not used, whether the home is found or named: no file and no key goes there."""
    named = ["--home", ".hugginggpt"] if how == "named" else []
    with foreign_server() as (url, received):
        list_server(checkout / ".hugginggpt", url)
        typed = shell("run", "Summarise notes.txt", "--where", "local", *named)
    assert received == []
    assert typed.code == 0, typed.err
    assert "is not used" in typed.err


def test_a_checked_out_home_is_not_used_and_this_is_reported(checkout: Path, shell: Shell, tmp_path: Path) -> None:
    """A `.hugginggpt` that this user did not make is not used as home; a line on stderr reports it and what to do."""
    typed = shell("run", "What language is 'this is one'?")
    assert typed.code == 0, typed.err
    assert "you did not make it here" in typed.err or "is open to other users" in typed.err
    assert "hugginggpt home --here" in typed.err
    assert list((checkout / ".hugginggpt").iterdir()) == []
    assert list((tmp_path / "data").rglob("hugginggpt.db"))


def test_an_adopted_home_is_used_in_its_folder(checkout: Path, shell: Shell) -> None:
    """`home --here` makes or adopts a home; from then on it is used in that folder, without a message."""
    assert shell("home", "--here").out.strip() == str(checkout / ".hugginggpt")
    typed = shell("run", "What language is 'this is one'?")
    assert typed.code == 0, typed.err
    assert "is not used" not in typed.err
    assert (checkout / ".hugginggpt" / "hugginggpt.db").is_file()
    assert (checkout / ".hugginggpt").stat().st_mode & 0o777 == 0o700


def unmarked(folder: Path, _config: Path) -> None:
    folder.mkdir(mode=0o700)


def mark_of_another(folder: Path, config: Path) -> None:
    adopt(folder, config)
    (folder / "mark").write_text("0" * 32)


def mark_moved(folder: Path, config: Path) -> None:
    adopt(folder.with_name("first"), config).rename(folder)


def open_to_others(folder: Path, config: Path) -> None:
    adopt(folder, config).chmod(0o755)


def owned_by_another(folder: Path, config: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    os.chown(adopt(folder, config), 65534, 65534)


def link(folder: Path, config: Path) -> None:
    folder.symlink_to(adopt(folder.with_name("first"), config))


def damaged_record(folder: Path, config: Path) -> None:
    adopt(folder, config)
    (config / "homes.json").write_text("[" * 100_000)


@pytest.mark.parametrize(
    "made",
    [unmarked, mark_of_another, mark_moved, open_to_others, owned_by_another, link, damaged_record],
    ids=lambda made: made.__name__.replace("_", " "),
)
def test_only_what_this_user_made_here_is_a_home(tmp_path: Path, made: object) -> None:
    """A folder is used without being named only if this user made it there, owns it, and no one else can read it."""
    assert callable(made)
    made(tmp_path / ".hugginggpt", tmp_path / "config")
    assert why_not(tmp_path / ".hugginggpt", tmp_path / "config")


def test_a_key_goes_only_to_the_address_that_it_was_named_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key belongs to the scheme, host and port for which it was added; where an address was changed, it is not sent."""
    monkeypatch.setenv("MY_KEY", KEY)
    added = Endpoint(
        name="a", url="https://mine.example/x", task_type="summarization", key_env="MY_KEY"
    ).with_key_bound()
    assert added.key
    assert not added.missing_key
    for url in ("https://other.example/x", "http://mine.example/x", "https://mine.example:444/x"):
        changed = added.model_copy(update={"url": url})
        assert changed.key is None
        assert "was not named for this address" in str(changed.missing_key)


def test_servers_of_an_old_home_are_added_once_and_by_consent(checkout: Path, shell: Shell) -> None:
    """Servers that an old home lists are shown with the key each would get, and added only if the user agrees."""
    home = checkout / ".hugginggpt"
    with foreign_server() as (url, received):
        list_server(home, url)
        unanswered = shell("models", "--take-over", "--home", str(home))
        assert unanswered.code == 2  # there is no terminal to ask at
        assert f"{url} for summarization, which gets your key OPENAI_API_KEY" in unanswered.out
        assert shell("models", "--take-over", "--yes", "--home", str(home)).code == 0
        typed = shell("run", "Summarise notes.txt", "--where", "endpoint", "--home", str(home))
        assert typed.code == 0, typed.err
        assert "is not used" not in typed.err
        assert any(KEY.encode() in each for each in received)
    assert shell("models", "--take-over", "--home", str(home)).code == 2


@pytest.mark.parametrize("part", ["hugginggpt.db", "hugginggpt.db-wal", "resources", "scratch"])
def test_a_part_of_a_home_that_is_a_link_is_refused(tmp_path: Path, part: str) -> None:
    """A home whose database or folders are links to other places is not written through them, nor adopted."""
    home, away = tmp_path / ".hugginggpt", tmp_path / "away"
    home.mkdir(mode=0o755)
    away.mkdir(mode=0o755)
    (home / part).symlink_to(away / "other.db" if "db" in part else away)
    for use in (lambda: prepare_home(home), lambda: adopt(home, tmp_path / "config")):
        with pytest.raises(StorageError, match="is a link"):
            use()
    assert list(away.iterdir()) == []
    assert away.stat().st_mode & 0o777 == home.stat().st_mode & 0o777 == 0o755


def test_adopting_a_folder_writes_over_nothing_that_it_links_to(tmp_path: Path) -> None:
    """`home --here` in a checked-out folder changes no file that a link in it leads to."""
    victim, home = tmp_path / "victim", tmp_path / ".hugginggpt"
    victim.write_text("precious")
    home.mkdir()
    for name in ("mark", *(f"mark.{pid}.new" for pid in (os.getpid(), os.getpid() + 1))):
        (home / name).symlink_to(victim)
    adopt(home, tmp_path / "config")
    assert victim.read_text() == "precious"
    assert not why_not(home, tmp_path / "config")


def test_a_list_that_can_t_be_read_stays_where_it_is(checkout: Path, shell: Shell) -> None:
    """`models --take-over` of a list that can't be read is an error, and changes nothing."""
    home = checkout / ".hugginggpt"
    (home / "endpoints.json").write_text("not json")
    typed = shell("models", "--take-over", "--yes", "--home", str(home))
    assert typed.code == 1
    assert "can't be read" in typed.err
    assert (home / "endpoints.json").read_text() == "not json"
