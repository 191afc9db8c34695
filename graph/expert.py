"""Expert: a model (or small tool) that can do a task; Assignment: which one was chosen for a task, and why."""

from collections.abc import Iterable, Sequence

from .resource import Frozen
from .vocabulary import VOCABULARY


class Expert(Frozen):
    """One row of the catalogue. Whether it takes a given task is asked of its backend (`Backend.accepts`)."""

    model_id: str
    """As on the Hub (`org/name`); embedded tools are `embedded/name`."""
    task_type: str
    backend: str
    """Name of the backend that runs it: `embedded`, `hf`, `scripted`, ..."""
    provider: str = ""
    """Who serves it, where the backend has several (Inference Providers)."""
    revision: str = ""
    """Commit or version; part of a task's fingerprint."""
    description: str = ""
    """One sentence; says so when it covers only a part of the task type."""
    downloads: int = 0
    likes: int = 0
    license: str = ""
    size: int = 0
    """Parameters of the model, 0 when unknown."""
    needs: tuple[str, ...] = ()
    """The slots it takes while it runs, e.g. `cpu`, `gpu:0`, `hf`."""
    here: bool = True
    """Nothing has to be downloaded before it can run."""
    partial: bool = False
    """A weak substitute: covers part of the type only, and is named as such wherever it was used."""


class Candidate(Frozen):
    """An expert as seen from one task: `obstacle` says why it can't do it here and now, None if it can."""

    expert: Expert
    obstacle: str | None = None


def allowed(candidates: Iterable[Candidate], where: Sequence[str]) -> list[Candidate]:
    """Those at the places of `where`, the first place's first, otherwise in the order given; all when it is empty.

    What is done by arithmetic (the domain `deterministic`) needs no place, and is always allowed.
    """
    if not where:
        return list(candidates)
    order = {place: number for number, place in enumerate(where)}

    def certain(candidate: Candidate) -> bool:
        row = VOCABULARY.get(candidate.expert.task_type)
        return row is not None and row.domain == "deterministic"

    kept = [candidate for candidate in candidates if candidate.expert.backend in order or certain(candidate)]
    return sorted(kept, key=lambda c: (c.obstacle is not None, order.get(c.expert.backend, -1)))


FALLEN_BACK = "next best after "
"""How the reason of an assignment begins, where the expert chosen first failed."""


class Assignment(Frozen):
    """The paper's `{"id", "reason"}`, with what it was chosen from."""

    task_id: int
    expert: Expert
    reason: str
    candidates: tuple[str, ...] = ()
    """Model ids of all that could have done it, best first."""
    fallbacks: tuple[Expert, ...] = ()
    """Tried in this order when the chosen one fails for reasons of its own."""
