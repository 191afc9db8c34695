"""`Arrived` reads a stream while its reader is busy, and hands on what has come meanwhile; `joined` makes one piece of it.

Each piece of an answer goes through langchain-openai, langchain-core and our own checks: 0.1 ms of CPU. A server, a proxy or
a busy machine delivers dozens at a time, of which only the text counts.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any


class Arrived:
    """Pieces of a stream, all that have come at a time. `close` ends the reading."""

    def __init__(self, stream: AsyncIterable[Any]) -> None:
        self._stream = stream
        self._pieces: list[Any] = []
        self._came = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def __aiter__(self) -> AsyncIterator[list[Any]]:
        self._reading = asyncio.create_task(self._read())
        self._reading.add_done_callback(lambda _: self._came.set())
        while not self._reading.done() or self._pieces:
            await self._came.wait()
            self._came.clear()
            pieces, self._pieces = self._pieces, []
            if pieces:
                yield pieces
            if self._reading.done():
                self._came.set()
        await self._reading  # raises what ended it, after all that came before

    async def _read(self) -> None:
        async for piece in self._stream:
            self._pieces.append(piece)
            self._came.set()

    async def close(self) -> None:
        """End the reading. What it failed with meanwhile concerns no reader any more."""
        if self._reading:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)


def joined(pieces: Iterable[Any]) -> Iterator[Any]:
    """The pieces in OpenAI's form, with text that follows text put together; all else stays as it is."""
    kept: Any = None
    for piece in pieces:
        if kept is not None and _is_text(kept) and _is_text(piece):
            first, later = kept["choices"][0], piece["choices"][0]
            delta = {**first["delta"], "content": first["delta"]["content"] + later["delta"]["content"]}
            kept = {**kept, "choices": [{**first, "delta": delta}]}
            continue
        if kept is not None:
            yield kept
        kept = piece
    if kept is not None:
        yield kept


def _is_text(piece: Any) -> bool:
    """Whether a piece holds text of the answer, and neither counts tokens nor ends it."""
    if not isinstance(piece, dict) or piece.get("usage") or not isinstance(choices := piece.get("choices"), list):
        return False
    match choices:
        case [{"delta": {"content": str(), **more}, **of_choice}]:
            filled = [name for name, value in {**more, **of_choice}.items() if value]
            return set(filled) <= {"role"}
    return False
