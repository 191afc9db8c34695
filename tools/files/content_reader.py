"""`ContentReader`: what the bytes of a given file hold, and the bytes to keep: documents are read in another process."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from ...graph.errors import ExpertError, InvalidInput, UnusableFile
from ...graph.resource import INLINE_LIMIT, MOST_TEXT, Kind
from ...graph.settings import Settings
from ..content import Content, identify


class Document(Protocol):
    """What was read of a document."""

    @property
    def data(self) -> bytes: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def media_type(self) -> str: ...
    @property
    def note(self) -> str: ...


ReadDocument = Callable[[bytes, str, str], Document]
"""From bytes, media type and the name of the file; blocks. Raises `ExpertError`."""


class ContentReader:
    """`read` gives the content of files; `documents` reads those that are no PDF, which are refused without it."""

    def __init__(self, settings: Settings, documents: ReadDocument | None) -> None:
        self._settings, self._documents = settings, documents

    async def read(self, data: bytes, claimed: str, name: str) -> tuple[Content, bytes]:
        """What a file holds, and the bytes to keep. `claimed`: its name, or one with a better suffix. `UnusableFile`."""
        label = name.rstrip("/").rsplit("/", 1)[-1]
        try:
            content = await asyncio.to_thread(identify, data, claimed, self._settings)
            if content.unread:
                content = await asyncio.to_thread(self._document, data, content.media_type, label)
        except InvalidInput as error:
            raise UnusableFile(error.message, hint=error.hint) from None
        return content, data if content.data is None else content.data

    def _document(self, data: bytes, media_type: str, label: str) -> Content:
        if self._documents is None:
            raise UnusableFile(f"{label} can't be read here", hint="Save it as plain text.")
        try:
            found = self._documents(data, media_type, label)
        except ExpertError as error:
            raise UnusableFile(error.message, hint=error.hint) from None
        if len(found.data) > MOST_TEXT:
            raise UnusableFile(
                f"{label} holds {len(found.data):,} bytes of text; {MOST_TEXT:,} are read at most",
                hint="Cut it into parts.",
            )
        inline = found.data.decode() if len(found.data) <= INLINE_LIMIT else None
        note = f"{label}: {found.note}" if found.note else ""
        return Content(found.kind, found.media_type, inline, found.data, note=note)
