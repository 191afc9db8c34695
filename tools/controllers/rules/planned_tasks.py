"""`PlannedTasks`: the tasks of a plan in the making, what each is made from, and the steps put before them."""

from dataclasses import dataclass, field

from ....graph.resource import Resource
from ....graph.result import Evidence
from ....graph.task import Ref, Single, Task, singles_in
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from .parameters import Parameters
from .referents import Referent


@dataclass(kw_only=True)
class PlannedTasks:
    """The tasks so far, with the words behind each."""

    tasks: list[Task] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    """The words behind each task, implied tasks included."""
    results_by_content: dict[object, Referent] = field(default_factory=dict)
    """Results by type, inputs and parameters of their tasks."""

    def cut(self, whole: Resource, part: Parameters, evidence: Evidence) -> Ref:
        """The task that cuts a part out of a recording or film, the same for all tasks that take it."""
        return self.step(f"trim-{whole.kind}", {whole.kind: whole}, part, evidence, "cut to the time")

    def step(
        self, task_type: str, inputs: dict[str, Input], parameters: Parameters, evidence: Evidence, goal: str
    ) -> Ref:
        """A step before a planned task, the same for all tasks that take its result."""
        content = (task_type, tuple(inputs.items()), tuple(parameters.items()))
        if content not in self.results_by_content:
            task = Task(id=len(self.tasks), type=task_type, inputs=inputs, parameters=parameters, goal=goal)
            self.tasks.append(task)
            self.evidence.append(evidence.model_copy(update={"task_id": task.id, "implied": True}))
            kind = VOCABULARY[task_type].outputs[0].kind
            self.results_by_content[content] = Referent(kind, Ref(task_id=task.id), task_type, evidence.start)
        value = self.results_by_content[content].value
        return value if isinstance(value, Ref) else Ref(task_id=0)

    def replace_input(self, task_id: int, old: Single, new: Single) -> None:
        """Have a task take `new` in place of `old`."""
        self.tasks[task_id] = self.tasks[task_id].with_inputs(lambda _, value: new if value == old else value)

    @property
    def has_found_boxes(self) -> bool:
        """Whether the latest task finds things in a picture."""
        return bool(self.tasks) and VOCABULARY[self.tasks[-1].type].outputs[0].kind == "boxes"

    def has_task(self, task_type: str) -> bool:
        """Whether a task of that type is planned."""
        return any(task.type == task_type for task in self.tasks)

    def is_list(self, value: Input) -> bool:
        """Whether a value is a list that one task makes: a result for each page or frame of a file."""
        if not isinstance(value, Ref):
            return False
        task = self.tasks[value.task_id]
        row = VOCABULARY[task.type]
        if next(output.many for output in row.outputs if value.output in ("", output.name)):
            return True
        return any(
            self.is_list(given) or (port.kinds == ("image",) and getattr(given, "kind", "") in ("document", "video"))
            for port in row.inputs
            if not port.many and (given := task.inputs.get(port.name)) is not None
        )

    def sources_of(self, value: Input) -> frozenset[object]:
        """The files and quotations that a value is made from."""
        if not isinstance(value, Ref):
            return frozenset((value,))
        inputs = self.tasks[value.task_id].inputs.values()
        return frozenset(found for given in inputs for single in singles_in(given) for found in self.sources_of(single))
