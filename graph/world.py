"""The world: from settings to ports to a graph. The one place that knows what stands behind the ports."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from threading import Lock

from langgraph.checkpoint.base import BaseCheckpointSaver

from ..checkpoints.database import Database
from ..checkpoints.home import prepare_home
from ..checkpoints.ledger import SqliteLedger
from ..checkpoints.saver import SharedSqliteSaver
from ..checkpoints.store import FileStore
from ..nodes.spending import Spending
from ..tools.backends.worker.decoder import Decoder
from ..tools.backends.worker.pool import Workers
from ..tools.catalog.cache import CatalogCache
from ..tools.catalog.hub import Hub
from ..tools.catalog.joined import JoinedCatalog
from ..tools.catalog.watch import WatchedBackend
from ..tools.fetch import GuardedFetcher
from ..tools.recording.experts import TapedBackend, TapedCatalog
from ..tools.recording.files import TapedFetcher
from ..tools.recording.tape import Tape
from ..tools.redacted import RedactedBackend, RedactedCatalog, RedactedController, RedactedFetcher
from ..tools.secrets import redactor_of
from ..tools.slots import SlotBoard
from .builder import Graph, connect
from .ports import Backend, Catalog, Consent, Controller, Fetcher, Ledger, Slots
from .redactor import Redactor
from .settings import Settings, settings_for_others

CALLS_A_PROVIDER = 4
"""Calls at once to each inference provider, and to each endpoint."""


@dataclass(frozen=True)
class World:
    """What is open while a door is open."""

    settings: Settings
    graph: Graph
    controller: Controller
    catalog: Catalog
    backends: Mapping[str, Backend]
    ledger: SqliteLedger
    store: FileStore
    fetcher: Fetcher


def controller_for(settings: Settings, tape: Tape | None = None, slots: Slots | None = None) -> Controller:
    """The controller that the settings name; the embedded one when they name none. `tape`: see `open_world`.

    `slots`: where a chat model on this machine waits for its accelerator.
    """
    if not settings.llm:
        from ..tools.controllers.rules.controller import EmbeddedController

        return EmbeddedController()
    from ..tools.controllers.llm import LlmController

    return LlmController(settings.llm, settings, tape=tape, slots=slots)


def slots_for(settings: Settings) -> SlotBoard:
    """The slots of a process, shared by the controller and the experts."""
    return SlotBoard({"cpu": settings.workers} | dict.fromkeys(("hf", "endpoint", "chat"), CALLS_A_PROVIDER))


def backends_for(
    settings: Settings,
    ledger: Ledger | None = None,
    consent: Consent | None = None,
    workers: Workers | None = None,
) -> list[Backend]:
    """Every place where experts run, each watched for how its calls go.

    With `ledger`, calls to chat models as experts count as calls of their run. `consent` is asked before a model is
    downloaded. `workers` do what is embedded, and decode what the others give and get; any backend's closing closes them.
    """
    from ..tools.backends.chat import ChatBackend
    from ..tools.backends.embedded.backend import EmbeddedBackend
    from ..tools.backends.endpoint import EndpointBackend
    from ..tools.backends.hf import HfBackend
    from ..tools.backends.local.backend import LocalBackend

    hub, cache = Hub(settings), CatalogCache(settings.cache)
    workers = workers or Workers(settings, spare=1)
    decoder = Decoder(workers)
    callbacks = None if ledger is None else partial(Spending, ledger)
    places: list[Backend] = [
        EmbeddedBackend(settings, workers),
        LocalBackend(settings, hub.models, consent),
        EndpointBackend(settings, callbacks, decoder),
        HfBackend(settings, hub, decoder),
        ChatBackend(settings, callbacks, decoder),
    ]
    return [WatchedBackend(place, cache, settings) for place in places]


def catalog_for(settings: Settings, places: Sequence[Backend]) -> Catalog:
    """What the places offer, ranked."""
    return JoinedCatalog(places, cache=CatalogCache(settings.cache))


def build_graph(
    settings: Settings | None = None,
    *,
    controller: Controller | None = None,
    catalog: Catalog | None = None,
    backends: Iterable[Backend] | None = None,
    ledger: Ledger | None = None,
    checkpointer: BaseCheckpointSaver[str] | None = None,
) -> Graph:
    """The compiled graph; whatever is not given follows from the settings, and they from the environment.

    Without `checkpointer` it takes its parent's, or LangGraph Server's. Nothing is opened before the first run.
    """
    settings = settings or Settings.from_env()
    redact = redactor_of(settings)
    ledger = ledger or SqliteLedger(Database(settings.home))
    if isinstance(ledger, SqliteLedger):
        ledger.database.redact_with(redact)
    workers = Workers(settings, spare=1)
    places = backends_for(settings, ledger, workers=workers) if backends is None else list(backends)
    store = FileStore(settings.home, redact)
    slots = slots_for(settings)
    return _connected(
        settings,
        controller=RedactedController(controller or controller_for(settings, slots=slots), redact),
        catalog=RedactedCatalog(catalog or catalog_for(settings, places), redact),
        backends=[RedactedBackend(place, redact) for place in places],
        ledger=ledger,
        store=store,
        slots=slots,
        fetcher=RedactedFetcher(GuardedFetcher(store, settings), redact),
        workers=workers,
        redact=redact,
        checkpointer=checkpointer,
    )


def _connected(
    settings: Settings,
    *,
    controller: Controller,
    catalog: Catalog,
    backends: Sequence[Backend],
    ledger: Ledger,
    store: FileStore,
    slots: Slots,
    fetcher: Fetcher,
    workers: Workers,
    redact: Redactor,
    checkpointer: BaseCheckpointSaver[str] | None,
) -> Graph:
    return connect(
        settings=settings,
        controller=controller,
        catalog=catalog,
        backends={backend.name: backend for backend in backends},
        ledger=ledger,
        store=store,
        slots=slots,
        fetcher=fetcher,
        cut=Decoder(workers).cut,
        redact=redact,
        checkpointer=checkpointer,
    )


@asynccontextmanager
async def open_world(
    settings: Settings | None = None,
    *,
    controller: Controller | None = None,
    catalog: Catalog | None = None,
    backends: Iterable[Backend] | None = None,
    tape: Tape | None = None,
    consent: Consent | None = None,
) -> AsyncIterator[World]:
    """A world with its own durable checkpoints; closes what must be closed.

    `tape` stands between the stages and chat model, catalogue, backends and files, and records or plays them. A
    `controller` that is given is not on it. `consent` is asked before a model is downloaded.
    """
    settings = settings or Settings.from_env()
    prepare_home(settings.home)
    redact = redactor_of(settings)
    slots = slots_for(settings)
    controller = RedactedController(controller or controller_for(settings, tape, slots), redact)
    store = FileStore(settings.home, redact)
    fetcher: Fetcher = RedactedFetcher(GuardedFetcher(store, settings), redact)
    async with AsyncExitStack() as open_things:  # the last one first, and each whatever becomes of the others
        database = Database(settings.home)
        open_things.callback(database.close)
        database.redact_with(redact)
        ledger = SqliteLedger(database)
        open_things.callback(ledger.close)
        workers = Workers(settings, spare=1)
        open_things.push_async_callback(asyncio.to_thread, workers.close)
        places = backends_for(settings, ledger, consent, workers) if backends is None else list(backends)
        catalog = RedactedCatalog(catalog or catalog_for(settings, places), redact)
        places = [RedactedBackend(place, redact) for place in places]
        if tape:
            places = [TapedBackend(place, tape) for place in places]
            catalog, fetcher = TapedCatalog(catalog, tape), TapedFetcher(fetcher, store, tape)
        for backend in places:
            open_things.push_async_callback(backend.aclose)
        checkpointer = await SharedSqliteSaver.open(database)
        yield World(
            settings=settings,
            graph=_connected(
                settings,
                controller=controller,
                catalog=catalog,
                backends=places,
                ledger=ledger,
                store=store,
                slots=slots,
                fetcher=fetcher,
                workers=workers,
                redact=redact,
                checkpointer=checkpointer,
            ),
            controller=controller,
            catalog=catalog,
            backends={backend.name: backend for backend in places},
            ledger=ledger,
            store=store,
            fetcher=fetcher,
        )


# -- for LangGraph Server and Studio (langgraph.json) ---------------------------------------------------------------


async def make_graph() -> Graph:
    """One graph a process, without checkpointer; made in a thread, as the server's loop must not read files."""
    return await asyncio.to_thread(_server_graph)


@asynccontextmanager
async def make_checkpointer() -> AsyncIterator[BaseCheckpointSaver[str]]:
    """The server's checkpoints, beside the ledger: they survive a killed server too."""
    database = await asyncio.to_thread(_server_database)
    try:
        yield await SharedSqliteSaver.open(database)
    finally:
        await asyncio.to_thread(database.close)


def _server_graph() -> Graph:
    with _one_at_a_time:  # two ledgers of one process would be rivals
        return _the_server_graph()


_one_at_a_time = Lock()


@cache
def _the_server_graph() -> Graph:
    return build_graph(settings_for_others(), ledger=SqliteLedger(_server_database()))


@cache
def _server_database() -> Database:
    return Database(Settings.from_env().home)
