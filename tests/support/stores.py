"""The smallest real store: files by hash in one folder."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.resource import Resource


class FolderStore:
    """Keeps bytes under their sha256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, resource: Resource) -> Path:
        return self.folder / (resource.sha256 or "missing")

    async def put_bytes(self, data: bytes, media_type: str) -> tuple[str, int]:
        sha256 = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread((self.folder / sha256).write_bytes, data)
        return sha256, len(data)

    async def put_text(self, text: str, *, producer: str | None = None) -> Resource:
        sha256, size = await self.put_bytes(text.encode(), "text/plain")
        return Resource(kind="text", media_type="text/plain", sha256=sha256, size=size, text=text, producer=producer)

    async def adopt(self, artifact: Artifact, producer: str) -> Resource:
        raise NotImplementedError

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        yield self.folder
