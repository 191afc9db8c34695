"""Random plans by seed with the texts that their tasks must make, and the dependants of a task."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hugginggpt.graph.plan import Plan
from scripting import step


@dataclass(frozen=True)
class Dag:
    """A random plan: its tasks in the paper's JSON, and how long each takes."""

    tasks: Sequence[Mapping[str, Any]]
    latency: Mapping[int, float]

    @cached_property
    def deps(self) -> dict[int, list[int]]:
        return {task["id"]: [other for other in task["dep"] if other != -1] for task in self.tasks}

    @cached_property
    def texts(self) -> dict[int, str]:
        """What the scripted backend makes for each task from the right inputs."""
        texts: dict[int, str] = {}
        for n in sorted(self.deps):  # a task depends on smaller ids only
            texts[n] = self.text(n, texts)
        return texts

    def text(self, n: int, texts: Mapping[int, str]) -> str:
        """What is made for task `n` from the texts of those that it depends on."""
        return " ".join([f"text2text-generation of step {n}", *(texts[other] for other in self.deps[n])])


def dependants(plan: Plan, task_id: int) -> set[int]:
    """Every task that can't be done without `task_id`, directly or through others."""
    found = {task_id}
    for task in plan.tasks:
        if found & set(task.depends_on):
            found.add(task.id)
    return found - {task_id}


def random_dag(seed: int, size: int = 30, *, longest: float = 0.2, levels: int = 5) -> Dag:
    """Tasks on up to six levels, each taking what up to three tasks of lower levels made."""
    rng = random.Random(seed)
    level = [rng.randint(0, levels) for _ in range(size)]
    tasks = []
    for n in range(size):
        below = [other for other in range(n) if level[other] < level[n]]
        tasks.append(step(n, *sorted(rng.sample(below, min(len(below), rng.randint(0, 3))))))
    return Dag(tasks, {n: rng.uniform(0, longest) for n in range(size)})
