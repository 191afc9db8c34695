"""Runs that come from elsewhere: `import` reads a zip of any content"""

import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from archives import made_archive, rewritten
from fences import Fence
from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.archive import MOST_ROWS, ROWS
from hugginggpt.checkpoints.archive_reading import read_archive
from hugginggpt.graph.errors import InvalidInput
from in_process import typed
from paths import ROOT
from scripting import CHAIN, OpenScripted

_ROW = "test_moved_runs.py::test_a_bad_archive_is_refused_before_anything_is_written"
_FILE = "checkpoints/archive_reading.py"
FENCES = (
    Fence(
        "an archive names its own files only",
        _FILE,
        "if not FILE.fullmatch(entry.filename):",
        "if False:",
        f"{_ROW}[path traversal]",
    ),
    Fence(
        "files of an archive do not grow",
        _FILE,
        "if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:",
        "if False:",
        f"{_ROW}[a compressed file]",
    ),
    Fence(
        "files of an archive have the content that their names say",
        _FILE,
        "!= _hash(file):",
        "== '':",
        f"{_ROW}[another content]",
    ),
    Fence(
        "an archive has no results for runs that are not in it",
        _FILE,
        '.partition(":")[0] != row["run_id"]',
        '.partition(":")[0] == ""',
        f"{_ROW}[rows of another run]",
    ),
    Fence(
        "no imported run is planned here",
        "checkpoints/archived_runs.py",
        "if run.status in RESUMABLE and",
        "if False and",
        "test_moved_runs.py::test_a_run_without_a_plan_is_not_moved",
    ),
    Fence(
        "what runs hold is text on their page",
        "apps/page/page.py",
        "autoescape=True",
        "autoescape=False",
        "../apps/test_page.py::test_hostile_text_in_every_field_is_only_text",
    ),
)


@pytest.fixture
async def archive(tmp_path: Path, home: Path, scripted: OpenScripted) -> Path:
    return await made_archive(tmp_path, home, scripted)


def with_manifest(**fields: Any) -> Callable[[Path], None]:
    def change(entries: dict[str, bytes]) -> None:
        entries["manifest.json"] = json.dumps(json.loads(entries["manifest.json"]) | fields).encode()

    return lambda archive: rewritten(archive, change)


def with_entry(name: str, data: bytes = b"x") -> Callable[[Path], None]:
    return lambda archive: rewritten(archive, lambda entries: entries.update({name: data}))


def with_rows(old: str, new: str) -> Callable[[Path], None]:
    def change(entries: dict[str, bytes]) -> None:
        assert old.encode() in entries["rows.jsonl"]
        entries["rows.jsonl"] = entries["rows.jsonl"].replace(old.encode(), new.encode())

    return lambda archive: rewritten(archive, change)


def without(name: str) -> Callable[[Path], None]:
    return lambda archive: rewritten(archive, lambda entries: entries.pop(name) and None)


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-200])


def flipped(part: str) -> Callable[[Path], None]:
    """One bit of an entry is another."""

    def flip(archive: Path) -> None:
        with zipfile.ZipFile(archive) as source:
            entry = next(entry for entry in source.infolist() if entry.filename.startswith(part))
        data = bytearray(archive.read_bytes())
        name, extra = struct.unpack("<HH", data[entry.header_offset + 26 : entry.header_offset + 30])
        data[entry.header_offset + 30 + name + extra + entry.compress_size // 2] ^= 1
        archive.write_bytes(data)

    return flip


def twice(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a") as target, pytest.warns(UserWarning, match="Duplicate"):
        target.writestr("rows.jsonl", b"")


def bomb(archive: Path) -> None:
    """300 MB of empty lines in 300 KB."""
    rewritten(archive, lambda e: e.update({"rows.jsonl": b"\n" * (MOST_ROWS + 1)}), compression=8, stored="res")


def checkpoints_bomb(archive: Path) -> None:
    import zstandard

    data = zstandard.ZstdCompressor().compress((1 << 30).to_bytes(4, "big") + bytes(64 << 20))
    rewritten(archive, lambda entries: entries.update({"checkpoints.bin.zst": data}))


def a_folder(archive: Path) -> None:
    archive.unlink()
    archive.mkdir()


def foreign(archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("holiday.txt", "sun")


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut off": (cut, "it is damaged, or not a whole zip file"),
    "no zip": (lambda archive: archive.write_bytes(b"PK is how it begins"), "it is damaged, or not a whole zip file"),
    "empty": (lambda archive: archive.write_bytes(b""), "it is damaged, or not a whole zip file"),
    "a folder": (a_folder, "it can't be read"),
    "missing": (lambda archive: archive.unlink(), "there is no file"),
    "foreign": (foreign, "was not made by"),
    "another manifest": (with_manifest(made_by="someone"), "was not made by"),
    "a newer archive": (with_manifest(format=99), "a newer HuggingGPT made it (format 99"),
    "a newer home": (with_manifest(database=99), "a newer HuggingGPT made it (database 99"),
    "a manifest without a hash": (with_manifest(version=None), "manifest.json"),
    "another run": (with_manifest(run_id="other"), "it lacks run other"),
    "damaged manifest": (flipped("manifest"), "damaged"),
    "damaged rows": (flipped("rows"), "damaged"),
    "damaged checkpoints": (flipped("checkpoints"), "damaged"),
    "damaged file": (flipped("resources"), "damaged"),
    "no rows": (without("rows.jsonl"), "it lacks rows.jsonl"),
    "no checkpoints": (without("checkpoints.bin.zst"), "it lacks checkpoints.bin.zst"),
    "path traversal": (with_entry("../../evil.txt"), "an entry that `hugginggpt export` does not make"),
    "path traversal inside": (with_entry("resources/../../evil.txt"), "an entry that `hugginggpt export` does not make"),
    "an absolute path": (with_entry("/etc/evil"), "an entry that `hugginggpt export` does not make"),
    "a folder of the home": (with_entry("hugginggpt.db"), "an entry that `hugginggpt export` does not make"),
    "another content": (with_entry(f"resources/ab/{'c' * 62}.txt"), "is damaged"),
    "an entry twice": (twice, "twice"),
    "a compressed file": (
        lambda archive: rewritten(archive, lambda e: None, compression=zipfile.ZIP_DEFLATED), "is compressed",
    ),
    "a bomb": (bomb, "is larger than"),
    "a bomb of checkpoints": (checkpoints_bomb, "checkpoints.bin.zst is"),
    "rows of another run": (with_rows('"epoch": "', '"epoch": "victim:'), "results of a run that is not in it"),
    "rows of another table": (with_rows('"table": "tasks"', '"table": "sqlite_master"'), "content is damaged"),
    "an unknown column": (with_rows('"status": "succeeded"', '"x) VALUES (1)--": 1'), "content is damaged"),
    "a result that is none": (with_rows('\\"task_id\\":', '\\"task_nr\\":'), "can't be read"),
    "checkpoints that are none": (with_entry("checkpoints.bin.zst", b"none"), "is damaged"),
}  # fmt: skip


@pytest.mark.parametrize(
    "bad", [pytest.param(bad, marks=pytest.mark.nightly if bad == "a bomb" else ()) for bad in BAD]
)
async def test_a_bad_archive_is_refused_before_anything_is_written(tmp_path: Path, archive: Path, bad: str) -> None:
    """A zip that is cut off, damaged, foreign, newer, a bomb, or that names files and rows of others, is refused whole."""
    spoil, words = BAD[bad]
    spoil(archive)
    new = tmp_path / "new"
    refused = await typed("import", archive, home=new)
    assert refused.exit_code == 2, refused.output
    assert words in refused.output
    assert "should not have happened" not in refused.output
    assert not new.exists()
    assert not list(tmp_path.rglob("evil*"))


def test_a_bit_that_flipped_anywhere_in_the_rows_is_found(tmp_path: Path) -> None:
    """What deflate can't read is damage too; where the same rows come out, none was done."""
    whole = (ROOT / "tests/checkpoints/archives/0.1.0-format-1.zip").read_bytes()
    path = tmp_path / "run.zip"
    path.write_bytes(whole)
    with zipfile.ZipFile(path) as source:
        entry = source.getinfo(ROWS)
    name, extra = struct.unpack("<HH", whole[entry.header_offset + 26 : entry.header_offset + 30])
    begin = entry.header_offset + 30 + name + extra
    for place in range(begin, begin + entry.compress_size, 5):
        path.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        with suppress(InvalidInput):
            assert read_archive(path, tmp_path).manifest.rows == sha256(zipfile.ZipFile(path).read(ROWS)).hexdigest()


async def test_a_run_without_a_plan_is_not_moved(
    tmp_path: Path, home: Path, scripted: OpenScripted, archive: Path
) -> None:
    """No run without a plan is exported or imported: its resume would read files of this machine by the names in it."""
    async with scripted(CHAIN) as world:
        (run_id,) = [run.run_id for run in await Session(world).history.runs()]
        await world.ledger.database.write(lambda db: db.execute("UPDATE runs SET status = 'interrupted'"))
        await world.ledger.database.write(lambda db: db.execute("DELETE FROM states"))
    refused = await typed("export", run_id, tmp_path / "x.zip", home=home)
    assert refused.exit_code == 2
    assert "has no checkpoint with its plan" in refused.output
    assert not (tmp_path / "x.zip").exists()
    with_rows('"status": "succeeded", "controller"', '"status": "interrupted", "controller"')(archive)
    rewritten(archive, lambda entries: entries.update({"checkpoints.bin.zst": b"\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00"}))
    refused = await typed("import", archive, home=tmp_path / "new")
    assert "has no checkpoint with its plan" in refused.output
    assert not (tmp_path / "new").exists()
