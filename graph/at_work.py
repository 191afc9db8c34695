"""`AtWork`: what a task without a result is doing now, for `show`, `runs` and `show --watch` of a run under way."""

from typing import Literal

from pydantic import Field

from .resource import Frozen

Phase = Literal["waiting", "choosing", "ready", "preparing", "queued", "running", "retrying"]
"""For data; for the choice of its expert; for nothing; for the download of a model, say; for a slot; for its expert; for
the pause before the next attempt."""


class AtWork(Frozen):
    """A task, or a member of a list, under way."""

    key: str
    """Ledger key: `2`, or `3[0]` for a member."""
    phase: Phase
    since: float = Field(default=0.0, exclude_if=lambda since: not since)
    """Seconds since the epoch; 0 where it is not known."""
    model_id: str = Field(default="", exclude_if=lambda model_id: not model_id)
    slots: tuple[str, ...] = Field(default=(), exclude_if=lambda slots: not slots)
    """The full ones that it waits for."""
    tasks: tuple[int, ...] = Field(default=(), exclude_if=lambda tasks: not tasks)
    """Those whose results it waits for."""
    attempt: int = Field(default=0, exclude_if=lambda attempt: attempt < 2)
    """The attempt that runs, or comes after the pause."""

    @property
    def task_id(self) -> int:
        """The task, also of a member."""
        return int(self.key.partition("[")[0])

    @property
    def words(self) -> str:
        """`waits for task 1`, `waits for a slot (gpu:0)`, `runs embedded/summary, attempt 2`."""
        again = f", attempt {self.attempt}" if self.attempt > 1 else ""
        match self.phase:
            case "waiting":
                return f"waits for task{'s' * (len(self.tasks) > 1)} {', '.join(map(str, self.tasks))}"
            case "choosing":
                return "chooses its expert"
            case "ready":
                return "has all that it needs"
            case "preparing":
                return f"prepares {self.model_id}"
            case "queued":
                return f"waits for a slot ({', '.join(self.slots)})"
            case "running":
                return f"runs {self.model_id}{again}"
            case "retrying":
                return f"pauses before attempt {self.attempt} of {self.model_id}"
