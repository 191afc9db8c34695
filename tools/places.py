"""`backends_for`: every place where experts run, for the graph, and for commands that only list experts."""

from ..graph.ports import Backend, Consent
from ..graph.settings import Settings
from .backends.chat.backend import CALLBACKS, ChatBackend
from .backends.embedded.backend import EmbeddedBackend
from .backends.endpoint.backend import EndpointBackend
from .backends.hf.backend import HfBackend
from .backends.local.backend import LocalBackend
from .backends.plain_questions import PlainQuestions
from .backends.worker.decoder import Decoder
from .backends.worker.pool import Workers
from .catalog.cache import CatalogCache
from .catalog.hub_index import HubIndex
from .catalog.monitored_backend import MonitoredBackend


def backends_for(
    settings: Settings,
    callbacks: CALLBACKS | None = None,
    consent: Consent | None = None,
    workers: Workers | None = None,
) -> list[Backend]:
    """Every backend, each watched for failing calls.

    `callbacks` count the calls to chat models as experts. `consent` is called before a model is downloaded. `workers` run
    the embedded experts and decode media for the other backends; closing any backend closes them.
    """
    hub, cache = HubIndex(settings), CatalogCache(settings.cache)
    workers = workers or Workers(settings, spare=1)
    decoder = Decoder(workers)
    models: list[Backend] = [
        LocalBackend(settings, hub.models, consent),
        EndpointBackend(settings, callbacks, decoder),
        HfBackend(settings, hub, decoder),
        ChatBackend(settings, callbacks, decoder),
    ]
    places: list[Backend] = [EmbeddedBackend(settings, workers), *map(PlainQuestions, models)]
    return [MonitoredBackend(place, cache, settings) for place in places]
