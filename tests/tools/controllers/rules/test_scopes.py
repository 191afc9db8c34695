"""Promises on words that say over what, or over how many, a task is done: the plan obeys them, or they are reported."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref, Task
from hugginggpt.tools.controllers.rules.clauses import ParsedRequest, parse_request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.controllers.rules.counted_files import with_counted_files
from hugginggpt.tools.controllers.rules.excluded_files import without_excluded_files
from hugginggpt.tools.controllers.rules.scopes import read_scopes

ABC = "a.txt b.txt c.txt"


def resources(files: str) -> tuple[Resource, ...]:
    """Files by their names."""
    kinds = [(name, kind_of_name(name)) for name in files.split()]
    return tuple(Resource(kind=kind, media_type=media_type, name=name) for name, (kind, media_type) in kinds)


def proposed(text: str, files: str) -> Proposal:
    """The proposal for a request with files."""
    return propose(Request(text=text, files=resources(files)))


def parsed(text: str, files: str) -> ParsedRequest:
    """A request in English as the controller reads it."""
    return with_counted_files(without_excluded_files(parse_request(text, resources(files)), "en"), "en")


OBEYED = [
    ("Summarise a.txt and b.txt and translate both into French", ABC[:11], "both"),
    ("Translate both of them into French", ABC[:11], "both"),
    ("Make both pictures grey", "a.jpg b.jpg", "both pictures"),
    ("Join a.txt and b.txt and summarise them together", ABC[:11], "together"),
    ("Summarise a.txt and translate the others into French", ABC, "the others"),
    ("Summarise each page of report.pdf", "report.pdf", "each page"),
    ("Summarise every letter", ABC[:11], "every letter"),
    ("Summarise a.txt, b.txt and c.txt and translate the summaries into French", ABC, "the summaries"),
    ("Summarise the first two files", ABC, "first two"),
    ("Summarise a.txt and b.txt separately", ABC[:11], "separately"),
    ("Which of them is the longest?", ABC[:11], "which of them"),
]


@pytest.mark.parametrize(
    ("text", "files", "scope"),
    [*OBEYED, ("Summarise each page of report.pdf and translate each into French", "report.pdf", "each")],
)
def test_a_word_of_scope_that_the_plan_obeys_is_not_reported(text: str, files: str, scope: str) -> None:
    """And it is read as one."""
    proposal = proposed(text, files)
    read = read_scopes(parsed(text, files), proposal.plan.tasks, proposal.evidence or ())
    assert (proposal.refusals, read.unmet) == ((), ())
    assert scope in [text[start:end].lower() for start, end in read.met]


def narrowed(task: Task) -> Task:
    """The task with the first of several things in place of all, and the whole in place of its parts."""
    return task.model_copy(
        update={
            "inputs": {
                name: value[0] if isinstance(value, tuple) else Ref(task_id=value.task_id, output="text")
                for name, value in task.inputs.items()
                if isinstance(value, tuple | Ref)
            }
            or task.inputs
        }
    )


@pytest.mark.parametrize(("text", "files", "scope"), OBEYED)
def test_a_plan_with_one_link_less_does_not_obey_its_words_of_scope(text: str, files: str, scope: str) -> None:
    """Whoever made it: each task that the words ask for is left out, or gets one thing for several."""
    proposal, request = proposed(text, files), parsed(text, files)
    tasks, evidence = proposal.plan.tasks, proposal.evidence or ()
    start = max(e.start for e in evidence if not e.implied)
    last = [task for task in tasks if any((e.task_id, e.start, e.implied) == (task.id, start, False) for e in evidence)]
    for task in last:
        joined = task.model_copy(update={"inputs": {"texts": resources(files)}, "type": "join-text"})
        mapped = task.model_copy(update={"inputs": {"text": resources(files)}})
        instead = {"separately": joined, "together": mapped}.get(scope, None if len(last) > 1 else narrowed(task))
        changed = tuple(instead if instead and each == task else each for each in tasks if instead or each != task)
        assert [text[a:b] for a, b in read_scopes(request, changed, evidence).unmet], task


@pytest.mark.parametrize(
    ("text", "files", "words"),
    [
        ("Summarise a.txt and b.txt together", ABC[:11], "together"),
        ("Summarise a.txt and b.txt in one summary", ABC[:11], "in one summary"),
        ("Summarise two of these files", ABC, "Summarise two"),
        ("I need two sentences: summarise a.txt", "a.txt", "I need two"),
        ("Translate the summaries of a.txt and b.txt into French", ABC[:11], "the summaries"),
        ("Fasse a.txt und b.txt zusammen in einer Zusammenfassung zusammen", ABC[:11], "in einer zusammenfassung"),
        ("Résume a.txt et b.txt en un seul résumé", ABC[:11], "en un seul résumé"),
        ("Resume a.txt y b.txt en un solo resumen", ABC[:11], "en un solo resumen"),
        ("Resume a.txt e b.txt num só resumo", ABC[:11], "num só resumo"),
        ("Make a.png half as large and both times grey", "a.png", "both times"),
        ("Translate a.txt and b.txt into French, the translations into German", ABC[:11], "the translations"),
        ("Summarise a.txt and b.txt and count them", ABC[:11], "count them”: no expert here counts results"),
        ("Take frames out of clip.mp4 and count them", "clip.mp4", "count them”: no expert here counts results"),
        ("Fasse a.txt und b.txt zusammen und zähle sie", ABC[:11], "zähle sie“: kein Experte hier zählt"),
        (
            "Summarise each page of a.pdf and count the words of each",
            "a.pdf",
            "count the words of each”: it counts all",
        ),
        (
            "Summarise each page of a.pdf and count the words of each summary",
            "a.pdf",
            "of each summary”: it counts all",
        ),
        ("Fasse jede Seite von a.pdf zusammen und zähle die Wörter von jeder", "a.pdf", "Wörter von jeder"),
    ],
)
def test_a_word_of_scope_without_effect_is_reported(text: str, files: str, words: str) -> None:
    """Or the plan obeys it."""
    proposal = proposed(text, files)
    joined = any(task.type in ("join-text", "add-up") for task in proposal.plan.tasks)
    assert joined or words.lower() in " ".join(proposal.refusals).lower() != ""


@pytest.mark.parametrize(
    ("text", "files", "types", "taken"),
    [
        ("Translate a.txt and b.txt into French and all the translations into German", ABC[:11], "translation", (0, 1)),
        ("Translate both files into French and both translations into German", ABC[:11], "translation", (0, 1)),
        ("Translate a.txt into French and the translation into German", "a.txt", "translation", (0,)),
        ("Lies a.txt auf Französisch und b.txt auf Englisch vor", ABC[:11], "text-to-speech", (0, 1)),
        ("Lis a.txt à voix haute en allemand", "a.txt", "text-to-speech", (0,)),
    ],
)
def test_a_result_that_is_named_or_said_is_taken(text: str, files: str, types: str, taken: tuple[int, ...]) -> None:
    """And not the text of which it is made."""
    proposal = proposed(text, files)
    last = proposal.plan.tasks[-len(taken) :]
    refs = tuple(ref.task_id for task in last for ref in [task.inputs["text"]] if isinstance(ref, Ref))
    assert (proposal.refusals, {task.type for task in last}, refs) == ((), {types}, taken)


@pytest.mark.parametrize(
    "text",
    [
        "Summarise each page of report.pdf and count them",
        "Summarise each page of report.pdf. How many are there?",
        "Summarise each page of report.pdf and count the summaries",
        "Fasse jede Seite von report.pdf zusammen und zähle sie",
        "Résume chaque page de report.pdf et dis-moi combien il y en a",
        "Resuma cada página de report.pdf e conte-as",
    ],
)
def test_there_are_as_many_summaries_as_pages(text: str) -> None:
    """And "them" is no question to the document, and no object on its pages."""
    proposal = proposed(text, "report.pdf")
    last = proposal.plan.tasks[-1]
    assert (proposal.refusals, last.type, last.parameters) == ((), "count", {"look_for": "pages"})


def test_both_may_stand_before_languages() -> None:
    """Each of them is one to translate into."""
    tasks = proposed("Translate a.txt into both French and German", "a.txt").plan.tasks
    assert [task.parameters["target_language"] for task in tasks] == ["French", "German"]


def test_a_question_about_a_list_of_files_with_long_names_is_read() -> None:
    """In no time that grows with the number of ways to divide the names."""
    names = [f"review_of_the_spring_meeting_{number}.txt" for number in range(6)]
    assert proposed(f"Which of {', '.join(names)} and what.txt is the most positive?", "").plan.tasks
