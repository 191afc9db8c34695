"""`Downloads`, for `LocalBackend`: whether settings and user allow a download; `hub_download.py` then does it."""

import logging
import shutil
from threading import Event, Lock

from ....graph.advice import setting
from ....graph.call import Call
from ....graph.errors import ExpertError
from ....graph.ports import Consent
from ....graph.settings import Settings
from ...net.daemon_threads import call_in_daemon_thread
from ..worker.progress import OnStep, Step
from . import hub_download
from .hardware import size
from .hub_download import DownloadPlan
from .model_cache import LocalModel, cache_folder, find, is_path

_log = logging.getLogger(__name__)


class Downloads:
    """Downloads models into the cache of the Hub. A download that the user refuses is not offered again."""

    @property
    def remedy(self) -> str:
        """What would allow a download."""
        return f"{setting('download', 'yes')} gets it"

    def __init__(self, settings: Settings, consent: Consent | None) -> None:
        self._settings, self._consent = settings, consent
        self._token = settings.hf_token.get_secret_value() if settings.hf_token else None
        self._turns: dict[str, Lock] = {}
        self._refused: set[str] = set()
        """Model ids, and the tasks for which the user refused a download."""
        self._lock, self._consent_lock = Lock(), Lock()

    @property
    def possible(self) -> bool:
        """Whether the settings allow downloads, or the user can be asked for consent."""
        return self._settings.download == "yes" or (self._settings.download == "ask" and self._consent is not None)

    def was_refused(self, model_id: str) -> bool:
        """Whether the user refused the download of a model."""
        return model_id in self._refused

    async def get(self, call: Call, model_id: str, revision: str, report: OnStep) -> LocalModel:
        """Download a model for a call. Cancelled, the download stops, and a later one continues it."""
        if is_path(model_id):
            raise ExpertError(f"there is no model in {model_id}", hint="config.json and safetensors are needed")
        stop = Event()

        def progress(done: int, total: int) -> None:
            report(Step(what=f"download of {model_id}", done=done, total=total, unit="bytes"))

        try:
            return await call_in_daemon_thread(self._download, call, model_id, revision, progress, stop)
        finally:
            stop.set()

    def _download(
        self, call: Call, model_id: str, revision: str, progress: hub_download.Progress, stop: Event
    ) -> LocalModel:
        """In a thread: one download of a model at a time; a second caller finds the model in the cache."""
        with self._lock:
            turn = self._turns.setdefault(model_id, Lock())
        with turn:
            if (found := find(model_id, revision)) is not None:
                return found
            plan = hub_download.plan_download(model_id, revision, self._token)
            self._check_allowed(call, plan)
            _log.info("download of %s starts: %s", model_id, size(plan.total))
            hub_download.download(plan, self._token, progress, stop)
            _log.info("download of %s is complete", model_id)
            if (found := find(model_id, plan.revision)) is None:
                raise ExpertError(f"{model_id} was downloaded, but something of it is missing: it can't be loaded")
            return found

    def _check_allowed(self, call: Call, plan: DownloadPlan) -> None:
        """Raise `ExpertError` unless there is room and permission. A task with a refused download asks for no other."""
        what = f"{plan.model_id} is not on this machine, and needs a download of {size(plan.total)}"
        free = shutil.disk_usage(next(p for p in (cache_folder(), *cache_folder().parents) if p.exists())).free
        if plan.total > free:
            raise ExpertError(f"{what}; {size(free)} are free in {cache_folder()}", hint="another disk: HF_HOME=DIR")
        if self._settings.download == "yes":
            return
        if self._settings.download == "no" or self._consent is None:
            raise ExpertError(what, hint=self.remedy)
        with self._consent_lock:
            task = f"{call.run_id} {call.key}"
            refused = {plan.model_id, task} & self._refused
            if refused or not self._consent(plan.model_id, plan.total):
                self._refused |= {plan.model_id, task}
                raise ExpertError(f"{what}, which was refused", hint=self.remedy)
