"""Promises on the data that a pronoun means after several steps: all of their results, the text before its translation."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref
from hugginggpt.tools.controllers.rules.controller import propose


def proposed(text: str, names: str = "", **more: object) -> Proposal:
    """The proposal for a request with files."""
    kinds = [(name, *kind_of_name(name)) for name in names.split()]
    files = tuple(Resource(kind=kind, media_type=media_type, name=name) for name, kind, media_type in kinds)
    return propose(Request.model_validate({"text": text, "files": files, **more}))


def chain(proposal: Proposal) -> list[tuple[str, object]]:
    """The type of each task, and the id of the task or the name of the file that its last input is made from."""
    found: list[tuple[str, object]] = []
    for task in proposal.plan.tasks:
        values = [one for value in task.inputs.values() for one in (value if isinstance(value, tuple) else (value,))]
        known = [v.task_id if isinstance(v, Ref) else v.name for v in values if isinstance(v, Ref | Resource)]
        found.append((task.type, known if len(known) > 1 else known[0]))
    return found


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("transcribe b.wav, read a.png, summarise both", [("summarization", 0), ("summarization", 1)]),
        ("read a.png and transcribe b.wav, then translate both to French", [("translation", 0), ("translation", 1)]),
        ("Transcribe b.wav. Read a.png. Read them aloud to me.", [("text-to-speech", 0), ("text-to-speech", 1)]),
        ("summarise a.txt, translate b.txt to German and join them", [("join-text", [0, 1])]),
        ("make a.png grey, rotate b.png by 90 degrees, then flip both", [("image-to-image", 0), ("image-to-image", 1)]),
        ("summarise both and read the second one aloud", [("text-to-speech", 1)]),
        ("read a.png, read b.png, tell me which is longer", [("pick-best", [0, 1])]),
    ],
)
def test_both_and_them_mean_the_results_of_all_steps(text: str, last: list[tuple[str, object]]) -> None:
    """Not only of the last; "the second one" is what was made of the second file."""
    proposal = proposed(text, "a.txt b.txt" if "second one" in text else "")
    assert chain(proposal)[-len(last) :] == last
    assert len(proposal.plan.tasks) == 2 + len(last)
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("translate a.txt to French and tell me who wrote it", "a.txt"),
        ("translate a.txt to Spanish and list the dates in it", "a.txt"),
        ("translate a.txt to French, then list the dates in the translation", 0),
        ("translate a.txt to English and tell me who wrote it", 0),
    ],
)
def test_a_text_is_searched_before_its_translation(text: str, searched: object) -> None:
    """Experts read English best; a translation into it, or one that the words name, is searched itself."""
    assert chain(proposed(text))[-1][1] == searched


@pytest.mark.parametrize("path", ["/etc/hosts", "./README", "~/notes/plan"])
def test_a_path_without_a_suffix_is_a_missing_file(path: str) -> None:
    """It is not answered from a text of an earlier turn."""
    earlier = Resource(kind="text", media_type="text/plain", name="a.txt", sha256="0" * 64, size=5, text="hello")
    proposal = proposed(f"summarise {path}", resources=(earlier,), history=(("user", "summarise a.txt"),))
    assert chain(proposal) == [("summarization", path)]


@pytest.mark.parametrize(
    "text", ["draw a bar chart of the sales per region", "plot the sales in t.csv", "show t.csv as a graph"]
)
def test_a_chart_is_refused(text: str) -> None:
    """It is no picture from a prompt, and no question to the table."""
    proposal = proposed(text, "t.csv")
    assert proposal.plan.tasks == ()
    assert "no expert" in proposal.refusals[0]


@pytest.mark.parametrize(
    "text", ["male einen Hund, rot", "dibuja un perro, rojo", "dessine un chat, noir", "画一只狗,红色"]
)
def test_a_word_after_a_comma_describes_what_is_drawn(text: str) -> None:
    """It plans no edit of the new picture."""
    (task,) = proposed(text).plan.tasks
    assert (task.type, task.inputs["prompt"]) == ("text-to-image", text)


@pytest.mark.parametrize("text", ["male einen Hund, vergrößere ihn", "male einen Hund, spiegeln"])
def test_an_operation_after_a_comma_changes_what_is_drawn(text: str) -> None:
    """A verb is no description."""
    assert [task.type for task in proposed(text).plan.tasks] == ["text-to-image", "image-to-image"]
