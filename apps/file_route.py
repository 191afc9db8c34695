"""`app`: what we add to LangGraph Server: the route `/hugginggpt/files/HASH/NAME` to files of runs, and errors in words.

A file is known by the hash of its content alone, which can't be guessed. Its type is the recorded one; a browser neither
guesses another nor runs what is in it. Who may ask is the server's business: with `auth` in `langgraph.json`, set
`"http": {"enable_custom_route_auth": true}` too.
"""

import asyncio
import re

from langgraph.errors import InvalidUpdateError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..checkpoints.history import History
from ..graph.errors import HuggingGPTError, UsageError
from ..graph.media_types import suffix_of
from ..graph.resource import Resource
from ..graph.settings import FILES_PATH
from .langgraph_server import open_storage_once

_SHOWN = re.compile(r"(?:image/(?!svg)|audio/|video/|text/plain)")
"""Types that a browser shows without running anything; all others are downloads."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=31536000, immutable",
}


async def _file(request: Request) -> Response:
    storage = await asyncio.to_thread(open_storage_once)
    found = await History(storage.ledger).resource(request.path_params["sha256"])
    if found is None or not await asyncio.to_thread((path := storage.store.path(found)).is_file):
        return PlainTextResponse("There is no such file in this home.", status_code=404, headers=_HEADERS)
    shown = _SHOWN.match(found.media_type) is not None
    return FileResponse(
        path,
        media_type=found.media_type,
        headers=_HEADERS,
        filename=_name(found, request.path_params.get("name", "")),
        content_disposition_type="inline" if shown else "attachment",
    )


def _name(resource: Resource, asked: str) -> str:
    """What a download is called."""
    made = f"{resource.kind}-{(resource.sha256 or '')[:8]}{suffix_of(resource.media_type)}"
    return asked or (resource.label if resource.name else made)


async def _in_words(_: Request, error: Exception) -> Response:
    """Of an edit of a state, say, that LangGraph Server would answer with `Internal Server Error`."""
    wrong = isinstance(error, UsageError | InvalidUpdateError)
    return JSONResponse({"detail": str(error)}, status_code=422 if wrong else 500)


app = Starlette(
    exception_handlers={HuggingGPTError: _in_words, InvalidUpdateError: _in_words},
    routes=[Route(FILES_PATH + "/{sha256}", _file), Route(FILES_PATH + "/{sha256}/{name}", _file)],
)
