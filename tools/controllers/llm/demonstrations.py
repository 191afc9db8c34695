"""`DEMONSTRATIONS`: requests with their plans; a prompt shows the `most_similar` ones (paper, section 3.1).

Written for this project; a test reads each as a plan. They cover a single task, a chain, a join, a fan-out, a map over
files, the use of an earlier turn's result, and a request that needs no task.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...wording.meanings import meaning_of
from ...wording.nearest import nearest
from ...wording.request_language import language_of, own_words
from ...wording.wording import LANGUAGES
from .references import references_in


class Demonstration(NamedTuple):
    """A request with its files, and its plan."""

    request: str
    files: tuple[str, ...]
    tasks: tuple[dict[str, Any], ...]

    def __str__(self) -> str:
        files = f"Files {', '.join(self.files)}. " if self.files else ""
        return f"{files}{self.request}\n{json.dumps({'tasks': self.tasks, 'refusals': []}, ensure_ascii=False)}"


def _task(number: int, name: str, /, **args: Any) -> dict[str, Any]:
    return {"task": name, "id": number, "dep": sorted({*references_in(args)}) or [-1], "args": args}


DEMONSTRATIONS = (
    Demonstration("How many sheep are on the meadow?", ("a.jpg",), (
        _task(0, "object-detection", image="a.jpg"), _task(1, "count", items="<resource>-0", label="sheep"))),
    Demonstration("What does the menu say? Read it to me in French.", ("menu.jpg",), (
        _task(0, "image-to-text", image="menu.jpg"),
        _task(1, "translation", text="<resource>-0", target_language="fr"),
        _task(2, "text-to-speech", text="<resource>-1", language="fr"))),
    Demonstration("Sum up the talk and draw a picture of it.", ("talk.mp3",), (
        _task(0, "automatic-speech-recognition", audio="talk.mp3"), _task(1, "summarization", text="<resource>-0"),
        _task(2, "text-to-image", prompt="<resource>-1"))),
    Demonstration("Do the letter and the fax say the same?", ("letter.png", "fax.png"), (
        _task(0, "image-to-text", image="letter.png"), _task(1, "image-to-text", image="fax.png"),
        _task(2, "compare", items=["<resource>-0", "<resource>-1"]))),
    Demonstration("Give me this text in German and in Spanish: 'Good night'", (), (
        _task(0, "translation", text="Good night", target_language="de"),
        _task(1, "translation", text="Good night", target_language="es"))),
    Demonstration("Write down all of these recordings.", ("a.wav", "b.wav"), (
        _task(0, "automatic-speech-recognition", audio=["a.wav", "b.wav"]),)),
    Demonstration("Now make the sky of the above image red.", ("image 3f9a0c12",), (
        _task(0, "image-text-to-image", image="image 3f9a0c12", prompt="make the sky red"),)),
    Demonstration("Thanks, how are you?", (), ()),
)  # fmt: skip


def most_similar(request: str, number: int = 2) -> Sequence[Demonstration]:
    """The demonstrations of the task types whose example phrases are nearest; of equals those that share words."""
    from rapidfuzz import fuzz, utils

    code = language_of(own_words(request))
    scores: dict[str, float] = {}
    for match in nearest(request, code if code in LANGUAGES else "en", most=10):
        if not (meaning := meaning_of(match.meaning)).is_out_of_reach:
            scores[meaning.task_type] = max(match.score, scores.get(meaning.task_type, 0.0))

    def likeness(demonstration: Demonstration) -> tuple[float, float]:
        types = {task["task"] for task in demonstration.tasks}
        near = max((scores.get(name, 0.0) for name in types), default=0.0)
        said = fuzz.token_set_ratio(request[:1000], demonstration.request, processor=utils.default_process)
        return near, said

    best = sorted(DEMONSTRATIONS, key=likeness, reverse=True)[:number]
    return [demonstration for demonstration in DEMONSTRATIONS if demonstration in best]
