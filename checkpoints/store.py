"""The store: files by the hash of their content, under `resources/ab/cdef....png`.

A file appears under its name only when it is whole: it is written under `scratch/` on the same disk,
flushed, and renamed.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from ..graph.call import Artifact
from ..graph.errors import ExpertError, StorageError
from ..graph.homes import RESOURCES, SCRATCH
from ..graph.redactor import Redactor
from ..graph.resource import INLINE_LIMIT, Resource
from ..graph.stored import has_hash

_SUFFIX: Final = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/flac": ".flac",
    "audio/x-flac": ".flac",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}


def suffix_of(media_type: str) -> str:
    """The file name's ending for a media type, so that other programs open it."""
    return _SUFFIX.get(media_type, ".bin")


def is_text(media_type: str) -> bool:
    """Whether content of that type is text, which can be searched for secrets."""
    return media_type.startswith("text/") or media_type.endswith(("json", "xml", "yaml", "x-subrip", "x-tex"))


class FileStore:
    """The store in a home folder (see `home.py`). Texts are kept without secrets."""

    def __init__(self, home: Path, redact: Redactor | None = None) -> None:
        self._redact = redact or Redactor()
        self._resources = home / RESOURCES
        self._scratch = home / SCRATCH

    def path(self, resource: Resource) -> Path:
        """Where the bytes of a resource are."""
        if resource.sha256 is None:
            raise StorageError(f"{resource.label} has no content: it was named, but is not there")
        return self._path(resource.sha256, resource.media_type)

    def _path(self, sha256: str, media_type: str) -> Path:
        return self._resources / sha256[:2] / (sha256[2:] + suffix_of(media_type))

    async def put_bytes(self, data: bytes, media_type: str) -> tuple[str, int]:
        """Keep bytes; gives sha256 and size."""
        return await asyncio.to_thread(self._put_bytes, data, media_type), len(data)

    async def put_text(self, text: str, *, producer: str | None = None) -> Resource:
        """Keep text as a resource."""
        return await self._text(text, Artifact(output="text", kind="text", media_type="text/plain"), producer)

    async def adopt(self, artifact: Artifact, producer: str) -> Resource:
        """Keep what an expert made; raises `ExpertError` when it is empty."""
        if artifact.text is not None:
            return await self._text(artifact.text, artifact, producer)
        size = await asyncio.to_thread(_size, artifact.path)
        if artifact.path is None or not size:
            raise ExpertError(f"the expert gave an empty {artifact.kind} as {artifact.output}")
        sha256 = await asyncio.to_thread(self._move_in, artifact.path, artifact.media_type)
        return Resource(kind=artifact.kind, media_type=artifact.media_type, sha256=sha256, size=size, producer=producer)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """A new empty folder on the same disk, gone at the end."""
        folder = self._scratch / uuid4().hex
        try:
            await asyncio.to_thread(folder.mkdir, mode=0o700)
        except OSError as error:
            raise _disk(error) from error
        try:
            yield folder
        finally:
            await asyncio.to_thread(_remove, folder)

    async def _text(self, text: str, like: Artifact, producer: str | None) -> Resource:
        return await asyncio.to_thread(self._put_text, text, like, producer)

    def _put_text(self, text: str, like: Artifact, producer: str | None) -> Resource:
        clean = self._redact.text(text).encode("utf-8", "replace")  # lone surrogates can't be stored as UTF-8
        sha256, size = self._put_bytes(clean, like.media_type), len(clean)
        inline = clean.decode("utf-8") if size <= INLINE_LIMIT else None
        return Resource(
            kind=like.kind, media_type=like.media_type, sha256=sha256, size=size, text=inline, producer=producer
        )

    def _put_bytes(self, data: bytes, media_type: str) -> str:
        if is_text(media_type):
            data = self._redact.data(data)  # as long as it was
        sha256 = hashlib.sha256(data).hexdigest()
        target = self._path(sha256, media_type)
        if not _holds(target, sha256):
            draft = self._scratch / f"{sha256}.{uuid4().hex}"
            try:
                with draft.open("wb") as file:
                    file.write(data)
                self._publish(draft, target)
            except OSError as error:
                draft.unlink(missing_ok=True)
                raise _disk(error) from error
        return sha256

    def _move_in(self, draft: Path, media_type: str) -> str:
        try:
            if is_text(media_type) and (clean := self._redact.data(held := draft.read_bytes())) != held:
                draft.write_bytes(clean)
            with draft.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            self._publish(draft, self._path(sha256, media_type))
        except OSError as error:
            raise _disk(error) from error
        return sha256

    def _publish(self, draft: Path, target: Path) -> None:
        """Give a whole file its name: on disk before the ledger may speak of it."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if draft.stat().st_size > INLINE_LIMIT:  # what is shorter is in the ledger's row, if it is text
            with draft.open("rb") as file:
                os.fsync(file.fileno())
        draft.chmod(0o600)
        draft.replace(target)


def _holds(target: Path, sha256: str) -> bool:
    """Whether it is kept already, and is still what its name says; if not, it is written again."""
    try:
        return has_hash(target, sha256)
    except OSError:
        return False


def _size(file: Path | None) -> int:
    """Bytes of a regular file; 0 where there is none."""
    return file.stat().st_size if file and file.is_file() and not file.is_symlink() else 0


def _remove(folder: Path) -> None:
    """Nearly always empty by now: what was made has been moved out."""
    try:
        folder.rmdir()
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def _disk(error: OSError) -> StorageError:
    return StorageError(
        f"a file can't be kept: {error.strerror or error}",
        hint="make room or name another home with --home; the run can be resumed, what is recorded is kept",
    )
