"""`HubIndex`: the Hub's models by task type, for backends: cached lists, refreshed in the background, then pinned ones."""

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...graph.errors import ExpertError
from ...graph.settings import Settings
from ..net.daemon_threads import call_with_timeout
from ..net.http_errors import expert_errors
from ..net.hub_session import hub_limits
from ..redaction.configured_secrets import redactor_of
from .cache import CatalogCache
from .hub_model import HubModel
from .pinned import pinned

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_log = logging.getLogger(__name__)

FRESH = 24 * 3600.0
"""Seconds after which a list is fetched again."""
MODEL_TIMEOUT = 10.0
"""Seconds to fetch one model."""
LIST_TIMEOUT = 60.0
"""Seconds to fetch a list, all its requests together."""


class HubIndex:
    """Waits for the network in `refresh` only, and in `model` for one that is in no list.

    A list is fetched in a daemon thread, at most once a process and task type, and only with a token, or where the user has
    fetched it before (`hugginggpt models TASK --refresh`). Otherwise the Hub is not called.
    """

    def __init__(self, settings: Settings, *, online: bool | None = None, timeout: float = LIST_TIMEOUT) -> None:
        """`online`: whether lists are fetched that are not cached; None: with a token. `timeout`: seconds for a list."""
        self._token = settings.hf_token
        self._redact = redactor_of(settings)
        self._cache = CatalogCache(settings.cache)
        self._online = settings.hf_token is not None if online is None else online
        self._timeout = timeout
        self._refreshed: set[str] = set()
        self._lock = threading.Lock()
        self._fetched: dict[tuple[str, str], HubModel] = {}
        self.warning: str | None = None
        """Why the last list could not be fetched, or what was left out of it."""

    def models(self, task_type: str) -> Sequence[HubModel]:
        """The cached list, however old, and behind it the pinned models that it lacks."""
        cached, age = self._cached(task_type)
        if age > FRESH if age is not None else self._online:
            self._refresh_once(task_type)
        known = {model.model_id for model in cached}
        return [*cached, *(model for model in pinned(task_type) if model.model_id not in known)]

    def age(self, task_type: str) -> float | None:
        """Seconds since the list was fetched; None where it never was."""
        return self._cached(task_type)[1]

    def refresh(self, task_type: str) -> Sequence[HubModel]:
        """Fetch the list now, and cache it. Raises `ExpertError` when the Hub can't be reached."""
        from .hub_api import list_models

        with expert_errors(f"the list of models for {task_type}", self._timeout), hub_limits(self._timeout):
            found, invalid = call_with_timeout(list_models, self._timeout, self._api(), task_type)
        models = [self._redact.record(model) for model in found]
        self._cache.save_models(task_type, models)
        _log.info("the list of models for %s is refreshed: %d, and %d left out", task_type, len(models), len(invalid))
        self.warning = f"{_left_out(len(invalid))}: {', '.join(map(ascii, invalid))[:200]}" if invalid else None
        return models

    def model(self, model_id: str, task_type: str) -> HubModel:
        """One model by id: from the lists, else from the Hub. Raises `ExpertError` when there is none."""
        listed = (m for m in self.models(task_type) if m.model_id == model_id and (m.revision or not self._online))
        found = next(listed, None) or self._fetched.get((model_id, task_type))
        if found is None:
            from .hub_api import fetch_model

            with expert_errors(model_id, MODEL_TIMEOUT), hub_limits(MODEL_TIMEOUT):
                found = call_with_timeout(fetch_model, MODEL_TIMEOUT, self._api(), model_id, task_type, MODEL_TIMEOUT)
            found = self._fetched[model_id, task_type] = self._redact.record(found)
        return found

    def _cached(self, task_type: str) -> tuple[list[HubModel], float | None]:
        found = self._cache.models(task_type)
        if self._cache.rejected and self.warning is None:
            self.warning = _left_out(self._cache.rejected)
        return found

    def _api(self) -> "HfApi":
        from huggingface_hub import HfApi

        return HfApi(token=self._token.get_secret_value() if self._token else False)

    def _refresh_once(self, task_type: str) -> None:
        with self._lock:
            if task_type in self._refreshed:
                return
            self._refreshed.add(task_type)
        threading.Thread(target=self._refresh_quietly, args=[task_type], name="hub-list", daemon=True).start()

    def _refresh_quietly(self, task_type: str) -> None:
        try:
            self.refresh(task_type)
        except ExpertError as error:
            _log.warning("the list of models for %s is not refreshed: %s", task_type, error.kind or "an error")
            self.warning = str(error)


def _left_out(number: int) -> str:
    return f"{number} model{'s' * (number != 1)} of the Hub's list left out, with an invalid id or commit"
