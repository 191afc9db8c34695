"""`FileStore`: content in files named by its hash, under `resources/ab/cdef....png`.

A file gets its name only when it is complete: it is written under `scratch/` on the same disk, flushed, and renamed.
Earlier versions stored most media types with the suffix `.bin`; those files are found and used too.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from ..graph.call import Artifact
from ..graph.errors import ExpertError, StorageError
from ..graph.homes import RESOURCES, SCRATCH
from ..graph.media_types import OTHER_SUFFIX, is_text, suffix_of
from ..graph.redactor import Redactor
from ..graph.resource import INLINE_LIMIT, Resource
from ..graph.stored import has_hash
from .home import prepare_home


class FileStore:
    """The store in a home folder (see `home.py`). Secrets are removed from texts."""

    def __init__(self, home: Path, redact: Redactor | None = None) -> None:
        self._redact = redact or Redactor()
        self._home = home
        self._resources = home / RESOURCES
        self._resources_text = str(
            self._resources
        )  # a run of 1,000 tasks has 1,000 paths: joined they take half as long
        self._scratch = home / SCRATCH
        self._scratch_text = f"{self._scratch}/{uuid4().hex}."
        self._folders = count()  # random numbers for each would wait for the interpreter's lock, which others hold
        self._earlier = _stored_earlier(self._resources)

    def path(self, resource: Resource) -> Path:
        """The file that holds the bytes of a resource."""
        if resource.sha256 is None:
            raise StorageError(f"{resource.label} has no content: it is named in the request, but was not found")
        return self._path(resource.sha256, resource.media_type)

    def _path(self, sha256: str, media_type: str) -> Path:
        name, earlier = sha256[2:] + suffix_of(media_type), sha256[2:] + OTHER_SUFFIX
        is_earlier = earlier in self._earlier and name not in self._earlier
        return Path(f"{self._resources_text}/{sha256[:2]}/{earlier if is_earlier else name}")

    async def put_bytes(self, data: bytes, media_type: str) -> tuple[str, int]:
        """Store bytes; returns sha256 and size."""
        return await asyncio.to_thread(self._put_bytes, data, media_type), len(data)

    async def put_text(self, text: str, *, producer: str | None = None) -> Resource:
        """Text as a resource. A short one without producer, which stands in the plan, gets no file of its own."""
        plain = Artifact(output="text", kind="text", media_type="text/plain")
        if producer is None and len(text) <= INLINE_LIMIT and len(clean := self._clean(text)) <= INLINE_LIMIT:
            return _resource(clean, hashlib.sha256(clean).hexdigest(), plain, None)
        return await asyncio.to_thread(self._put_text, text, plain, producer)

    async def adopt(self, artifact: Artifact, producer: str) -> Resource:
        """Store an expert's output; raises `ExpertError` when it is empty."""
        if artifact.text is not None:
            return await asyncio.to_thread(self._put_text, artifact.text, artifact, producer)
        size = await asyncio.to_thread(_size, artifact.path)
        if artifact.path is None or not size:
            raise ExpertError(f"the expert returned an empty {artifact.kind} as {artifact.output}")
        sha256 = await asyncio.to_thread(self._move_in, artifact.path, artifact.media_type)
        return Resource(kind=artifact.kind, media_type=artifact.media_type, sha256=sha256, size=size, producer=producer)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """A new empty folder on the same disk, removed at the end."""
        folder = self.unused_folder()
        try:
            await asyncio.to_thread(self._make, folder)
        except OSError as error:
            raise StorageError.of(error) from error
        try:
            yield folder
        finally:
            await self.remove_folder(folder)

    def unused_folder(self) -> Path:
        """A name for a folder on the same disk, which is not made yet."""
        return Path(f"{self._scratch_text}{os.getpid()}.{next(self._folders)}")

    async def remove_folder(self, folder: Path) -> None:
        """Remove it with its content."""
        await asyncio.to_thread(_remove, folder)

    def _clean(self, text: str) -> bytes:
        return self._redact.text(text).encode("utf-8", "replace")  # lone surrogates can't be stored as UTF-8

    def _put_text(self, text: str, like: Artifact, producer: str | None) -> Resource:
        clean = self._clean(text)
        return _resource(clean, self._put_bytes(clean, like.media_type), like, producer)

    def _put_bytes(self, data: bytes, media_type: str) -> str:
        if is_text(media_type):
            data = self._redact.data(data)  # keeps the length
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._path(sha256, media_type)
        draft = self._scratch / f"{sha256}.{uuid4().hex}"
        try:
            if not (_holds(target, sha256) and _touched(target)):
                self._write(draft, data)
                _give_name(draft, target)
        except OSError as error:
            with suppress(OSError):  # what made writing fail may forbid this too
                draft.unlink()
            raise StorageError.of(error) from error
        return sha256

    def _write(self, draft: Path, data: bytes) -> None:
        try:
            file = _new_file(draft)
        except (FileNotFoundError, NotADirectoryError):  # a new home, whose first thing may be a file
            prepare_home(self._home)
            file = _new_file(draft)
        with file:
            file.write(data)
            _flush(file)

    def _move_in(self, draft: Path, media_type: str) -> str:
        try:
            if is_text(media_type) and (clean := self._redact.data(held := draft.read_bytes())) != held:
                draft.write_bytes(clean)
            with draft.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                _flush(file)
            draft.chmod(0o600)
            os.utime(draft)
            _give_name(draft, self._path(sha256, media_type))
        except OSError as error:
            raise StorageError.of(error) from error
        return sha256

    def _make(self, folder: Path) -> None:
        """A folder of the home, which is made too where it is new."""
        if not self._scratch.is_dir():
            prepare_home(self._home)
        folder.mkdir(exist_ok=True, mode=0o700)


def _new_file(path: Path) -> BinaryIO:
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _flush(file: BinaryIO) -> None:
    """A file is on disk before the ledger refers to it; a shorter text is in the ledger's row too."""
    if file.tell() > INLINE_LIMIT:
        file.flush()
        os.fsync(file.fileno())


def _give_name(draft: Path, target: Path) -> None:
    """Rename a complete file."""
    try:
        draft.replace(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.replace(target)


def _stored_earlier(resources: Path) -> frozenset[str]:
    """The names of files under the suffix of earlier versions, and of others with the same content.

    Read once, when a home is opened: `FileStore.path` is called in event loops, which must not wait for a disk.
    """
    names = [name for _, _, files in os.walk(resources) for name in files]
    earlier = {name.removesuffix(OTHER_SUFFIX) for name in names if name.endswith(OTHER_SUFFIX)}
    return frozenset(name for name in names if name.rpartition(".")[0] in earlier) if earlier else frozenset()


def _holds(target: Path, sha256: str) -> bool:
    """Whether the file exists and still has the content that its name claims; if not, it is written again."""
    try:
        return has_hash(target, sha256)
    except OSError:
        return False


def _touched(target: Path) -> bool:
    """Set the time of change, which keeps the file from being removed before its row is there (`deletion.py`)."""
    try:
        os.utime(target)
    except FileNotFoundError:
        return False
    return True


def _size(file: Path | None) -> int:
    return file.stat().st_size if file and file.is_file() and not file.is_symlink() else 0


def _remove(folder: Path) -> None:
    try:
        folder.rmdir()  # nearly always empty by now: outputs were moved to the store
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def _resource(data: bytes, sha256: str, like: Artifact, producer: str | None) -> Resource:
    text = data.decode("utf-8") if len(data) <= INLINE_LIMIT else None
    return Resource(
        kind=like.kind, media_type=like.media_type, sha256=sha256, size=len(data), text=text, producer=producer
    )
