"""`blindness`, for `models --add`: whether a chat server that is to read pictures sees them; some only ignore them."""

import io
from pathlib import Path

from ...graph.call import Call, Material
from ...graph.errors import ExpertError
from ...graph.expert import Expert
from ...graph.ports import Backend
from ...graph.resource import Resource
from ...graph.task import Task
from ...graph.world import World

_COLOURS = ("red", "blue")
"""Of two pictures: a model that does not see can't be right about both but by chance."""
_QUESTION = "Which colour fills this picture? Answer with one word, in English."


async def blindness(world: World, backend: Backend, expert: Expert, scratch: Path, seconds: float) -> str:
    """What shows that it does not see: its answers about two pictures; empty where both are right. Raises `ExpertError`."""
    answers = []
    for colour in _COLOURS:
        question = await world.store.put_text(_QUESTION)
        sha256, size = await world.store.put_bytes(_picture(colour), "image/png")
        image = Resource(kind="image", media_type="image/png", sha256=sha256, size=size, name=f"{colour}.png")
        inputs: dict[str, tuple[Material, ...]] = {
            "image": (Material(resource=image, path=world.store.path(image)),),
            "question": (Material(resource=question, path=world.store.path(question)),),
        }
        task = Task.model_validate({"id": 0, "type": "visual-question-answering"})
        call = Call(run_id="doctor", key="0", task=task, expert=expert, inputs=inputs, scratch=scratch, timeout=seconds)
        try:
            (answer,) = await backend.run(call)
        except ExpertError as error:
            raise ExpertError(f"it does not take a picture: {error.message}", hint=error.hint) from error
        answers.append((answer.text or "").strip())
    if all(colour in answer.lower() for colour, answer in zip(_COLOURS, answers, strict=True)):
        return ""
    said = " and of a ".join(f"{c} picture it says {a[:60]!r}" for c, a in zip(_COLOURS, answers, strict=True))
    return f"it does not see what is sent: of a {said}; serve a model that reads pictures (llama-server: --mmproj FILE)"


def _picture(colour: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(buffer, "PNG")
    return buffer.getvalue()
