"""`RedactedController` and its like, for backend, catalogue, fetcher: remove secrets from what these return or raise.

The store redacts what an expert produces. So state, rows, events and answers hold no secret that a server, a provider or a
model repeats, and all of them hold the same redacted text.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import cast

from ...graph.call import Artifact, Call
from ...graph.choice import Choice
from ...graph.content_blocks import GivenFile
from ...graph.expert import Assignment, Candidate, Expert, Obstacle
from ...graph.ports import Backend, Callbacks, Catalog, Controller, Fetcher, NoCallbacks
from ...graph.redactor import Redactor
from ...graph.resource import Resource
from ...graph.result import Proposal, Request, Run
from ...graph.task import Task
from ..backends.delegating_backend import DelegatingBackend

_NO_CALLBACKS = NoCallbacks()


class RedactedController:
    """The `Controller` port around another."""

    def __init__(self, controller: Controller, redact: Redactor) -> None:
        self._controller = controller
        self._redact = redact
        self.name = redact.text(controller.name)

    async def plan(self, request: Request, callbacks: Callbacks = _NO_CALLBACKS) -> Proposal:
        """That of the controller."""
        with clean_errors(self._redact):
            return self._redact.record(await self._controller.plan(request, callbacks))

    def differences(self, choice: Choice) -> Sequence[str]:
        """Those that the controller finds."""
        return [self._redact.text(each) for each in self._controller.differences(choice)]

    async def choose(self, choices: Sequence[Choice], callbacks: Callbacks = _NO_CALLBACKS) -> Sequence[Assignment]:
        """Those of the controller."""
        with clean_errors(self._redact):
            return [self._redact.record(each) for each in await self._controller.choose(choices, callbacks)]

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks = _NO_CALLBACKS
    ) -> AsyncIterator[str]:
        """That of the controller, piece by piece; text that may begin a secret is held until the next piece."""
        with clean_errors(self._redact):
            async with aclosing(self._redact.stream(self._controller.answer(run, paths, callbacks))) as pieces:
                async for piece in pieces:
                    yield piece


class RedactedBackend(DelegatingBackend):
    """The `Backend` port around another: errors, obstacles and notes. Experts stay: it calls them by their ids."""

    def __init__(self, backend: Backend, redact: Redactor) -> None:
        super().__init__(backend)
        self._redact = redact

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """That of the backend."""
        with clean_errors(self._redact):
            return super().named(task_type, model_id)

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """That of the backend."""
        found = super().obstacle(expert, task)
        return found and self._redact.record(found)

    async def prepare(self, call: Call) -> None:
        """Prepare the backend."""
        with clean_errors(self._redact):
            await super().prepare(call)

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Run the call."""
        with clean_errors(self._redact):
            artifacts = await super().run(call)
        return [
            artifact.model_copy(
                update={"note": self._redact.text(artifact.note), "lacks": self._redact.text(artifact.lacks)}
            )
            for artifact in artifacts
        ]


class RedactedCatalog:
    """The `Catalog` port around another."""

    def __init__(self, catalog: Catalog, redact: Redactor) -> None:
        self._catalog = catalog
        self._redact = redact

    async def candidates(self, task: Task, wanted: str | None = None) -> Sequence[Candidate]:
        """Those of the catalogue."""
        with clean_errors(self._redact):
            found = await self._catalog.candidates(task, wanted)
        return [self._redact.record(candidate) for candidate in found]


class RedactedFetcher:
    """The `Fetcher` port around another: names and errors. The store redacts contents."""

    def __init__(self, fetcher: Fetcher, redact: Redactor) -> None:
        self._fetcher = fetcher
        self._redact = redact

    async def fetch(self, name: str) -> Resource:
        """One path or URL."""
        with clean_errors(self._redact):
            return self._redact.record(await self._fetcher.fetch(name))

    async def keep(self, given: GivenFile) -> Resource:
        """What a caller handed over."""
        with clean_errors(self._redact):
            return self._redact.record(await self._fetcher.keep(given))

    async def gather(self, text: str, files: Sequence[str | Resource]) -> Sequence[Resource]:
        """The files and URLs of a request."""
        with clean_errors(self._redact):
            found = await self._fetcher.gather(text, files)
        return [self._redact.record(resource) for resource in found]


@contextmanager
def clean_errors(redact: Redactor) -> Iterator[None]:
    """Remove secrets from the message of an exception that the body raises."""
    try:
        yield
    except Exception as error:
        clean = redact.error(error)
        if clean is error:
            raise
        raise cast("Exception", clean) from None
