"""LocalBackend: models of transformers and diffusers on this machine's processors or cards, in worker processes."""

import asyncio
import contextvars
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from threading import Event, Lock

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.events import TaskProgress, emit
from ....graph.expert import Expert, Obstacle
from ....graph.extras import needs
from ....graph.ports import Consent
from ....graph.settings import Settings
from ....graph.task import Task
from ...catalog.hub_model import HubModel
from ...catalog.pinned import pinned
from ...net.daemon_threads import call_in_daemon_thread
from ..accepts import received
from ..worker.memory_limits import Bounds
from ..worker.pool import Workers
from ..worker.progress import Step, Tell
from . import hub_download
from .hardware import Device, device_for, make_nodes, memory, size
from .model_cache import Found, builds_on, cache_folder, fault, find, helped_by, httpx_module_of, is_path
from .registry import LIBRARIES, Way, registered
from .run_in_worker import TARGET

ALLOW = "--download yes (or HUGGINGGPT_DOWNLOAD=yes) gets it"
SHARE = 0.9
"""Of the machine's memory."""
LIBRARIES_TAKE = 2_000_000_000
"""Bytes of torch and transformers, with room."""
SLOT = "local"
"""The one worker process of the processors."""

Models = Callable[[str], Sequence[HubModel]]


class LocalBackend:
    """The `Backend` port over the models that `models` lists for a task type, and any other that is named.

    A device has one worker process, with the models that it has loaded. A model that is not here is downloaded when
    the settings allow it, or the user does: `consent`.
    """

    name = "local"

    def __init__(
        self,
        settings: Settings,
        models: Models = pinned,
        consent: Consent | None = None,
        tell: Callable[[TaskProgress], None] = emit,
    ) -> None:
        self._settings, self._models, self._consent, self._tell = settings, models, consent, tell
        self._token = settings.hf_token.get_secret_value() if settings.hf_token else None
        self._workers: dict[str, Workers] = {}
        self._described: dict[tuple[str, str], HubModel] = {}
        self._getting: dict[str, Lock] = {}
        self._refused: set[str] = set()
        self._guessed: set[tuple[str, str]] = set()
        """Named models that nobody has looked at: which library they are for, and what they take, is not known yet."""
        self._lock, self._asking = Lock(), Lock()

    def experts(self, task_type: str) -> Sequence[Expert]:
        """Those of the listed models that our code can run."""
        return [self._expert(model) for model in self._models(task_type) if model.library in LIBRARIES and _way(model)]

    def named(self, task_type: str, model_id: str) -> Expert | None:
        """The expert of that very model, listed or not: an id on the Hub, or a folder. None when no code of ours fits."""
        for expert in self.experts(task_type):
            if expert.model_id == model_id:
                return expert
        found = find(model_id)
        library = httpx_module_of(found.folder) if found else _any_library(task_type)
        if found is None:
            self._guessed.add((task_type, model_id))
        model = HubModel(model_id=model_id, task_type=task_type, library=library, description="Named by you.")
        return self._expert(model) if _way(model) else None

    def obstacle(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """Why it can't run here and now, and what would change that. Asks neither torch nor the Hub."""
        return self._unfit(expert, task) or (None if find(expert.model_id, expert.revision) else self._absent(expert))

    async def prepare(self, call: Call) -> None:
        """Bring the model here, and those that it builds on or is helped by: as the settings or the user allow."""
        model_id, revision = call.expert.model_id, call.expert.revision
        found = await asyncio.to_thread(find, model_id, revision) or await self._bring(call, model_id, revision)
        base = await asyncio.to_thread(builds_on, found.folder)
        if base is not None and await asyncio.to_thread(find, base) is None:
            await self._bring(call, base, "")
        helper = await asyncio.to_thread(helped_by, found.folder)
        if helper is not None and self._may_download() and await asyncio.to_thread(find, helper) is None:
            with suppress(ExpertError):  # it can do without, and says so
                await self._bring(call, helper, "")

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Do it in the worker process of the model's device."""
        if (reason := await asyncio.to_thread(self._unfit, call.expert, received(call))) is not None:
            raise ExpertError(f"{call.expert.model_id} can't do task {call.task.label}: {reason}")
        await self.prepare(call)
        workers = await asyncio.to_thread(lambda: self._workers_of(device_for(call.expert.model_id, call.expert.size)))
        with self._telling(call) as tell:
            return await workers.run(TARGET, call, tell)

    async def aclose(self) -> None:
        """Kill the worker processes, and the models in them."""
        with self._lock:
            workers, self._workers = list(self._workers.values()), {}
        for each in workers:
            await asyncio.to_thread(each.close)

    # -- experts ----------------------------------------------------------------------------------------------------

    def _expert(self, model: HubModel) -> Expert:
        self._described[model.task_type, model.model_id] = model
        found = find(model.model_id, model.revision)
        way = _way(model)
        device = device_for(model.model_id, model.size)
        return Expert(
            model_id=model.model_id,
            task_type=model.task_type,
            backend=self.name,
            revision=found.revision if found else model.revision,
            description=model.description,
            downloads=model.downloads,
            likes=model.likes,
            license=model.license,
            size=model.size,
            needs=("cpu", SLOT) if device.name == "cpu" else (device.name,),
            partial=way.partial if way else False,
            here=found is not None,
        )

    def _unfit(self, expert: Expert, task: Task | None) -> Obstacle | None:
        """What no download would change."""
        if (reason := fault(expert.model_id, expert.revision)) is not None:
            return Obstacle(what=reason)
        model = self._described.get((expert.task_type, expert.model_id))
        if model is None and self.named(expert.task_type, expert.model_id) is not None:
            model = self._described[expert.task_type, expert.model_id]
        way = _way(model) if model else None
        if way is None:
            return Obstacle(what=f"no code here does {expert.task_type} with it")
        sure = (expert.task_type, expert.model_id) not in self._guessed
        if (lacking := _lacking(way)) is not None:
            what = lacking.what if sure else f"is in no list here, and {lacking.what}"
            return Obstacle(what=what, remedy=lacking.remedy)
        if task and sure and way.accepts and (reason := way.accepts(task, expert.model_id)) is not None:
            return Obstacle(what=reason)
        device = device_for(expert.model_id, expert.size)
        needed = device.needed(expert.size)
        if device.memory and needed > device.memory:
            return Obstacle(what=f"needs about {size(needed)} of memory; {device.noun} has {size(device.memory)}")
        return None

    def _absent(self, expert: Expert) -> Obstacle | None:
        """Why what is not here can't be brought."""
        model_id = expert.model_id
        if is_path(model_id):
            needed = "config.json and weights in safetensors are needed"
            return Obstacle(what="there is no model in that folder", remedy=needed)
        model = self._described[expert.task_type, model_id]
        if model.safetensors is False:
            return Obstacle(what="its weights are pickle only, which can run any code when loaded; it is not used")
        if model.gated and self._token is None:
            remedy = f"accept its terms at https://huggingface.co/{model_id}, and set HF_TOKEN"
            return Obstacle(what="is gated", remedy=remedy)
        about = f"about {size(model.size * 4)}" if model.size else "unknown size"
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
            return Obstacle(what="is not on this machine, and HF_HUB_OFFLINE forbids to get it")
        if self._may_download():
            return Obstacle(what="its download was refused") if model_id in self._refused else None
        unheard = ", nor in any list here" if (expert.task_type, model_id) in self._guessed else ""
        return Obstacle(what=f"is not on this machine{unheard} (a download of {about})", remedy=ALLOW)

    def _may_download(self) -> bool:
        """Whether the settings allow it, or there is somebody to ask."""
        return self._settings.download == "yes" or (self._settings.download == "ask" and self._consent is not None)

    # -- downloads --------------------------------------------------------------------------------------------------

    async def _bring(self, call: Call, model_id: str, revision: str) -> Found:
        """Download it. Cancelled, the download stops; what it has got stays for the next time."""
        if is_path(model_id):
            raise ExpertError(f"there is no model in {model_id}", hint="config.json and safetensors are needed")
        stop = Event()
        with self._telling(call) as tell:

            def progress(done: int, total: int) -> None:
                tell(Step(what=f"download of {model_id}", done=done, total=total, unit="bytes"))

            try:
                return await call_in_daemon_thread(self._fetch, call, model_id, revision, progress, stop)
            finally:
                stop.set()

    @contextmanager
    def _telling(self, call: Call) -> Iterator[Tell]:
        """Tell of a call's progress, from any thread, for as long as the body runs."""
        over, loop, context = Event(), asyncio.get_running_loop(), contextvars.copy_context()

        def tell(step: Step) -> None:
            event = TaskProgress(run_id=call.run_id, task_id=call.task.id, key=call.key, **step.model_dump())
            if not over.is_set():
                loop.call_soon_threadsafe(self._tell, event, context=context)

        try:
            yield tell
        finally:
            over.set()

    def _fetch(self, call: Call, model_id: str, revision: str, progress: hub_download.Progress, stop: Event) -> Found:
        """In a thread: one download of a model at a time; who comes second finds it done."""
        with self._lock:
            turn = self._getting.setdefault(model_id, Lock())
        with turn:
            if (found := find(model_id, revision)) is not None:
                return found
            wanted = hub_download.wanted(model_id, revision, self._token)
            self._ask(call, wanted)
            hub_download.download(wanted, self._token, progress, stop)
            if (found := find(model_id, wanted.revision)) is None:
                raise ExpertError(f"{model_id} was downloaded, but something of it is missing: it can't be loaded")
            return found

    def _ask(self, call: Call, wanted: hub_download.Wanted) -> None:
        """Go on only if the settings or the user allow the download. Who refused one for a task is asked for no other."""
        what = f"{wanted.model_id} is not on this machine, and needs a download of {size(wanted.total)}"
        free = shutil.disk_usage(next(p for p in (cache_folder(), *cache_folder().parents) if p.exists())).free
        if wanted.total > free:
            raise ExpertError(f"{what}; {size(free)} are free in {cache_folder()}", hint="another disk: HF_HOME=DIR")
        if self._settings.download == "yes":
            return
        if self._settings.download == "no" or self._consent is None:
            raise ExpertError(what, hint=ALLOW)
        with self._asking:
            for_this = f"{call.run_id} {call.key}"
            known = {wanted.model_id, for_this} & self._refused
            if known or not self._consent(wanted.model_id, wanted.total):
                self._refused |= {wanted.model_id, for_this}
                raise ExpertError(f"{what}, which was refused", hint=ALLOW)

    # -- processes --------------------------------------------------------------------------------------------------

    def _workers_of(self, device: Device) -> Workers:
        """The one process of a device: all processors, or one card; no network, no keys."""
        with self._lock:
            if device.name not in self._workers:
                alone = self._settings.model_copy(update={"workers": 1})
                if device.name != "cpu":
                    make_nodes()
                self._workers[device.name] = Workers(
                    alone, _environment(self._settings, device), bounds(self._settings)
                )
            return self._workers[device.name]


def _way(model: HubModel) -> Way | None:
    library = LIBRARIES.get(model.library)
    return registered().get((model.task_type, library)) if library else None


def _any_library(task_type: str) -> str:
    """Of a model that nobody has seen yet: what most of that task type are for."""
    return "transformers" if (task_type, "transformers") in registered() else "diffusers"


def _lacking(way: Way) -> Obstacle | None:
    if any(find_spec(module) is None for module in ("torch", "transformers", way.library)):
        return needs("local")
    missing = [module for module in way.requires if find_spec(module) is None]
    return Obstacle(what=f"needs {missing[0]}", remedy=f"pip install {' '.join(missing)}") if missing else None


def bounds(settings: Settings) -> Bounds:
    """What a process may hold: so much that the machine is not driven to end others, and this program with them.

    Where the memory for models is set: half as much again, which is what they take while they work, and the libraries.
    """
    most = int(memory() * SHARE)
    wanted = settings.local_memory
    return Bounds(resident=most if wanted is None else min(most, int(wanted * 1.5) + LIBRARIES_TAKE))


def _environment(settings: Settings, device: Device) -> dict[str, str]:
    """What its process knows beyond what every worker does."""
    sockets = {} if device.name == "cpu" else {"HUGGINGGPT_UNIX_SOCKETS": "1"}  # the driver's, to its daemons
    budget = {} if settings.local_memory is None else {"HUGGINGGPT_LOCAL_MEMORY": str(int(settings.local_memory))}
    return (
        budget
        | sockets
        | {
            "HF_HUB_CACHE": str(cache_folder()),
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "CUDA_VISIBLE_DEVICES": device.visible,
            "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # as nvidia-smi counts
            "TOKENIZERS_PARALLELISM": "false",
            "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning: 15 times slower where others need the processors
        }
    )
