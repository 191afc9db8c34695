"""Hub: the models of Hugging Face by task type: from the cache, else those that we pinned; refreshed in the background."""

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

FRESH = 24 * 3600.0
"""Seconds after which a list is fetched anew."""
LOOK_UP_TIMEOUT = 10.0
"""Seconds for a look at one model."""
LIST_TIMEOUT = 60.0
"""Seconds for a list, all its requests together."""


class Hub:
    """Never waits for the network, except where one model is asked for by its id.

    A list is fetched in a thread that may be left alone, at most once a process and task type: with a token, or where the
    user has fetched it before (`hugginggpt models TASK --refresh`). Who did neither has not asked to be known there.
    """

    def __init__(self, settings: Settings, *, online: bool | None = None, patience: float = LIST_TIMEOUT) -> None:
        """`patience`: seconds for a list."""
        self._token = settings.hf_token
        self._redact = redactor_of(settings)
        self._cache = CatalogCache(settings.cache)
        self._online = settings.hf_token is not None if online is None else online
        self._patience = patience
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str], HubModel] = {}
        self.trouble: str | None = None
        """Why the last list could not be fetched, or what was left out of it."""

    def models(self, task_type: str) -> Sequence[HubModel]:
        """The kept list, however old, else the pinned one; pinned models stand at the end of a list that lacks them."""
        kept, age = self._kept(task_type)
        if age > FRESH if age is not None else self._online:
            self._refresh_once(task_type)
        known = {model.model_id for model in kept}
        return [*kept, *(model for model in pinned(task_type) if model.model_id not in known)]

    def age(self, task_type: str) -> float | None:
        """Seconds since the list was fetched; None where it never was."""
        return self._kept(task_type)[1]

    def refresh(self, task_type: str) -> Sequence[HubModel]:
        """Fetch the list now, and keep it. Raises `ExpertError` when the Hub can't be reached."""
        from .hub_api import listed

        with expert_errors(f"the list of models for {task_type}", self._patience), hub_limits(self._patience):
            found, refused = call_with_timeout(listed, self._patience, self._api(), task_type)
        models = [self._redact.noun(model) for model in found]
        self._cache.keep(task_type, models)
        self.trouble = f"{_left_out(len(refused))}: {', '.join(map(ascii, refused))[:200]}" if refused else None
        return models

    def model(self, model_id: str, task_type: str) -> HubModel:
        """One model by id: from the lists, else asked of the Hub. Raises `ExpertError` when there is none such."""
        listed_here = (m for m in self.models(task_type) if m.model_id == model_id and (m.revision or not self._online))
        found = next(listed_here, None) or self._found.get((model_id, task_type))
        if found is None:
            from .hub_api import looked_up

            with expert_errors(model_id, LOOK_UP_TIMEOUT), hub_limits(LOOK_UP_TIMEOUT):
                found = call_with_timeout(looked_up, LOOK_UP_TIMEOUT, self._api(), model_id, task_type, LOOK_UP_TIMEOUT)
            found = self._found[model_id, task_type] = self._redact.noun(found)
        return found

    def _kept(self, task_type: str) -> tuple[list[HubModel], float | None]:
        found = self._cache.models(task_type)
        if self._cache.left_out and self.trouble is None:
            self.trouble = _left_out(self._cache.left_out)
        return found

    def _api(self) -> "HfApi":
        from huggingface_hub import HfApi

        return HfApi(token=self._token.get_secret_value() if self._token else False)

    def _refresh_once(self, task_type: str) -> None:
        with self._lock:
            if task_type in self._asked:
                return
            self._asked.add(task_type)
        threading.Thread(target=self._refresh_quietly, args=[task_type], name="hub-list", daemon=True).start()

    def _refresh_quietly(self, task_type: str) -> None:
        try:
            self.refresh(task_type)
        except ExpertError as error:
            self.trouble = str(error)


def _left_out(number: int) -> str:
    return (
        f"{number} model{'s' * (number != 1)} of the Hub's list left out, with an id or commit that no model can have"
    )
