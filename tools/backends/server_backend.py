"""`ServerBackend`, base of chat, hf and endpoint: calls in a thread with a time limit, and a `Decoder` for their media."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ...graph.call import Call
from ...graph.settings import Settings
from ..net.daemon_threads import call_in_daemon_thread
from ..net.http_errors import timeout_error
from .worker.decoder import Decoder, use_decoder
from .worker.pool import Workers

T = TypeVar("T")


class ServerBackend:
    """Closes every connection after its call."""

    def __init__(self, settings: Settings, decoder: Decoder | None) -> None:
        self._settings = settings
        self._decoder = decoder or Decoder(Workers(settings))

    async def aclose(self) -> None:
        """End the decoder's worker processes."""
        await asyncio.to_thread(self._decoder.close)

    async def call_in_thread(self, function: Callable[..., T], *args: object) -> T:
        """What a function returns that may use the decoder."""
        with use_decoder(self._decoder):
            return await call_in_daemon_thread(function, *args)

    async def call_in_time(self, call: Call, function: Callable[..., T], *args: object) -> T:
        """The same. Raises `ExpertError` after the time for the call."""
        try:
            async with asyncio.timeout(call.timeout):
                return await self.call_in_thread(function, *args)
        except TimeoutError:
            raise timeout_error(call.expert.model_id, call.timeout) from None
