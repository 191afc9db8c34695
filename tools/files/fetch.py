"""Fetch: guarded reading of the files and URLs that a request names."""

import asyncio
import os
import stat
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ...graph.errors import InvalidInput
from ...graph.homes import is_kept_in_a_home
from ...graph.mentions import Mention, kind_of_name, mentions
from ...graph.ports import Store
from ...graph.resource import Resource
from ...graph.settings import Settings
from ..content import identify
from ..net.addresses import Address, is_public
from ..net.download import Unreachable, download, too_large
from .safe_open import open_beneath


class GuardedFetcher:
    """The `Fetcher` port: what a name leads to goes into the store, or `InvalidInput` says why it can't.

    `allowed` judges the addresses that URLs lead to; see `download`.
    """

    def __init__(self, store: Store, settings: Settings, *, allowed: Callable[[Address], bool] = is_public) -> None:
        self._store = store
        self._settings = settings
        self._allowed = allowed

    async def fetch(self, name: str) -> Resource:
        """Read a path or URL into the store; raises `InvalidInput`."""
        claimed = name
        if is_url(name):
            data, served = await download(name, self._settings, self._allowed)
            if served == "text/csv" and kind_of_name(name)[0] == "document":
                claimed = f"{name.partition('?')[0].rstrip('/')}.csv"
        else:
            data = await asyncio.to_thread(self._read, name)
        content = await asyncio.to_thread(identify, data, claimed, self._settings)
        sha256, size = await self._store.put_bytes(data, content.media_type)
        return Resource(
            kind=content.kind, media_type=content.media_type, sha256=sha256, size=size, text=content.text, name=name
        )

    async def gather(self, text: str, files: Sequence[str]) -> Sequence[Resource]:
        """The attached `files`, then what `text` names: a file that is attached and named comes once.

        A local file that is not there becomes a missing resource, and so does a web page (a URL without a file's
        extension) that can't be reached: the text may quote it only. What is there and can't be used raises.
        """
        found: list[Resource] = []
        for name in files:
            if not await self._known(name, found):
                found.append(await self.fetch(name))
        for mention in mentions(text):
            if not await self._known(mention.name, found):
                found.append(await self._fetch_mention(mention))
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

    async def _known(self, name: str, found: Sequence[Resource]) -> bool:
        return await asyncio.to_thread(lambda: any(_same(name, other.name or "") for other in found))

    def _exists(self, name: str) -> bool:
        """Whether there is something to read; what lies outside the allowed folders counts, so that it is refused."""
        path, _ = self._place_of(name)
        return path.exists()

    def _place_of(self, name: str) -> tuple[Path, Path | None]:
        """The path without symbolic links, and the folder that it must lie in (None: anywhere), of one look at both.

        Raises `InvalidInput` when no request may read it.
        """
        if "://" in name:
            raise InvalidInput(f"{name} is neither a path nor an http or https URL")
        try:
            path = Path(name).expanduser().resolve()
            roots = self._roots()
            config = self._settings.config.expanduser().resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise InvalidInput(f"{name!r} is not a path that can be read: {error}") from None
        root = None if roots is None else _root_of(path, roots)
        if roots is not None and root is None:
            raise InvalidInput(
                f"{name} lies outside the folders that may be read",
                hint=f"These may: {', '.join(map(str, roots)) or 'none'}.",
            )
        if is_kept_in_a_home(path, self._settings.home) or path.is_relative_to(config):
            raise InvalidInput(
                f"{name} is of what HuggingGPT keeps for all runs, which no request may read",
                hint="What was made in a conversation is known there by its name; copies for other uses: --out DIR.",
            )
        if os.name == "posix" and path.parts[1:2] and path.parts[1] in _OF_THE_SYSTEM:
            raise InvalidInput(f"{name} shows the state of the system or of a process, and is not read")
        return path, root

    def _roots(self) -> list[Path] | None:
        roots = self._settings.file_roots
        return None if roots is None else [root.expanduser().resolve() for root in roots]

    def _read(self, name: str) -> bytes:
        """The bytes of a regular file, as far as the limit. Opens nothing that could make it wait (FIFO, device)."""
        (path, root), limit = self._place_of(name), self._settings.max_file_bytes
        try:
            _refuse_special(name, path.stat())
            handle = open_beneath(path, root)
            with os.fdopen(handle, "rb") as file:
                status = os.fstat(handle)
                _refuse_special(name, status)
                data = file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise InvalidInput(f"there is no file {name}", hint=self._near(path)) from None
        except PermissionError:
            raise InvalidInput(f"{name} can't be read: permission denied", hint=f"Try: chmod u+r {path}") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise InvalidInput(f"{name} can't be read: {reason or error}") from None
        if len(data) > limit:
            raise too_large(name, max(status.st_size, len(data)), limit)
        return data

    def _near(self, path: Path) -> str:
        """Files beside the missing one whose names are like it."""
        roots = self._roots()
        if roots is not None and _root_of(path.parent, roots) is None:
            return ""
        try:
            names = {entry.name.casefold(): entry.name for entry in path.parent.iterdir()}
        except OSError:
            return f"There is no folder {path.parent}."
        near = get_close_matches(path.name.casefold(), names, n=3)
        if not near:
            return f"It was looked for in {path.parent}."
        return f"Near it: {', '.join(names[name] for name in near)}."


_OF_THE_SYSTEM = ("proc", "sys", "dev")
"""Folders at the top whose files are no files: `/proc/self/environ` holds the keys."""


def _root_of(path: Path, roots: Sequence[Path]) -> Path | None:
    """The folder that a path lies in, of those that may be read."""
    return next((root for root in roots if path.is_relative_to(root)), None)


def is_url(name: str) -> bool:
    """Whether `name` is read over the network."""
    return name.lower().startswith(("http://", "https://"))


def _refuse_special(name: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise InvalidInput(f"{name} is a folder", hint="Name the files in it one by one.")
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{name} is not a regular file (a pipe, socket or device)")


def _same(name: str, other: str) -> bool:
    """Whether two names mean one file: equal, one the end of the other, or one file on disk."""
    mine, theirs = _parts(name), _parts(other)
    shorter = min(len(mine), len(theirs))
    if shorter == 0 or mine[-1] != theirs[-1]:
        return False
    if name == other or (len(mine) <= len(theirs) and mine == theirs[-len(mine) :]):
        return True
    if is_url(name) or is_url(other):
        return False
    here, there = Path(name).expanduser(), Path(other).expanduser()
    if here.exists() and there.exists():
        return here.samefile(there)
    return mine[-shorter:] == theirs[-shorter:]


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a path or of a URL's path, without leading dots and slashes."""
    try:
        path = unquote(urlsplit(name).path) if is_url(name) else name
    except ValueError:  # half an IPv6 address: fetching it says so
        path = name
    return tuple(part for part in PurePosixPath(path).parts if part not in (".", "/", "~"))
