"""`Outcome`: what `hugginggpt.run` returns: the `Run` that was recorded, with readers of what its tasks made."""

import base64
import html
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, SupportsIndex, overload

from pydantic import ConfigDict, PrivateAttr

from ..graph.background import blocking
from ..graph.call import Material
from ..graph.errors import UsageError
from ..graph.options import Options
from ..graph.ports import Store
from ..graph.resource import Kind, Resource
from ..graph.result import Result, Run
from ..graph.settings import MEGABYTE
from ..graph.stored import has_hash
from ..nodes.verdicts import QUESTION

if TYPE_CHECKING:
    from typing import Unpack

    import PIL.Image

    from ..tools.media.sound import Samples
    from .changes import GivenChanges

SHOWN = 2 * MEGABYTE
"""Bytes of a file that a notebook shows; of a larger one it names the path."""
_TEXTS: tuple[Kind, ...] = ("text", "boxes", "labels", "table")


class TaskResult(Result):
    """A `Result` whose outputs can be read here. Readers raise `UsageError` where there is no such output."""

    _store: Store = PrivateAttr()

    @classmethod
    def of(cls, result: Result, store: Store) -> Self:
        """The result, with the store that has its files."""
        made = cls.model_construct(**dict(result))
        made._store = store
        return made

    @property
    def paths(self) -> tuple[Path, ...]:
        """The local file of each output, in order."""
        return tuple(self._store.path(resource) for resource in self.resources if resource.sha256)

    @property
    def text(self) -> str:
        """The text that it made; boxes, labels and tables as JSON or CSV. Several are joined by blank lines."""
        return "\n\n".join(material.text() for material in self._made(_TEXTS))

    def image(self, number: int = 0) -> "PIL.Image.Image":
        """The picture that it made, as RGB; `number`: of several."""
        from ..tools.media.pictures import read_image

        return read_image(self._one(("image", "mask"), number))

    def audio(self, number: int = 0) -> "tuple[Samples, int]":
        """The sound that it made: samples of shape (channels, time) within -1..1, and their rate in Hz."""
        from ..tools.media.sound import read_sound

        return read_sound(self._one(("audio", "video"), number))

    def table(self, number: int = 0) -> list[dict[str, Any]]:
        """The rows of the table, labels or boxes that it made; `pandas.DataFrame(...)` takes them."""
        from ..tools.media.rows import rows

        material = self._one(("table", "labels", "boxes", "text"), number)
        if (found := rows(material)) is None:
            raise UsageError(f"task {self._label} made a text that has no rows", hint="read it with .text")
        return found

    def _repr_html_(self) -> str:
        head = f"<b>[{html.escape(self.key)}]</b> {html.escape(self.task_type)}: {self.status}"
        error = f" <i>{html.escape(self.error)}</i>" if self.error else ""
        return f"<div>{head}{error}{''.join(_shown(resource, self._store) for resource in self.resources)}</div>"

    @property
    def _label(self) -> str:
        return f"{self.key} ({self.task_type})"

    def _made(self, kinds: Iterable[Kind]) -> list[Material]:
        if not self.ok:
            raise UsageError(
                f"task {self._label} made nothing, it is {self.status}: {self.error or 'no reason is recorded'}"
            )
        fitting = [resource for resource in self.resources if resource.kind in kinds]
        if not fitting:
            made = ", ".join(dict.fromkeys(resource.kind for resource in self.resources)) or "nothing"
            raise UsageError(f"task {self._label} made {made}, and no {' or '.join(kinds)}")
        return [self._material(resource) for resource in fitting]

    def _one(self, kinds: tuple[Kind, ...], number: int) -> Material:
        made = self._made(kinds)
        try:
            return made[number]
        except (IndexError, TypeError):
            raise UsageError(
                f"task {self._label} made {len(made)} of these, and there is no number {number!r}"
            ) from None

    def _material(self, resource: Resource) -> Material:
        """Raises `UsageError` where its file is gone, or is no longer what was recorded."""
        material = Material(resource=resource, path=self._store.path(resource))
        if resource.text is None and resource.sha256:
            try:
                why = "" if has_hash(material.path, resource.sha256) else "was changed after it was recorded"
            except OSError as error:
                why = f"can't be read: {error.strerror or error}"
            if why:
                raise UsageError(
                    f"the file of task {self._label}, {material.path}, {why}", hint="make the request again"
                )
        return material


class Results(tuple[TaskResult, ...]):
    """The results of a run in the order of its plan; `results[2]` is that of task 2, as the answer cites it."""

    @overload
    def __getitem__(self, task: SupportsIndex, /) -> TaskResult: ...
    @overload
    def __getitem__(self, task: slice, /) -> tuple[TaskResult, ...]: ...

    def __getitem__(self, task: SupportsIndex | slice, /) -> TaskResult | tuple[TaskResult, ...]:
        """By the id of a task; by place where it is negative or a slice. Raises `KeyError` where there is none."""
        if not isinstance(task, slice | SupportsIndex):
            raise UsageError(f"a result is read by the number of its task, and not by {task!r}", hint="run.results[0]")
        if isinstance(task, slice) or task.__index__() < 0:
            return super().__getitem__(task)
        found = next((result for result in self if result.task_id == task.__index__()), None)
        if found is None:
            there = ", ".join(str(result.task_id) for result in self) or "none"
            raise KeyError(f"there is no result of task {task}; there are results of {there}")
        return found


class Outcome(Run):
    """A run that came to its end, or waits. `results[2]` is the result of task 2; the rest is as in `Run`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    _store: Store = PrivateAttr()
    _go_on: "GoOn" = PrivateAttr()
    _question: str = PrivateAttr("")

    results: Results = Results()

    @classmethod
    def of(cls, run: Run, store: Store, go_on: "GoOn", question: str = "") -> Self:
        """The run, with what it needs to read its files and to be continued."""
        results = Results(TaskResult.of(result, store) for result in run.results)
        made = cls.model_construct(**{**dict(run), "results": results})
        made._store, made._go_on, made._question = store, go_on, question
        return made

    @property
    def question(self) -> str:
        """What a run that waits asks, to be answered with `resume(True)` or `resume(False)`; else empty."""
        return (self._question or QUESTION) if self.status == "waiting" else ""

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The local files that its tasks made, in the order of the plan."""
        return tuple(path for result in self.results for path in result.paths)

    @property
    def text(self) -> str:
        """The answer."""
        return self.answer

    def retry(self, *, options: Options | Mapping[str, Any] | None = None) -> "Outcome":
        """Run again what failed, and what depends on it. Raises `UsageError` where there is nothing to retry."""
        return blocking(lambda: self.aretry(options=options))

    def resume(self, verdict: Any = None, *, options: Options | Mapping[str, Any] | None = None) -> "Outcome":
        """Continue a run that waits (`verdict`: True, False, or `{"approve": True, "plan": ...}`) or was interrupted.

        `options`: new limits, as `{"max_llm_calls": 20}`.
        """
        return blocking(lambda: self.aresume(verdict, options=options))

    def fork(self, **changes: "Unpack[GivenChanges]") -> "Outcome":
        """A run of its own that goes on from this one with changes; what they do not touch is taken over.

        `outputs`: by task, as `{2: "new text", 0: Path("other.png"), "3[1].text": "..."}`. `models`: model id by task id or
        type. `redo`: tasks to be done again. `plan`: another plan. `at`: an earlier checkpoint. `thread_id`: a new
        conversation by default. `options`: new limits. Raises `UsageError` for what can't be changed.
        """
        return blocking(lambda: self.afork(**changes))

    async def afork(self, **changes: "Unpack[GivenChanges]") -> "Outcome":
        """As `fork`."""
        from .changes import Changes

        return await self._go_on("fork", Changes.of(changes), None)

    async def aretry(self, *, options: Options | Mapping[str, Any] | None = None) -> "Outcome":
        """As `retry`."""
        return await self._go_on("retry", None, options)

    async def aresume(self, verdict: Any = None, *, options: Options | Mapping[str, Any] | None = None) -> "Outcome":
        """As `resume`."""
        return await self._go_on("resume", verdict, options)

    def __repr__(self) -> str:
        what = repr(self.question or self.answer[:80])
        return f"Outcome({self.status}, run {self.run_id}, {len(self.results)} results: {what})"

    def _repr_html_(self) -> str:
        head = "" if self.status == "succeeded" else f"<p><b>{self.status}</b>{self._next_step()}</p>"
        asked = self._asked() if self.question else ""
        answer = f"<p style='white-space:pre-wrap'>{html.escape(self.answer)}</p>" if self.answer else ""
        return f"{head}{asked}{answer}{''.join(result._repr_html_() for result in self.results)}"

    def _asked(self) -> str:
        """The question, and the plan that it is about."""
        lines = "".join(
            f"<li><b>[{task.id}]</b> {html.escape(f'{task.type}: {task.goal}')}</li>" for task in self.plan.tasks
        )
        return f"<p>{html.escape(self.question)}</p><ul>{lines}</ul>"

    def _next_step(self) -> str:
        """What its caller can do now."""
        if self.status == "waiting":
            return ": <code>.resume(True)</code> runs the plan, <code>.resume(False)</code> refuses it"
        if self.resumable:
            return ": <code>.resume()</code> goes on"
        if self.status in {"partial", "failed"} and not all(result.status == "succeeded" for result in self.results):
            return ": <code>.retry()</code> runs again what failed"
        return ""


How = Literal["retry", "resume", "fork"]
GoOn = Callable[[How, Any, Any], Awaitable[Outcome]]
"""Continues the run, with the verdict of whoever approves it, or None, and new limits; or forks it, with its changes."""


def _shown(resource: Resource, store: Store) -> str:
    """A resource as a notebook shows it: small pictures, sounds and texts themselves, others by path."""
    if resource.sha256 is None:
        return ""
    path = store.path(resource)
    shown: Callable[[str], str] | None = _TAGS.get(resource.kind)
    try:
        if resource.text is not None:
            return f"<pre>{html.escape(resource.text)}</pre>"
        if shown and resource.size <= SHOWN:
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            return shown(f"data:{resource.media_type};base64,{data}")
    except OSError as error:
        return f"<p>{html.escape(str(path))} can't be read: {html.escape(error.strerror or str(error))}</p>"
    return f"<p>{html.escape(resource.kind)}: <code>{html.escape(str(path))}</code></p>"


_TAGS: dict[Kind, Callable[[str], str]] = {
    "image": lambda url: f"<img src='{url}' style='max-width:100%'>",
    "mask": lambda url: f"<img src='{url}' style='max-width:100%'>",
    "audio": lambda url: f"<audio controls src='{url}'></audio>",
    "video": lambda url: f"<video controls style='max-width:100%' src='{url}'></video>",
}
