"""`open_world` and `build_graph`: from settings to ports to a graph; the implementation of each port is chosen here."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..checkpoints.ledger import SqliteLedger
from ..checkpoints.open import Storage, open_storage
from ..checkpoints.store import FileStore
from ..nodes.controller_here import ControllerHere
from ..nodes.estimates import Estimates
from ..nodes.llm_budget import LlmBudget
from ..tools.backends.worker.decoder import Decoder
from ..tools.backends.worker.pool import Workers
from ..tools.catalog.cache import CatalogCache
from ..tools.catalog.ranked_catalog import RankedCatalog
from ..tools.controllers.chosen import Controllers
from ..tools.files.fetch import GuardedFetcher
from ..tools.recording.exchange import Recording
from ..tools.recording.recorded_experts import RecordedBackend, RecordedCatalog
from ..tools.recording.recorded_fetcher import RecordedFetcher
from ..tools.redaction.configured_secrets import redactor_of
from ..tools.redaction.redacted_ports import RedactedBackend, RedactedCatalog, RedactedController, RedactedFetcher
from ..tools.slots import SlotBoard
from .ports import Backend, Catalog, Consent, Controller, Fetcher, Slots
from .price import call_price, model_price, of_named_models
from .redactor import Redactor
from .settings import Settings, settings_given
from .traces import end_in_time

if TYPE_CHECKING:  # experts are listed without LangGraph
    from langgraph.checkpoint.base import BaseCheckpointSaver

    from .builder import Graph

CALLS_A_PROVIDER = 4
"""Calls at once to each inference provider, and to each endpoint."""


@dataclass(frozen=True)
class World:
    """All that is open while runs are started, resumed or shown."""

    settings: Settings
    graph: "Graph"
    controller: Controller
    catalog: Catalog
    estimates: Estimates
    backends: Mapping[str, Backend]
    ledger: SqliteLedger
    store: FileStore
    fetcher: Fetcher


def controller_for(settings: Settings, recording: Recording | None = None, slots: Slots | None = None) -> Controller:
    """The controller that the settings name, else the rule-based one. A chat model on this machine waits for `slots`."""
    if not settings.chat_model:
        from ..tools.controllers.rules.controller import RuleBasedController

        return RuleBasedController()
    from ..tools.controllers.llm import LlmController

    return LlmController(settings.chat_model, settings, recording=recording, slots=slots)


def slots_for(settings: Settings) -> SlotBoard:
    """The slots of a process, shared by the controller and the experts."""
    return SlotBoard({"cpu": settings.workers} | dict.fromkeys(("hf", "endpoint", "chat"), CALLS_A_PROVIDER))


def catalog_for(settings: Settings, places: Sequence[Backend]) -> Catalog:
    """The experts of the backends, ranked."""
    return RankedCatalog(places, cache=CatalogCache(settings.cache))


def build_graph(
    settings: Settings | None = None,
    *,
    controller: Controller | None = None,
    catalog: Catalog | None = None,
    backends: Iterable[Backend] | None = None,
    ledger: SqliteLedger | None = None,
    checkpointer: "BaseCheckpointSaver[str] | None" = None,
) -> "Graph":
    """The compiled graph; defaults follow from the settings, and the settings from the environment.

    Without `checkpointer` it takes its parent's, or LangGraph Server's. Nothing is opened before the first run.
    """
    settings = settings_given(settings) or Settings.from_env()
    end_in_time()  # before a parent graph is traced, which makes LangSmith's client
    redact = redactor_of(settings)
    storage = Storage(settings.home, redact)
    if ledger:
        ledger.database.redact_with(redact)
    slots = slots_for(settings)
    return _assembled(
        settings,
        redact,
        controller=controller or controller_for(settings, slots=slots),
        catalog=catalog,
        backends=backends,
        ledger=ledger or storage.ledger,
        store=storage.store,
        slots=slots,
        workers=Workers(settings, spare=1),
        checkpointer=checkpointer,
    ).graph


def assemble(settings: Settings, ledger: SqliteLedger, slots: Slots, checkpointer: "BaseCheckpointSaver[str]") -> World:
    """A world over the open storage of its home; whoever opened that closes it, and the backends."""
    redact = redactor_of(settings)
    ledger.database.redact_with(redact)
    return _assembled(
        settings,
        redact,
        controller=controller_for(settings, slots=slots),
        catalog=None,
        backends=None,
        ledger=ledger,
        store=FileStore(settings.home, redact),
        slots=slots,
        workers=Workers(settings, spare=1),
        checkpointer=checkpointer,
    )


def _assembled(
    settings: Settings,
    redact: Redactor,
    *,
    controller: Controller,
    catalog: Catalog | None,
    backends: Iterable[Backend] | None,
    ledger: SqliteLedger,
    store: FileStore,
    slots: Slots,
    workers: Workers,
    checkpointer: "BaseCheckpointSaver[str] | None",
    recording: Recording | None = None,
    consent: Consent | None = None,
) -> World:
    from .builder import connect

    controller = RedactedController(controller, redact)
    decoder = Decoder(workers)
    fetcher: Fetcher = RedactedFetcher(GuardedFetcher(store, settings, read=decoder.read), redact)
    places = list(backends or ())
    if backends is None:
        from ..tools.places import backends_for

        places = backends_for(settings, partial(LlmBudget, ledger), consent, workers)
    catalog = RedactedCatalog(catalog or catalog_for(settings, places), redact)
    places = [RedactedBackend(place, redact) for place in places]
    if recording:
        places = [RecordedBackend(place, recording) for place in places]
        catalog, fetcher = RecordedCatalog(catalog, recording), RecordedFetcher(fetcher, store, recording)

    def made(llm: str) -> Controller:
        price = settings.llm_price if llm == settings.llm else of_named_models(settings.llm_price)
        of_run = settings.model_copy(update={"llm": llm, "llm_price": price})
        return RedactedController(controller_for(of_run, recording, slots), redact)

    by_name = {place.name: place for place in places}
    controllers = Controllers(controller, made)
    estimates = Estimates(
        ledger=ledger,
        controllers=controllers,
        prices=partial(model_price, settings),
        call_price=partial(call_price, settings),
    )
    graph = connect(
        settings=settings,
        controllers=controllers,
        here=ControllerHere.of(controller, settings),
        catalog=catalog,
        estimates=estimates,
        backends=by_name,
        ledger=ledger,
        store=store,
        slots=slots,
        fetcher=fetcher,
        cut=decoder.cut,
        redact=redact,
        checkpointer=checkpointer,
        recorded=recording is not None,
    )
    return World(settings, graph, controller, catalog, estimates, by_name, ledger, store, fetcher)


@asynccontextmanager
async def open_world(
    settings: Settings | None = None,
    *,
    controller: Controller | None = None,
    catalog: Catalog | None = None,
    backends: Iterable[Backend] | None = None,
    recording: Recording | None = None,
    consent: Consent | None = None,
    reading: bool = False,
) -> AsyncIterator[World]:
    """A world with durable checkpoints in the home; closes all that it opened.

    `recording` stands between the stages and chat model, catalogue, backends and files, and records or plays them. A
    `controller` that is given is not on it. `consent` is asked before a model is downloaded.
    `reading`: recorded runs are only looked at; the home is left as it is.
    """
    from ..nodes.next_stages import ONCE

    settings = settings or Settings.from_env()
    redact = redactor_of(settings)
    slots = slots_for(settings)
    controller = controller or controller_for(settings, recording, slots)
    async with AsyncExitStack() as open_things:  # closed in reverse order, each also when another fails to close
        storage = await open_things.enter_async_context(open_storage(settings.home, redact, reading=reading))
        workers = Workers(settings, spare=1)
        open_things.push_async_callback(asyncio.to_thread, workers.close)
        world = _assembled(
            settings,
            redact,
            controller=controller,
            catalog=catalog,
            backends=backends,
            ledger=storage.ledger,
            store=storage.store,
            slots=slots,
            workers=workers,
            checkpointer=await storage.checkpointer(ONCE),
            recording=recording,
            consent=consent,
        )
        for backend in world.backends.values():
            open_things.push_async_callback(backend.aclose)
        yield world
