"""`GuardedFetcher`, the `Fetcher` port: checks the files and URLs that a request names, and reads them into the store."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from ...graph.advice import outputs, setting
from ...graph.call import Artifact
from ...graph.content_blocks import GivenFile
from ...graph.errors import InvalidInput, UnusableFile
from ...graph.homes import is_kept_in_a_home
from ...graph.media_types import suffix_of
from ...graph.mentions import Mention, kind_of_name
from ...graph.notices import notice
from ...graph.ports import Store
from ...graph.resource import Resource
from ...graph.settings import Settings
from ..media.container import sniff_media_type
from ..net.addresses import Address, is_public
from ..net.download import Unreachable, download, too_large
from .content_reader import ContentReader, ReadDocument
from .given_data import content_of
from .named_files import NamedFiles
from .regular_file import copy_of, open_regular
from .same_file import is_one_of, is_same_file, is_url

RECORDING, HEAD = 5, 65_536
"""How many times `max_file_bytes` a recording may have (eight hours at 16 kHz: 922 MB); bytes by which it is recognised."""


class GuardedFetcher:
    """The `Fetcher` port: stores what a path or URL contains, or raises `InvalidInput`. `allowed`: as in `download`."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        allowed: Callable[[Address], bool] = is_public,
        read: ReadDocument | None = None,
    ) -> None:
        """`read`: the text or table of a document, in another process; without it documents other than PDF are refused."""
        self._store = store
        self._settings = settings
        self._allowed = allowed
        self._contents = ContentReader(settings, read)

    async def fetch(self, name: str) -> Resource:
        """Read a path or URL into the store. Raises `InvalidInput`."""
        claimed = name
        if is_url(name):
            data, declared = await download(name, self._settings, self._allowed)
            if declared == "text/csv" and kind_of_name(name)[0] == "document":
                claimed = f"{name.partition('?')[0].rstrip('/')}.csv"
        elif await asyncio.to_thread(self._is_long_recording, name):
            return await self._long_recording(name)
        else:
            data = await asyncio.to_thread(self._read, name)
        content, kept = await self._contents.read(data, claimed, name)
        sha256, size = await self._store.put_bytes(kept, content.media_type)
        return Resource(
            kind=content.kind, media_type=content.media_type, sha256=sha256, size=size, text=content.text, name=name,
            caveat=content.note or None,
        )  # fmt: skip

    async def keep(self, given: GivenFile) -> Resource:
        """Store what a caller handed over as bytes, base64 or a data URL. Raises `InvalidInput`.

        Its name is the caller's; where there is none, its kind with the suffix of what it holds: `image.png`.
        """
        data, name = await asyncio.to_thread(content_of, given, self._settings.max_file_bytes)
        content, kept = await self._contents.read(data, name, name)
        sha256, size = await self._store.put_bytes(kept, content.media_type)
        return Resource(
            kind=content.kind, media_type=content.media_type, sha256=sha256, size=size, text=content.text,
            name=name if given.name else f"{content.kind}{suffix_of(content.media_type)}", caveat=content.note or None,
        )  # fmt: skip

    async def gather(self, text: str, files: Sequence[str | Resource]) -> Sequence[Resource]:
        """The attached `files` in their order, then those that `text` names; a file that is both is returned once.

        Files that are stored already are resources. A path or URL that is attached twice is taken once, with a notice.

        A folder or a pattern (`*.png`) stands for its files. A local file that does not exist becomes a missing
        resource, and so does a web page (a URL without a file's extension) that can't be reached: the text may only quote
        it. What exists and can't be used raises `InvalidInput`; among others that can, it becomes a missing resource with
        its problem, so that one damaged file of many stops only the tasks that need it.
        """
        found, unusable, attached = list[Resource](), list[UnusableFile](), list[str]()

        async def add(name: str, fetched: Awaitable[Resource]) -> None:
            try:
                found.append(await fetched)
            except UnusableFile as error:
                unusable.append(error)
                kind, media_type = kind_of_name(name)
                problem = f"{error.message} ({error.hint})" if error.hint else error.message
                found.append(Resource(kind=kind, media_type=media_type, name=name, problem=problem))

        named = NamedFiles(lambda name: self._resolve(name)[0])
        for file in files:
            if isinstance(file, Resource):
                found.append(file)
                continue
            for name in await asyncio.to_thread(named.attached, [file]):
                if await asyncio.to_thread(is_one_of, name, attached):
                    notice(f"{name} was given more than once, and is taken once")
                else:
                    attached.append(name)
                    await add(name, self.fetch(name))
        for mention in await asyncio.to_thread(named.in_text, text):
            if not await self._is_among(mention.name, found):
                await add(mention.name, self._fetch_mention(mention))
        if unusable and all(resource.missing for resource in found):
            raise unusable[0]
        for error in unusable:
            notice(error.message)
        return found

    async def _fetch_mention(self, mention: Mention) -> Resource:
        missing = Resource(kind=mention.kind, media_type=mention.media_type, name=mention.name)
        if not is_url(mention.name) and not await asyncio.to_thread(self._exists, mention.name):
            return missing
        try:
            return await self.fetch(mention.name)
        except Unreachable:
            if mention.media_type == "application/octet-stream":
                return missing
            raise

    async def _is_among(self, name: str, found: Sequence[Resource]) -> bool:
        return await asyncio.to_thread(lambda: any(is_same_file(name, other.name or "") for other in found))

    def _exists(self, name: str) -> bool:
        path, _ = self._resolve(name)  # raises outside the allowed folders
        return path.exists()

    def _resolve(self, name: str) -> tuple[Path, Path | None]:
        """The path without links, and its allowed folder (None: all are). Raises `InvalidInput` when none may read it."""
        if "://" in name:
            raise InvalidInput(f"{name} is neither a path nor an http or https URL")
        try:
            roots = self._roots()
            path = _found_in(roots or [], Path(name).expanduser())
            config = self._settings.config.expanduser().resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise InvalidInput(f"{name!r} is not a path that can be read: {error}") from None
        root = None if roots is None else _root_of(path, roots)
        if roots is not None and root is None:
            raise InvalidInput(
                f"{name} lies outside the folders that may be read",
                hint=f"These may: {', '.join(map(str, roots)) or 'none'}; more with {setting('file_roots', 'FOLDERS')}.",
            )
        if is_kept_in_a_home(path, self._settings.home) or path.is_relative_to(config):
            raise InvalidInput(
                f"{name} is among the files that HuggingGPT keeps for all runs, which no request may read",
                hint=f"Results of a conversation are known there by their names; copies of all: {outputs()}.",
            )
        if os.name == "posix" and path.parts[1:2] and path.parts[1] in _SYSTEM_FOLDERS:
            raise InvalidInput(f"{name} shows the state of the system or of a process, and is not read")
        return path, root

    def _roots(self) -> list[Path] | None:
        roots = self._settings.file_roots
        return None if roots is None else [root.expanduser().resolve() for root in roots]

    async def _long_recording(self, name: str) -> Resource:
        """Copy a recording or film that is larger than other files may be into the store, without holding it in memory."""
        async with self._store.scratch() as folder:
            copy = await asyncio.to_thread(self._copied, name, folder / "recording")
            with copy.open("rb") as file:
                content, _ = await self._contents.read(file.read(HEAD), name, name)
            made = Artifact(output="file", kind=content.kind, media_type=content.media_type, path=copy)
            kept = await self._store.adopt(made, name)
        return kept.model_copy(update={"name": name, "producer": None})

    def _is_long_recording(self, name: str) -> bool:
        path, _ = self._resolve(name)
        with suppress(OSError):  # `_read` says what is wrong with it
            if path.is_file() and path.stat().st_size > self._settings.max_file_bytes:
                with self._opened(name) as (file, _):
                    return bool(sniff_media_type(file.read(HEAD)))
        return False

    def _copied(self, name: str, copy: Path) -> Path:
        most = RECORDING * self._settings.max_file_bytes
        with self._opened(name) as (file, size):
            if size <= most:
                return copy_of(file, copy, most)
        raise too_large(name, size, most)

    def _read(self, name: str) -> bytes:
        """The bytes of a regular file, up to the limit."""
        limit = self._settings.max_file_bytes
        with self._opened(name) as (file, size):
            data = file.read(limit + 1)
        if len(data) > limit:
            raise too_large(name, max(size, len(data)), limit)
        return data

    def _opened(self, name: str) -> AbstractContextManager[tuple[BinaryIO, int]]:
        path, root = self._resolve(name)
        return open_regular(path, root, name, lambda: self._similar_names(path))

    def _similar_names(self, path: Path) -> str:
        roots = self._roots()
        if roots is not None and _root_of(path.parent, roots) is None:
            return ""
        try:
            names = {entry.name.casefold(): entry.name for entry in path.parent.iterdir()}
        except OSError:
            return f"There is no folder {path.parent}."
        similar = get_close_matches(path.name.casefold(), names, n=3)
        if not similar:
            return f"The folder is {path.parent}."
        return f"Similar names there: {', '.join(names[name] for name in similar)}."


_SYSTEM_FOLDERS = ("proc", "sys", "dev")
"""Top-level folders of the kernel: `/proc/self/environ` holds the keys, for instance."""


def _found_in(roots: Sequence[Path], path: Path) -> Path:
    """The path without links; a relative one that the working folder does not have, in the first root that has it."""
    whole = path.resolve()
    if not roots or path.is_absolute() or (whole.exists() and _root_of(whole, roots)):
        return whole
    places = ((root / path).resolve() for root in roots)
    return next((place for place in places if place.exists() and _root_of(place, roots)), whole)


def _root_of(path: Path, roots: Sequence[Path]) -> Path | None:
    return next((root for root in roots if path.is_relative_to(root)), None)
