"""`read_archive`: an archive as a database in memory and a list of files, after all was checked; nothing is written."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from sqlite3 import Error
from typing import Any, BinaryIO, NamedTuple

import ormsgpack
import zstandard
from pydantic import ValidationError

from ..graph.errors import HuggingGPTError, InvalidInput
from ..graph.untrusted_json import read_untrusted_json
from .archive import (
    ARCHIVE_FORMAT,
    CHECKPOINTS,
    FILE,
    LENGTH,
    MANIFEST,
    MOST_CHECKPOINTS,
    MOST_MANIFEST,
    MOST_ROWS,
    ROWS,
    WINDOW,
    Manifest,
    Rows,
    unusable,
)  # fmt: skip
from .archive_rows import OF_THE_PROCESS, TABLES, insert_rows
from .archived_runs import check_runs
from .format import FORMAT
from .reading import empty_copy
from .row_connection import RowConnection
from .state_rows import SavedState, SavedWrite
from .thread_states import save_whole, save_whole_writes

_UPGRADE = "nothing was changed; upgrade hugginggpt here, and import it again"


_OF_ANY_CONTENT = (
    Error, zlib.error, zstandard.ZstdError, ValueError, TypeError, LookupError, RuntimeError, EOFError, MemoryError,
)  # fmt: skip
"""What a file of any content can cause."""


class Archive(NamedTuple):
    """An archive whose content is whole."""

    path: Path
    manifest: Manifest
    rows: Rows
    db: RowConnection
    """Its rows and checkpoints, in memory."""
    files: tuple[str, ...]
    """Names of its files; the content of each has the hash in its name."""


def read_archive(path: Path, home: Path) -> Archive:
    """Raises `InvalidInput` for what is damaged, cut off, of a newer version, or was not made by `export`."""
    name = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(name, archive)
            files = _file_names(name, archive)
            rows = _rows(name, _part(name, archive, ROWS, MOST_ROWS, manifest.rows), manifest)
            db = empty_copy()
            insert_rows(db, rows)
            _read_checkpoints(
                name, _part(name, archive, CHECKPOINTS, MOST_CHECKPOINTS, manifest.checkpoints), manifest, db
            )
            check_runs(db, rows, manifest.thread_id, home)
            for file in files:
                with archive.open(file) as content:
                    if hashlib.file_digest(content, "sha256").hexdigest() != _hash(file):  # type: ignore[arg-type]
                        raise unusable(name, f"its file {file} is damaged")
    except FileNotFoundError:
        raise InvalidInput(f"there is no file {name}", hint="`hugginggpt export RUN out.zip` makes one") from None
    except zipfile.BadZipFile as error:
        raise unusable(name, f"it is damaged, or not a whole zip file ({error})") from None
    except OSError as error:
        raise unusable(name, f"it can't be read ({error.strerror or error})") from None
    except InvalidInput:
        raise
    except HuggingGPTError as error:  # of a run in it
        raise unusable(name, error.message) from None
    except _OF_ANY_CONTENT as error:
        raise unusable(name, f"its content is damaged ({' '.join(str(error).split())[:120]})") from None
    return Archive(path, manifest, rows, db, files)


def _hash(file: str) -> str:
    found = FILE.fullmatch(file)
    return found["folder"] + found["rest"] if found else ""


def _manifest(name: str, archive: zipfile.ZipFile) -> Manifest:
    foreign = unusable(name, "it was not made by `hugginggpt export`", "nothing was changed")
    try:
        fields = read_untrusted_json(_read(name, archive, MANIFEST, MOST_MANIFEST))
    except (KeyError, ValueError):
        raise foreign from None
    if not isinstance(fields, dict) or fields.get("made_by") != "hugginggpt export":
        raise foreign
    for what, known in (("format", ARCHIVE_FORMAT), ("database", FORMAT)):
        if isinstance(found := fields.get(what), int) and found > known:
            raise unusable(name, f"a newer HuggingGPT made it ({what} {found}, this one knows {known})", _UPGRADE)
    try:
        return Manifest.model_validate(fields)
    except ValidationError:
        raise unusable(name, f"its {MANIFEST} is damaged") from None


def _file_names(name: str, archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The names of its files, after the names and sizes of all entries were checked."""
    known, files = set[str](), list[str]()
    for entry in archive.infolist():
        if entry.filename in known:
            raise unusable(name, f"it has {entry.filename} twice")
        known.add(entry.filename)
        if entry.flag_bits & 0x1:
            raise unusable(name, "it is encrypted")
        if entry.filename in (MANIFEST, ROWS, CHECKPOINTS):
            continue
        if not FILE.fullmatch(entry.filename):
            raise unusable(name, f"it has an entry that `hugginggpt export` does not make: {entry.filename[:80]!r}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise unusable(name, f"its file {entry.filename} is compressed, which `hugginggpt export` never does")
        files.append(entry.filename)
    return tuple(files)


def _read(name: str, archive: zipfile.ZipFile, entry: str, most: int) -> bytes:
    """An entry of at most so many bytes, whatever its size is said to be."""
    with archive.open(entry) as content:
        data = content.read(most + 1)
    if len(data) > most:
        raise unusable(name, f"its {entry} is larger than {most >> 10} KiB")
    return data


def _part(name: str, archive: zipfile.ZipFile, entry: str, most: int, sha256: str) -> bytes:
    try:
        data = _read(name, archive, entry, most)
    except KeyError:
        raise unusable(name, f"it lacks {entry}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise unusable(name, f"its {entry} is damaged")
    return data


def _rows(name: str, data: bytes, manifest: Manifest) -> Rows:
    rows: Rows = {table: [] for table in TABLES}
    for line in data.splitlines():
        each = read_untrusted_json(line)
        rows[each["table"]].append(dict(each["row"]))
    runs = {row["run_id"]: row["thread_id"] for row in rows["runs"]}
    if runs.get(manifest.run_id) != manifest.thread_id:
        raise unusable(name, f"it lacks run {manifest.run_id}")
    if any(row["run_id"] not in runs for table in TABLES for row in rows[table]):
        raise unusable(name, "it has rows of a run that is not in it")
    if any(
        (row.get("epoch") or row["run_id"]).partition(":")[0] != row["run_id"] for each in rows.values() for row in each
    ):
        raise unusable(name, "it has results of a run that is not in it")
    for row in rows["resources"]:
        row["thread_id"] = runs[row["run_id"]]
    for row in rows["runs"]:
        if row["status"] in ("running", "cancelling") or any(row.get(name) for name in OF_THE_PROCESS):
            raise unusable(name, f"run {row['run_id']} in it is worked on")
    return rows


def _read_checkpoints(name: str, data: bytes, manifest: Manifest, db: RowConnection) -> None:
    """Into the database in memory, one at a time."""
    with zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(io.BytesIO(data)) as stream:
        for fields in _unpacked(name, stream):
            match fields:
                case ["state", str(), str(), str() | None, str(), bytes(), str()]:
                    save_whole(db, SavedState(manifest.thread_id, *fields[1:]))
                case ["writes", str() as namespace, str() as checkpoint_id, list() as writes]:
                    whole = [SavedWrite(*write) for write in writes]
                    save_whole_writes(db, manifest.thread_id, namespace, checkpoint_id, whole)
                case _:
                    raise unusable(name, f"its {CHECKPOINTS} is damaged")


def _unpacked(name: str, stream: BinaryIO) -> Iterator[list[Any]]:
    left = MOST_CHECKPOINTS
    while head := stream.read(LENGTH):
        length = int.from_bytes(head, "big")
        left -= LENGTH + length
        if left < 0:
            raise unusable(name, f"its {CHECKPOINTS} is larger than {MOST_CHECKPOINTS >> 20} MiB")
        if len(packed := stream.read(length)) != length:
            raise unusable(name, f"its {CHECKPOINTS} is damaged")
        yield ormsgpack.unpackb(packed)
