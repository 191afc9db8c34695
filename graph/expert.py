"""`Expert`: a model (or small tool) that can do a task; `Assignment`: which one was chosen for a task, and why."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field, field_serializer, field_validator, model_validator

from .resource import Frozen
from .vocabulary import VOCABULARY

NO_EXPERT = "no expert can do it here"
"""How the error of a task begins that no expert can do; its reasons follow."""


class Expert(Frozen):
    """One row of the catalogue. Whether it can do a given task: see `Backend.obstacle`."""

    model_id: str
    """As on the Hub (`org/name`); embedded tools are `embedded/name`."""
    task_type: str
    backend: str
    """Name of the backend that runs it: `embedded`, `hf`, `scripted`, ..."""
    provider: str = ""
    """The provider that serves it, where the backend has several (Inference Providers)."""
    revision: str = ""
    """Commit or version; part of a task's fingerprint."""
    description: str = ""
    """One sentence; names the part of the task type that it covers, where it does not cover all."""
    downloads: int = 0
    likes: int = 0
    license: str = ""
    size: int = 0
    """Parameters of the model, 0 when unknown."""
    needs: tuple[str, ...] = ()
    """The slots it takes while it runs, e.g. `cpu`, `gpu:0`, `hf`."""
    price: float | None = Field(default=None, exclude_if=lambda price: price is None)
    """Dollars a call, where the user stated it with the server; see `call_price`."""
    here: bool = True
    """Nothing has to be downloaded before it can run."""
    partial: bool = False
    """A weak substitute: covers a part of the task type only, and every answer that uses it names it as such."""


class Obstacle(Frozen):
    """Why an expert can't do a task here and now; as text `what: remedy`."""

    what: str
    """The cause, e.g. `needs a Hugging Face token`."""
    remedy: str = ""
    """What the user can type or change to remove it; empty where nothing does."""

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}" if self.remedy else self.what


class Candidate(Frozen):
    """An expert as seen from one task, with the obstacle that keeps it from the task; None where it can run."""

    expert: Expert
    obstacle: Obstacle | None = None

    @field_validator("obstacle", mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        """JSON (recordings, `--json`) holds an obstacle as its text."""
        return {"what": value} if isinstance(value, str) else value

    @field_serializer("obstacle", when_used="json")
    def _as_text(self, obstacle: Obstacle | None) -> str | None:
        return None if obstacle is None else str(obstacle)


def allowed(candidates: Iterable[Candidate], where: Sequence[str]) -> list[Candidate]:
    """The candidates at the places of `where`, the first place first; all when it is empty. Arithmetic may run anywhere."""
    if not where:
        return list(candidates)
    order = {place: number for number, place in enumerate(where)}

    def is_deterministic(candidate: Candidate) -> bool:
        row = VOCABULARY.get(candidate.expert.task_type)
        return row is not None and row.domain == "deterministic"

    kept = [candidate for candidate in candidates if candidate.expert.backend in order or is_deterministic(candidate)]
    return sorted(kept, key=lambda c: (c.obstacle is not None, order.get(c.expert.backend, -1)))


class Assignment(Frozen):
    """The paper's `{"id", "reason"}`, with the candidates that it was chosen from."""

    task_id: int
    expert: Expert
    reason: str
    candidates: tuple[str, ...] = ()
    """Model ids of all experts that can do it, best first."""
    fallbacks: tuple[Expert, ...] = ()
    """Tried in this order when the chosen one fails for reasons of its own."""
    fallback: bool = False
    """`expert` is one of `fallbacks`: the expert chosen first failed, and `reason` names it."""

    @model_validator(mode="before")
    @classmethod
    def _read_old_rows(cls, row: Any) -> Any:
        """Rows and checkpoints of earlier versions hold `fallback` only in the words of the reason."""
        old = isinstance(row, dict) and "fallback" not in row
        return row | {"fallback": str(row.get("reason", "")).startswith("next best after ")} if old else row
