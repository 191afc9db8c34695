"""`ExpertCalls`: slots, timeout and retries around one backend call, and its artifacts moved into the store."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..graph.advice import option
from ..graph.at_work import AtWork, Phase
from ..graph.call import Artifact, Call
from ..graph.caveats import collecting
from ..graph.clock import now
from ..graph.errors import ExpertError
from ..graph.events import TaskQueued, TaskStarted, emit
from ..graph.expert import Expert
from ..graph.ports import Backend, Ledger, Preparing, Slots, Store
from ..graph.result import Outputs
from ..graph.settings import Settings
from ..graph.task import Task
from ..graph.time_at_work import timeout_at_work
from ..graph.vocabulary import VOCABULARY
from .execution import current
from .lists import Inputs
from .retries import attempts

PAID_OTHERWISE = {"embedded", "local", "chat"}
"""Places whose calls cost nothing, or are paid by the token."""
PRICED = {"hf", "endpoint"}
"""Places whose calls may cost something, though it is not known what."""
CallPrice = Callable[[Expert], float | None]
"""Dollars for a call; None where that is not known."""


def place_of(expert: Expert) -> str:
    """An expert at its place."""
    return f"{expert.backend}:{expert.provider}:{expert.model_id}"


class Stored(NamedTuple):
    """What a call made, in the store, with the notes on it."""

    outputs: Outputs
    notes: tuple[str, ...]
    lacks: tuple[str, ...]
    """What of its inputs could not be read."""
    is_first: bool
    """The call of its expert was the first in its process."""


@dataclass(frozen=True, kw_only=True)
class ExpertCalls:
    """Calls experts of all backends, within the slots that they need."""

    backends: Mapping[str, Backend]
    store: Store
    slots: Slots
    settings: Settings
    ledger: Ledger
    price: CallPrice
    called: set[str]
    """Experts of which a call has ended in this process, as `place_of` names them."""

    async def make(
        self,
        task: Task,
        expert: Expert,
        inputs: Inputs,
        *,
        run_id: str,
        key: str,
        tries: Counter[str],
        waits: list[float],
        report: Callable[[AtWork], None],
    ) -> Stored:
        """Call one expert, and again where the retry policy allows it. Raises `ExpertError`.

        Slots are held during an attempt only, not during a pause. `tries` counts the attempts by expert and place;
        `waits` gets the seconds that each waited for its slots,
        `report` what the call is doing.
        """

        def doing(phase: Phase, **more: Any) -> None:
            report(AtWork(key=key, phase=phase, since=now(), model_id=expert.model_id, **more))

        place = place_of(expert)
        seconds = current().call_seconds.get(run_id, self.settings.timeout)
        async for attempt in attempts(self.settings.retries):
            with attempt:
                async with AsyncExitStack() as held:
                    call = Call(
                        run_id=run_id, key=key, task=task, expert=expert, inputs=inputs,
                        scratch=self.store.unused_folder(), timeout=seconds,
                    )  # fmt: skip
                    held.push_async_callback(self._clean_up, call)
                    doing("preparing")
                    await self._prepare(call)  # before the slots: a download or a question to the user needs none
                    if full := self.slots.full(expert.needs):
                        emit(TaskQueued(run_id=run_id, task_id=task.id, key=key, slots=full))
                        doing("queued", slots=full)
                    current().precedence.end(task.key)
                    waiting_since = now()
                    await held.enter_async_context(self.slots.hold(expert.needs))
                    waits.append(now() - waiting_since)
                    if not tries[place]:
                        emit(TaskStarted(run_id=run_id, task_id=task.id, key=key, model_id=expert.model_id))
                    if expert.backend not in PAID_OTHERWISE:
                        await self._charge(run_id, expert)
                    tries[place] += 1
                    doing("running", attempt=tries[place])
                    is_first = place not in self.called
                    with collecting() as heard:
                        try:
                            artifacts = await self._attempt(call)
                        except ExpertError:
                            doing("retrying", attempt=tries[place] + 1)
                            raise
                    given = [material.resource.caveat or "" for materials in inputs.values() for material in materials]
                    notes = [artifact.note for artifact in artifacts] + heard.notes + given
                    gaps = [artifact.lacks for artifact in artifacts] + heard.lacks
                    self.called.add(place)
                    outputs = await self._store_all(artifacts, task, key)
                    return Stored(outputs, _each_once(notes), _each_once(gaps), is_first or call.is_first)
        raise AssertionError("the attempts end by returning or raising")

    async def _charge(self, run_id: str, expert: Expert) -> None:
        """Each attempt counts: a provider may charge for one that fails."""
        if (price := self.price(expert)) is not None or expert.backend in PRICED:
            await self.ledger.llm_calls.charge(run_id, expert.model_id, price)

    async def _clean_up(self, call: Call) -> None:
        if call.used_scratch:
            await self.store.remove_folder(call.folder)

    async def _prepare(self, call: Call) -> None:
        backend = self._backend(call.expert)
        if isinstance(backend, Preparing):
            await backend.prepare(call)

    def _backend(self, expert: Expert) -> Backend:
        """Raises `ExpertError` for a choice that was recorded where there were other places than here."""
        if expert.backend not in self.backends:
            raise ExpertError(
                f"{expert.model_id} was chosen at {expert.backend}, which is no place here",
                hint=f"places here: {', '.join(self.backends)}; make the request again",
            )
        return self.backends[expert.backend]

    async def _attempt(self, call: Call) -> Sequence[Artifact]:
        try:
            async with timeout_at_work(call.timeout + 5):  # backends keep the limit themselves; this is the safety net
                return await self._backend(call.expert).run(call)
        except TimeoutError as error:
            raise ExpertError(
                f"{call.expert.model_id} took longer than {call.timeout:g} s",
                hint=f"raise it: {option('timeout', 'SECONDS')}",
                kind="timeout",
            ) from error

    async def _store_all(self, artifacts: Sequence[Artifact], task: Task, key: str) -> Outputs:
        """The artifacts as resources. An output that is no list holds one: the last that came."""
        lists = {output.name for output in VOCABULARY[task.type].outputs if output.many}
        outputs: Outputs = {}
        for artifact in artifacts:
            resource = await self.store.adopt(artifact, key)
            earlier = outputs.get(artifact.output, ()) if artifact.output in lists else ()
            outputs[artifact.output] = (*earlier, resource)
        return outputs


def _each_once(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))
