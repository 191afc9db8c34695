"""`write_archive`: writes a run with its conversation, rows, checkpoints and files, as one zip."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import ormsgpack
import zstandard

from ..graph.advice import command
from ..graph.errors import RunBusy, UsageError
from ..graph.homes import RESOURCES
from ..graph.new_file import new_file
from ..graph.resource import INLINE_LIMIT
from ..graph.stored import has_hash, open_stored
from .archive import CHECKPOINTS, LENGTH, MANIFEST, MOST_CHECKPOINTS, MOST_ROWS, ROWS, WINDOW, Manifest, Rows
from .archive_rows import line_of, rows_of
from .archived_runs import check_runs
from .format import FORMAT
from .row_connection import RowConnection
from .stored_files import hashes_in, stored_files
from .thread_states import saved_states, saved_writes


class Contents(NamedTuple):
    """What goes into an archive, but for the files."""

    rows: bytes
    """JSON lines."""
    checkpoints: bytes
    """Compressed."""
    runs: int
    hashes: set[str]
    """Of files that rows or checkpoints name; and of some data that has none."""
    needed: set[str]
    """Of files without which a row is not whole."""


class Written(NamedTuple):
    """What an archive holds."""

    runs: int
    files: int
    size: int
    """Bytes of the archive."""
    missing: tuple[str, ...]
    """Hashes of files that are not in the home any more, or were changed there."""


def contents_of(db: RowConnection, run_id: str, thread_id: str, home: Path) -> Contents:
    """What a run that no process works on needs elsewhere. Raises `RunBusy`, `UsageError`."""
    db.execute("SAVEPOINT archive")  # of one moment: another process may write
    try:
        run_ids = line_of(db, thread_id)
        rows = rows_of(db, run_ids)
        for row in rows["runs"]:
            if row["status"] in ("running", "cancelling"):
                name = row["run_id"]
                raise RunBusy(
                    f"run {name} is {row['status']}; it can be moved once it has stopped",
                    hint=f"wait for it, or end it: {command(f'cancel {name}')}",
                )
        check_runs(db, rows, thread_id, home)
        return _packed(db, rows, thread_id)
    finally:
        db.execute("RELEASE archive")


def _packed(db: RowConnection, rows: Rows, thread_id: str) -> Contents:
    lines = [
        json.dumps({"table": table, "row": row}, ensure_ascii=False) + "\n"
        for table, of_table in rows.items()
        for row in of_table
    ]
    text = "".join(lines).encode("utf-8", "surrogatepass")
    hashes, needed, length = hashes_in(text), set[str](), 0
    for row in rows["resources"]:
        if row["sha256"] and (row["text"] is None or row["size"] > INLINE_LIMIT):
            needed.add(row["sha256"])
    packed = io.BytesIO()
    options = zstandard.ZstdCompressionParameters.from_level(9, window_log=WINDOW.bit_length() - 1, enable_ldm=True)
    with zstandard.ZstdCompressor(compression_params=options).stream_writer(packed, closefd=False) as stream:
        for each in _saved(db, thread_id):
            hashes |= hashes_in(each)
            length += stream.write(len(each).to_bytes(LENGTH, "big")) + stream.write(each)
    if len(text) > MOST_ROWS or length > MOST_CHECKPOINTS:
        raise UsageError(
            f"conversation {thread_id} is too large to be moved as one archive", hint="copy the home as a whole"
        )
    return Contents(text, packed.getvalue(), len(rows["runs"]), hashes, needed)


def _saved(db: RowConnection, thread_id: str) -> Iterable[bytes]:
    for state in saved_states(db, thread_id):
        yield ormsgpack.packb(["state", *state[1:]])
    for namespace, checkpoint_id, writes in saved_writes(db, thread_id):
        yield ormsgpack.packb(["writes", namespace, checkpoint_id, [list(write) for write in writes]])


def write_archive(contents: Contents, run_id: str, thread_id: str, version: str, home: Path, out: Path) -> Written:
    """Write it under the name `out`, which must be free. Raises `StorageError`; then nothing is left of it."""
    found, missing = _files(home, contents)
    manifest = Manifest(
        database=FORMAT,
        version=version,
        run_id=run_id,
        thread_id=thread_id,
        rows=hashlib.sha256(contents.rows).hexdigest(),
        checkpoints=hashlib.sha256(contents.checkpoints).hexdigest(),
        missing=missing,
    )
    with new_file(out) as draft, zipfile.ZipFile(draft, "x", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        archive.writestr(ROWS, contents.rows, zipfile.ZIP_DEFLATED)
        archive.writestr(CHECKPOINTS, contents.checkpoints)
        for name, file in found.items():
            with open_stored(file) as source, archive.open(_entry(name, file), "w", force_zip64=True) as target:
                while piece := source.read(1 << 20):
                    target.write(piece)
    return Written(contents.runs, len(found), out.stat().st_size, missing)


def _entry(name: str, file: Path) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
    entry.external_attr = 0o600 << 16
    return entry


def _files(home: Path, contents: Contents) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The stored files by their names in an archive, and the hashes of those that are needed and not there."""
    try:
        stored = stored_files(home, contents.hashes)
    except FileNotFoundError:
        stored = {}
    whole = {
        f"{RESOURCES}/{file.parent.name}/{file.name}": (sha256, file)
        for sha256, files in sorted(stored.items())
        for file in files
        if _is_whole(file, sha256)
    }
    there = {sha256 for sha256, _ in whole.values()}
    return {name: file for name, (_, file) in whole.items()}, tuple(sorted(contents.needed - there))


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        return has_hash(file, sha256)
    except OSError:
        return False
