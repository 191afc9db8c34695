"""`KeptConnection`: whether a request failed only because the server had closed the connection that it was sent on."""

from typing import Any

_CLOSED = {"RemoteProtocolError", "ReadError", "WriteError"}
"""What httpx raises where the other side closes a connection without an answer."""


class KeptConnection:
    """Watches which connection one request takes.

    A server may close a connection that an earlier request left open just as the next one is sent on it
    (RFC 9112, section 9.3.1): uvicorn does so after an error in an application. Such a request can be sent anew.
    """

    def __init__(self, request: Any, *, asynchronous: bool) -> None:
        """`request`: of httpx, whose events are watched from now on, beside whoever watches them already."""
        self._new = self._kept = False
        self._whole = hasattr(request, "_content")  # what is read while it is sent can't be sent twice
        self._other = request.extensions.get("trace")
        watch = self._watch_asynchronous if asynchronous else self._watch
        request.extensions = {**request.extensions, "trace": watch}

    def was_closed(self, error: Exception) -> bool:
        """Whether the request may be sent anew after this `error`: each time, the connection that failed is given up."""
        kept, self._kept = self._kept, False
        return kept and self._whole and type(error).__name__ in _CLOSED

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Takes an event as httpcore names it: https://www.encode.io/httpcore/extensions/#trace."""
        self._note(event)
        if self._other is not None:
            self._other(event, info)

    async def _watch_asynchronous(self, event: str, info: dict[str, Any]) -> None:
        self._note(event)
        if self._other is not None:
            await self._other(event, info)

    def _note(self, event: str) -> None:
        if ".connect_" in event:
            self._new = True
        elif event.endswith("send_request_headers.started"):
            self._kept = not self._new
