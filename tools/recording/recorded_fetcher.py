"""`RecordedFetcher` records what the fetcher reads, or replays it without opening a path or URL."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ...graph.content_blocks import GivenFile
from ...graph.errors import InvalidInput
from ...graph.ports import Fetcher, Store
from ...graph.resource import Resource
from .exchange import NotRecorded, Recording


class RecordedFetcher:
    """The `Fetcher` port. A replay opens no path and no URL: their contents are in the recording."""

    def __init__(self, fetcher: Fetcher, store: Store, recording: Recording) -> None:
        self._fetcher = fetcher
        self._store = store
        self._recording = recording

    async def fetch(self, name: str) -> Resource:
        """One path or URL. Raises `InvalidInput`."""

        async def read() -> Sequence[Resource]:
            return [await self._fetcher.fetch(name)]

        return (await self._exchange(f"file {name}", {"name": name}, read))[0]

    async def keep(self, given: GivenFile) -> Resource:
        """What a caller handed over; a replay is handed it again."""
        return await self._fetcher.keep(given)

    async def gather(self, text: str, files: Sequence[str | Resource]) -> Sequence[Resource]:
        """The attached files and those that a request names. Raises `InvalidInput`."""
        named = [file if isinstance(file, str) else file.model_dump(mode="json") for file in files]
        request = {"text": text, "files": named}
        return await self._exchange("files of the request", request, lambda: self._fetcher.gather(text, files))

    async def _exchange(
        self, label: str, request: Any, read: Callable[[], Awaitable[Sequence[Resource]]]
    ) -> Sequence[Resource]:
        async def call() -> Any:
            try:
                found = await read()
            except InvalidInput as error:
                return {"refused": {"message": error.message, "hint": error.hint}}
            for resource in found:
                if not resource.missing:
                    await self._recording.keep(await asyncio.to_thread(self._store.path(resource).read_bytes))
            return {"found": [resource.model_dump(mode="json") for resource in found]}

        try:
            response = await self._recording.exchange("files", label, request, call)
            if refused := response.get("refused"):
                raise InvalidInput(refused["message"], hint=refused["hint"])
            found = [Resource.model_validate(row) for row in response["found"]]
            if self._recording.replaying:
                for resource in found:
                    if resource.sha256:
                        await self._store.put_bytes(await self._recording.blob(resource.sha256), resource.media_type)
        except NotRecorded as error:
            raise InvalidInput(str(error)) from None
        return found
