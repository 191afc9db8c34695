"""Files on tape: what a request named, as it was read when it was recorded."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ...graph.errors import InvalidInput
from ...graph.ports import Fetcher, Store
from ...graph.resource import Resource
from .tape import NotRecorded, Tape


class TapedFetcher:
    """The `Fetcher` port. While playing, no path and no URL is opened: what they held is on the tape."""

    def __init__(self, fetcher: Fetcher, store: Store, tape: Tape) -> None:
        self._fetcher = fetcher
        self._store = store
        self._tape = tape

    async def fetch(self, name: str) -> Resource:
        """One path or URL; raises `InvalidInput`."""

        async def read() -> Sequence[Resource]:
            return [await self._fetcher.fetch(name)]

        return (await self._taped(f"file {name}", {"name": name}, read))[0]

    async def gather(self, text: str, files: Sequence[str]) -> Sequence[Resource]:
        """What a request names and what was attached; raises `InvalidInput`."""
        asked = {"text": text, "files": list(files)}
        return await self._taped("files of the request", asked, lambda: self._fetcher.gather(text, files))

    async def _taped(
        self, label: str, asked: Any, read: Callable[[], Awaitable[Sequence[Resource]]]
    ) -> Sequence[Resource]:
        async def ask() -> Any:
            try:
                found = await read()
            except InvalidInput as error:
                return {"refused": {"message": error.message, "hint": error.hint}}
            for resource in found:
                if not resource.missing:
                    await self._tape.keep(await asyncio.to_thread(self._store.path(resource).read_bytes))
            return {"found": [resource.model_dump(mode="json") for resource in found]}

        try:
            told = await self._tape.exchange("files", label, asked, ask)
            if refused := told.get("refused"):
                raise InvalidInput(refused["message"], hint=refused["hint"])
            found = [Resource.model_validate(row) for row in told["found"]]
            if self._tape.playing:
                for resource in found:
                    if resource.sha256:
                        await self._store.put_bytes(await self._tape.blob(resource.sha256), resource.media_type)
        except NotRecorded as error:
            raise InvalidInput(str(error)) from None
        return found
