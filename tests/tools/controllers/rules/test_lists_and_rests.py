"""Promises on "both", "the rest", "the last two of ...": each is what was found, left over or listed before."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref
from hugginggpt.graph.task import Value as Input
from hugginggpt.tools.controllers.rules.controller import propose

SHORT = {
    "text-part": "part",
    "document-to-text": "text",
    "token-classification": "find",
    "text-to-speech": "say",
    "join-text": "join",
    "document-question-answering": "ask",
}


def written(proposal: Proposal) -> str:
    """The last results of a plan as nested calls: `say(find(a.txt, dates)); translation(b.txt, French)`."""

    def value(given: Input) -> str:
        if isinstance(given, tuple):
            return " + ".join(map(value, given))
        if isinstance(given, Ref):
            task = proposal.plan.tasks[[t.id for t in proposal.plan.tasks].index(given.task_id)]
            of = [*map(value, task.inputs.values()), *map(str, task.parameters.values())]
            return f"{SHORT.get(task.type, task.type)}({', '.join(of)})"
        return (given.name or "") if isinstance(given, Resource) else str(given)

    taken = {number for task in proposal.plan.tasks for number in task.depends_on}
    return "; ".join(value(Ref(task_id=task.id)) for task in proposal.plan.tasks if task.id not in taken)


def planned(text: str, names: str = "", **more: object) -> Proposal:
    """The proposal for a request with files."""
    kinds = [(name, *kind_of_name(name)) for name in names.split()]
    files = tuple(Resource(kind=kind, media_type=media_type, name=name) for name, kind, media_type in kinds)
    return propose(Request.model_validate({"text": text, "files": files, **more}))


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        (
            "Extract the names from a.txt and the dates from b.txt and translate both into French",
            "translation(find(a.txt, names), French); translation(find(b.txt, dates), French)",
        ),
        (
            "Find the dates in a.txt, the names in b.txt and the amounts in c.txt and read all three aloud",
            "say(find(a.txt, dates)); say(find(b.txt, names)); say(find(c.txt, amounts))",
        ),
        (
            "Extract the names from a.txt and the amounts from b.txt and join them",
            "join(find(a.txt, names) + find(b.txt, amounts))",
        ),
        ("Summarise each page of r.pdf and join the summaries", "join(summarization(text(r.pdf, True)))"),
        (
            "Summarise each page of r.pdf and join the summaries and read them aloud",
            "say(join(summarization(text(r.pdf, True))))",
        ),
    ],
)
def test_what_several_steps_found_or_made_of_each_page_goes_on_together(text: str, plan: str) -> None:
    """Not only the last of it, and not the files again."""
    proposal = planned(text)
    assert written(proposal) == plan
    assert proposal.refusals == ()


def test_both_files_are_summarised_and_not_what_was_found_in_them() -> None:
    """A summary is of a text."""
    proposal = planned("Find the dates in a.txt and the names in b.txt and summarise both")
    assert written(proposal).endswith("summarization(a.txt); summarization(b.txt)")


@pytest.mark.parametrize(
    ("text", "files", "plan"),
    [
        (
            "Summarise the first sentence of a.txt and translate the rest into French",
            "",
            "summarization(part(a.txt, sentence, 1, 1)); translation(part(a.txt, sentence, 1, 1, True), French)",
        ),
        (
            "Summarise the last line and read everything else aloud",
            "a.txt",
            "summarization(part(a.txt, line, -1, -1)); say(part(a.txt, line, -1, -1, True))",
        ),
        (
            "Summarise the first page of r.pdf and read the remaining pages aloud",
            "",
            "summarization(text(r.pdf, 1, 1)); say(text(r.pdf, 2, -1))",
        ),
        (
            "Read the first three pages of r.pdf aloud and summarise the others",
            "",
            "say(text(r.pdf, 1, 3)); summarization(text(r.pdf, 4, -1))",
        ),
        (
            "Translate page 1 of r.pdf into German, summarise the second page and read the rest aloud",
            "",
            "translation(text(r.pdf, 1, 1), German); summarization(text(r.pdf, 2, 2)); say(text(r.pdf, 3, -1))",
        ),
        (
            "Summarise the first sentence of 'One. Two. Three.' and read the rest aloud",
            "",
            "summarization(part(One. Two. Three., sentence, 1, 1)); say(part(One. Two. Three., sentence, 1, 1, True))",
        ),
    ],
)
def test_the_rest_is_that_of_the_text_whose_part_was_named(text: str, files: str, plan: str) -> None:
    """It is no result of the step before; a second page is one of the same document."""
    proposal = planned(text, files)
    assert written(proposal) == plan
    assert proposal.refusals == ()


def test_the_rest_of_a_text_of_the_turn_before_is_taken_from_it() -> None:
    """Where the request itself brings none."""
    earlier = Resource(kind="text", media_type="text/plain", name="a.txt", sha256="0" * 64, size=5, text="A. B.")
    text = "summarise the first sentence and read the rest aloud"
    proposal = planned(text, resources=(earlier,), history=(("user", "translate a.txt"),))
    assert "say(part(a.txt, sentence, 1, 1, True))" in written(proposal)


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("Join the last two of a.txt, b.txt and c.txt", "join(b.txt + c.txt)"),
        ("Read the first of a.txt, b.txt and c.txt aloud", "say(a.txt)"),
        ("Join the first two of these files", "join(a.txt + b.txt)"),
        ("Summarise the last of the three", "summarization(c.txt)"),
        ("Summarise the second and the third", "summarization(b.txt); summarization(c.txt)"),
        ("Summarise all but the last two files", "summarization(a.txt)"),
        ("Summarise every file and read the last two of them aloud", "say(summarization(b.txt))"),
    ],
)
def test_some_of_several_files_are_counted_off(text: str, plan: str) -> None:
    """Those of a list in the request, or of all the files."""
    proposal = planned(text, "a.txt b.txt c.txt")
    assert plan in written(proposal)
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    ("text", "names", "plan"),
    [
        (
            "Translate a.txt into French and the rest into German",
            "a.txt b.txt c.txt",
            "translation(a.txt, French); translation(b.txt, German); translation(c.txt, German)",
        ),
        (
            "Summarise a.txt in French and b.txt in German",
            "a.txt b.txt",
            "translation(summarization(a.txt), French); translation(summarization(b.txt), German)",
        ),
        (
            "Read a.txt aloud in French and b.txt in German",
            "a.txt b.txt",
            "say(translation(a.txt, French)); say(translation(b.txt, German))",
        ),
        (
            "Rotate a.png by 90 degrees and the rest by 180",
            "a.png b.png c.png",
            "; ".join(
                f"image-to-image({name}.png, rotate, {angle}.0)"
                for name, angle in zip("abc", (90, 180, 180), strict=True)
            ),
        ),
        (
            "Make a.png and b.png half as large and both times grey",
            "a.png b.png",
            "; ".join(f"image-to-image(image-to-image({name}.png, resize, 0.5), grayscale)" for name in "ab"),
        ),
    ],
)
def test_each_of_several_files_is_changed_once_as_said_of_it(text: str, names: str, plan: str) -> None:
    """A list of files behind one that has its own language or value gets what stands with the list, and only that."""
    proposal = planned(text, names)
    assert (written(proposal), proposal.refusals) == (plan, ())


@pytest.mark.parametrize("text", ["Translate every other file into French", "Summarise every second text"])
def test_every_other_file_is_asked_for_by_name(text: str) -> None:
    """And none of them is translated meanwhile."""
    proposal = planned(text, "a.txt b.txt c.txt d.txt")
    assert not proposal.plan.tasks
    assert "name the file" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        (
            "Add up the totals of the receipts",
            "add-up(ask(a.png, What is the total?) + ask(b.png, What is the total?))",
        ),
        ("What do the two receipts cost together?", "add-up(ask(a.png, What is the total?) + ask(b.png, What"),
        ("What is the average of the totals of the receipts?", "What is the total?), True)"),
        (
            "What is the highest total among them?",
            "pick-best(ask(a.png, What is the total?) + ask(b.png, What is the total?)",
        ),
        ("Calculate the average total of the receipts", "What is the total?), True)"),
        ("Which of the two bills is cheaper?", "('a.png', 'b.png'), True)"),
        ("Which receipt is the cheapest?", "('a.png', 'b.png'), True)"),
        ("What is the highest price on a.png and b.png?", "pick-best(ask(a.png, What is the highest price?) + "),
    ],
)
def test_the_amounts_of_several_pages_are_added_averaged_or_compared(text: str, plan: str) -> None:
    """Each page is asked for its own, and nothing is reported."""
    proposal = planned(text, "a.png b.png")
    assert plan in written(proposal)
    assert proposal.refusals == ()


def test_the_amounts_in_a_text_are_found_and_added_and_those_of_one_picture_refused() -> None:
    """A receipt holds its total beside its prices: their sum would count both."""
    assert written(planned("Add up the amounts in a.txt")) == "add-up(find(a.txt, amounts))"
    assert (
        written(planned("What is the average of the percentages in a.txt?")) == "add-up(find(a.txt, percentages), True)"
    )
    assert not planned("Add up the prices on a.png").plan.tasks
    assert not planned("How much more expensive is a.png than b.png?").plan.tasks


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("Show me a.txt", "join(a.txt)"),
        ("Print a.txt, please", "join(a.txt)"),
        ("What does a.txt say?", "join(a.txt)"),
        ("Open a.txt and read it aloud", "say(join(a.txt))"),
        ("Show me a.txt and b.txt", "join(a.txt); join(b.txt)"),
        ("Open r.pdf", "text(r.pdf)"),
        ("Make a.txt shorter", "summarization(a.txt)"),
        ("Make a.txt more formal", "text-generation(a.txt)"),
    ],
)
def test_a_text_is_shown_shortened_or_rewritten_as_people_ask_for_it(text: str, plan: str) -> None:
    """Whether an expert here can rewrite it, the review says; "what does it say about Anna?" stays a question."""
    proposal = planned(text)
    assert written(proposal) == plan
    assert proposal.refusals == ()
    assert planned("What does a.txt say about Anna?").plan.tasks[0].type == "question-answering"


def made(number: int, by: str, kind: str = "text") -> Resource:
    """What a task of the turn before made."""
    given = {"kind": kind, "media_type": "text/plain", "sha256": f"{number}" * 64, "size": 5, "text": f"{by} {number}"}
    return Resource.model_validate({**given, "producer": f"{number}", "made_by": by})


FILE = Resource(kind="text", media_type="text/plain", name="a.txt", sha256="f" * 64, size=9)
SUMMARIES = (made(1, "summarization"), made(2, "summarization"))
LISTS = (made(1, "token-classification", "labels"), made(2, "token-classification", "labels"))
GERMAN = (made(3, "translation"),)


@pytest.mark.parametrize(
    ("before", "results", "text", "types", "numbers"),
    [
        ("summarise both", SUMMARIES, "read it aloud", "text-to-speech", "12"),
        ("summarise both", SUMMARIES, "read both aloud", "text-to-speech", "12"),
        ("summarise both", SUMMARIES, "read the second one aloud", "text-to-speech", "2"),
        ("find the dates in a.txt and the names in b.txt", LISTS, "read both aloud", "text-to-speech", "12"),
        ("summarise all", (*SUMMARIES, made(3, "summarization")), "join the last two", "join-text", "23"),
        ("read the first one aloud", SUMMARIES, "and the second?", "text-to-speech", "2"),
        ("read the first one aloud", SUMMARIES, "and the other one", "text-to-speech", "2"),
        ("summarise both", SUMMARIES, "now only the first", "join-text", "1"),
        ("translate a.txt into German", GERMAN, "and in French?", "translation", "f"),
        ("translate it into German", GERMAN, "now into French", "translation", "f"),
        ("translate a.txt into German / and in French?", GERMAN, "and in Spanish?", "translation", "f"),
        ("summarise a.txt", SUMMARIES[:1], "and in French?", "translation", "1"),
    ],
)
def test_a_later_turn_is_about_all_that_the_turn_before_made(
    before: str, results: tuple[Resource, ...], text: str, types: str, numbers: str
) -> None:
    """ "The other one" and "in French" repeat the request with that; a language does not translate the translation."""
    ended = [(result.sha256, True) for result in results]
    history = tuple(turn for each in before.split(" / ") for turn in (("user", each), ("assistant", "...")))
    proposal = planned(text, resources=(FILE, *results), made=ended, history=history)
    taken = [
        v
        for task in proposal.plan.tasks
        for given in task.inputs.values()
        for v in (given if isinstance(given, tuple) else (given,))
    ]
    assert {task.type for task in proposal.plan.tasks} == {types}
    assert "".join((v.sha256 or "")[0] for v in taken if isinstance(v, Resource)) == numbers
    assert proposal.refusals == ()


@pytest.mark.parametrize("text", ["what did you do?", "that's wrong"])
def test_a_remark_on_the_turn_before_is_refused_with_what_helps(text: str) -> None:
    """It is no question to the text of that turn."""
    proposal = planned(text, resources=(FILE,), history=(("user", "summarise a.txt"),))
    assert not proposal.plan.tasks
    assert "hugginggpt show" in proposal.refusals[0]


REST = "summarization(text(a.pdf, 1, 1)); translation(text(a.pdf, 2, -1), English)"


@pytest.mark.parametrize(
    "text",
    [
        "Fasse die erste Seite von a.pdf zusammen und übersetze den Rest ins Englische.",
        "Fasse die erste Seite von a.pdf zusammen und übersetze die restlichen Seiten ins Englische.",
        "Résume la première page de a.pdf et traduis le reste en anglais.",
        "Resume la primera página de a.pdf y traduce el resto al inglés.",
        "Resume a primeira página de a.pdf e traduz o resto para inglês.",
        "总结一下a.pdf的第一页, 其余的翻译成英文",
        "a.pdfの1ページ目を要約して、残りを英語に翻訳して",
    ],
)
def test_the_rest_of_a_text_is_what_was_not_named_in_any_language(text: str) -> None:
    proposal = planned(text, "a.pdf")
    assert proposal.refusals == ()
    assert written(proposal) == REST


def test_the_rest_of_a_part_that_was_not_understood_is_reported() -> None:
    """Nothing says of what it is the rest."""
    proposal = planned("Frobniziere den ersten Absatz von a.txt und übersetze den Rest ins Englische.", "a.txt")
    assert any("Rest" in reason for reason in proposal.refusals)


@pytest.mark.parametrize(
    "text",
    [
        "Finde alle Namen und Beträge in a.txt und zähle sie.",
        "Trouve les noms et les montants dans a.txt et compte-les.",
    ],
)
def test_what_is_counted_are_all_lists_that_a_sentence_asks_for(text: str) -> None:
    assert written(planned(text, "a.txt")) == "count(find(a.txt, names) + find(a.txt, amounts of money))"


@pytest.mark.parametrize("text", ["Résume le premier paragraphe de a.txt.", "Un résumé du premier paragraphe de a.txt"])
def test_a_part_that_is_to_be_summarised_is_not_only_shown(text: str) -> None:
    assert written(planned(text, "a.txt")) == "summarization(part(a.txt, paragraph, 1, 1))"
