"""`Accepts`: functions that return why a model can't do a task; called before the choice, and by `check` before the call."""

from collections.abc import Callable, Collection

from ...graph.call import Call
from ...graph.errors import ExpertError
from ...graph.task import Task, resources_in
from ...graph.vocabulary import VOCABULARY

Accepts = Callable[[Task, str], str | None]
"""Why the model of that id is not for this task, as a sentence to the user; None when it may be."""

HARMLESS = frozenset({"voice", "rate", "seed", "look_for"})
"""Parameters that a server may ignore: the same text is spoken, an image is still one of many that fit the prompt, and what
to look for is chosen with the expert."""


def ignored(task: Task, used: Collection[str]) -> str | None:
    """Why a task loses something with a function that uses the required inputs and those named `used`; None if not."""
    reaches = {port.name for port in VOCABULARY[task.type].inputs if port.required} | set(used) | HARMLESS
    given = (name for name, value in (task.inputs | task.parameters).items() if value not in ("", ()))
    lost = next((name for name in given if name not in reaches), None)
    return f"ignores {lost}" if lost else None


def received(call: Call) -> Task:
    """The task of a call with its inputs as they arrived, in place of references."""
    arrived = {
        name: materials[0].resource if len(materials) == 1 else tuple(m.resource for m in materials)
        for name, materials in call.inputs.items()
        if materials
    }
    others = {name: value for name, value in call.task.inputs.items() if name not in call.inputs}
    return call.task.model_copy(update={"inputs": others | arrived})


def check(call: Call, refusal: Callable[[Task], str | None]) -> None:
    """Raise `ExpertError` for a call that `refusal` refuses now that its inputs are known."""
    if (reason := refusal(received(call))) is not None:
        raise ExpertError(f"{call.expert.model_id} can't do task {call.task.label}: {reason}", kind="wrong_task")


def needs_labels(task: Task, _model_id: str) -> str | None:
    """For zero-shot models, which have no labels of their own."""
    return None if task.parameters.get("candidate_labels") else "it needs labels to choose from"


def needs_context(task: Task, _model_id: str) -> str | None:
    """For extractive models, which have no knowledge of their own."""
    return None if task.inputs.get("context") else "it finds answers in a text only, and none is given"


def images_of_pages_only(task: Task, _model_id: str) -> str | None:
    """For models that take images of pages, and can't open a document."""
    given = [resource for value in task.inputs.values() for resource in resources_in(value)]
    other = next((r for r in given if r.kind == "document" and not r.media_type.startswith("image/")), None)
    return f"it takes images of pages, and {other.label} is not an image" if other else None


def one_image_without_sound(task: Task, _model_id: str) -> str | None:
    """For video models, which animate one image and add no sound."""
    images = task.inputs.get("images")
    if isinstance(images, tuple) and len(images) > 1:
        return "it animates one image; several need a slideshow"
    return "it makes videos without sound" if task.inputs.get("audio") else None
