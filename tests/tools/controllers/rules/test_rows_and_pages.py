"""Promises about rows, lines, pages and words: what a request sets is in the parameters of its tasks."""

import re

import pytest

from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.task import Ref, Scalar
from hugginggpt.tools.controllers.rules.controller import propose

Parameters = dict[str, Scalar | tuple[Scalar, ...]]


def planned(text: str, *files: Resource) -> list[tuple[str, Parameters]]:
    """The tasks of a request: type and parameters."""
    proposal = propose(Request(text=text, files=files))
    assert not proposal.refusals
    return [(task.type, task.parameters) for task in proposal.plan.tasks]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("Count the rows of boats.csv where port is Bergen", [("count", {"where": ("port = Bergen",)})]),
        ("How many rows in boats.csv have a length above 7?", [("count", {"where": ("length > 7",)})]),
        ("How many rows in boats.csv have a start after 2 May 2024?", [("count", {"where": ("start > 2024-05-02",)})]),
        (
            "Keep the rows of boats.csv where start is before May 3, 2024",
            [("filter", {"where": ("start < 2024-05-03",)})],
        ),
        ("Show only the rows of boats.csv where port is not Oslo", [("filter", {"where": ("port != Oslo",)})]),
        ("List the rows of boats.csv with at least 2 masts", [("filter", {"where": ("masts >= 2",)})]),
        ("Keep the lines of boot.log that contain 'disk'", [("filter", {"where": ("* contains disk",)})]),
        ("How many lines of boot.log contain ERROR?", [("count", {"where": ("* contains ERROR",)})]),
        ("How many lines of boot.log contain the word ERROR?", [("count", {"where": ("* contains ERROR",)})]),
        ("Which lines of boot.log contain the letter b?", [("filter", {"where": ("* contains b",)})]),
        ("Which lines of boot.log do not contain the letter a?", [("filter", {"where": ("* not contains a",)})]),
        ("How many lines of boot.log contain 'disk'?", [("count", {"where": ("* contains disk",)})]),
        ("How many sentences are in essay.txt?", [("count", {"look_for": "sentences"})]),
        (
            "Count the words, lines and the paragraphs of essay.txt",
            [("count", {"look_for": "words"}), ("count", {"look_for": "lines"}), ("count", {"look_for": "paragraphs"})],
        ),
        ("How many pages does thesis.pdf have?", [("count", {"look_for": "pages"})]),
        (
            "How many columns does each of these files have? a.csv b.csv",
            [("count", {"look_for": "columns"}), ("count", {"look_for": "columns"})],
        ),
        (
            "How many columns do these files have? a.csv b.csv",
            [("count", {"look_for": "columns"}), ("count", {"look_for": "columns"})],
        ),
        ("How many columns do a.csv and b.csv have in total?", [("count", {"look_for": "columns"})]),
        ("How many rows does each file have? a.csv, b.csv", [("count", {}), ("count", {})]),
        ("How many boats are in boats.csv?", [("table-question-answering", {})]),
    ],
)
def test_conditions_and_units_become_parameters(text: str, tasks: list[tuple[str, Parameters]]) -> None:
    assert planned(text) == tasks


def test_only_the_first_rows_of_what_was_sorted_are_shown() -> None:
    boats = Resource(kind="table", media_type="text/csv", name="boats.csv")
    tasks = planned("Sort boats.csv by length, longest first, and show only the first three rows", boats)
    assert tasks[1:] == [("text-part", {"unit": "line", "first": 1, "last": 3})]


def test_lines_with_one_of_two_quoted_texts_are_not_counted_as_all_lines() -> None:
    log = Resource(kind="text", media_type="text/plain", name="boot.log")
    proposal = propose(Request(text="Count the lines of boot.log that contain 'disk' or 'net'", files=(log,)))
    assert not proposal.plan.tasks
    assert "one text in the lines" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How often does 'boat' occur in log.txt?", ["boat"]),
        ("count the word 'boat' in log.txt", ["boat"]),
        ("How many times is Ingrid Solberg mentioned in log.txt?", ["Ingrid Solberg"]),
        ("count how often 'boat' and 'crew' appear in log.txt", ["boat", "crew"]),
        ("Wie oft kommt das Wort Fähre in log.txt vor?", ["Fähre"]),
        ("combien de fois le mot « bateau » apparaît-il dans log.txt ?", ["bateau"]),
        ("¿cuántas veces sale la palabra barco en log.txt?", ["barco"]),
        ("quantas vezes aparece “barco” em log.txt?", ["barco"]),
        ("“船”在log.txt里出现了几次", ["船"]),
        ("log.txtに「船」は何回出てきますか", ["船"]),
    ],
)
def test_words_that_are_counted_in_a_text_are_looked_for_in_that_text(text: str, words: list[str]) -> None:
    log = Resource(kind="text", media_type="text/plain", name="log.txt")
    assert planned(text, log) == [("count", {"look_for": "occurrences", "label": word}) for word in words]


@pytest.mark.parametrize(
    ("text", "first", "last", "task_type"),
    [
        ("Summarise page 4 of thesis.pdf", 4, 4, "document-to-text"),
        ("What's on page 4 of thesis.pdf?", 4, 4, "document-to-text"),
        ("what is on the first page of thesis.pdf", 1, 1, "document-to-text"),
        ("Read the first page of thesis.pdf aloud", 1, 1, "document-to-text"),
        ("Read me the last two pages of thesis.pdf", -2, -1, "document-to-text"),
        ("Give me the text of page 6 of thesis.pdf", 6, 6, "document-to-text"),
        ("Give me the text of all pages of thesis.pdf except the first", 2, -1, "document-to-text"),
        ("Summarise thesis.pdf without the last two pages", 1, -3, "document-to-text"),
        ("Translate pages 2 to 5 of thesis.pdf into Spanish", 2, 5, "document-to-text"),
        ("Summarise the last two pages of thesis.pdf", -2, -1, "document-to-text"),
        ("Who is the author on page 1 of thesis.pdf?", 1, 1, "document-question-answering"),
        ("Save page 3 of thesis.pdf as a picture", 3, 3, "document-to-images"),
        ("Turn pages 3 and 4 of thesis.pdf into images", 3, 4, "document-to-images"),
        ("Fasse Seite 3 von thesis.pdf zusammen", 3, 3, "document-to-text"),
    ],
)
def test_pages_that_a_clause_names_are_the_only_ones_taken(text: str, first: int, last: int, task_type: str) -> None:
    tasks = planned(text)
    assert [(t, p) for t, p in tasks if "first_page" in p] == [(task_type, {"first_page": first, "last_page": last})]


@pytest.mark.parametrize(
    "text",
    [
        "Summarise each page of thesis.pdf",
        "Extract the text of each page of thesis.pdf and summarise each page",
        "Read the text on each page of thesis.pdf and say each page aloud",
        "Extract the text of each page of thesis.pdf and summarise each of them",
    ],
)
def test_each_page_has_a_result_of_its_own(text: str) -> None:
    proposal = propose(Request(text=text))
    assert proposal.plan.tasks[0].parameters == {"each_page": True}
    assert proposal.plan.tasks[1].inputs["text"] == Ref(task_id=0, output="pages")


def test_words_that_are_counted_for_each_page_are_reported_as_counted_together() -> None:
    text = "Extract the text of each page of thesis.pdf and count the words on each page"
    assert "counts all pages together" in " ".join(propose(Request(text=text)).refusals)


def test_a_second_range_of_pages_is_reported() -> None:
    proposal = propose(Request(text="Summarise page 2 of a.pdf and the last page of b.pdf"))
    assert any("several ranges" in refusal for refusal in proposal.refusals)


def test_rows_without_a_condition_that_is_understood_are_refused() -> None:
    proposal = propose(Request(text="Show only the rows of boats.csv"))
    assert not proposal.plan.tasks
    assert "no condition" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("Summarise a.pdf without the first page", {"first_page": 2, "last_page": -1}),
        ("Summarise a.pdf, skipping the first two pages", {"first_page": 3, "last_page": -1}),
        ("Read a.pdf aloud, except the last page", {"first_page": 1, "last_page": -2}),
        ("Summarise a.pdf without page 3", {"except": True, "first_page": 3, "last_page": 3}),
        ("Read a.pdf except pages 2-3", {"except": True, "first_page": 2, "last_page": 3}),
        ("Translate a.pdf into French, leaving out page 2", {"except": True, "first_page": 2, "last_page": 2}),
    ],
)
def test_pages_that_are_left_out_are_not_the_ones_that_are_read(text: str, pages: dict[str, int]) -> None:
    proposal = propose(Request(text=text))
    assert proposal.plan.tasks[0].parameters == pages
    assert proposal.refusals == ()


def test_pages_here_and_there_that_are_left_out_are_reported() -> None:
    assert "pages 2 and 5" in " ".join(propose(Request(text="Read a.pdf without pages 2 and 5")).refusals)


@pytest.mark.parametrize(
    "text",
    [
        "Filtere die Zeilen von boats.csv, in denen der Hafen Bergen ist",
        "Garde les lignes de boats.csv dont le port est Bergen",
        "Filtra las filas de boats.csv con puerto Bergen",
        "Combien de lignes de boats.csv ont une longueur supérieure à 7 ?",
    ],
)
def test_rows_are_neither_kept_nor_counted_without_their_condition(text: str) -> None:
    """The question goes to the table as a whole, which refuses words that it does not know."""
    (task,) = propose(Request(text=text)).plan.tasks
    assert task.type == "table-question-answering"
    assert "Bergen" in str(task.inputs["question"]) or "7" in str(task.inputs["question"])


def test_rows_are_counted_in_other_languages() -> None:
    for text in (
        "Wie viele Zeilen hat boats.csv?",
        "Combien de lignes y a-t-il dans boats.csv ?",
        "boats.csv 有多少行",
    ):
        assert planned(text) == [("count", {})]


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("How many rows do a.csv and b.csv have together?", {}),
        ("How many rows do a.csv and b.csv have in total?", {}),
        ("Wie viele Zeilen haben a.csv und b.csv insgesamt?", {}),
        ("How many lines do a.txt and b.txt have together?", {"look_for": "lines"}),
        ("How many words are in a.txt and b.txt altogether?", {"look_for": "words"}),
    ],
)
def test_rows_and_lines_of_several_files_together_are_one_count(text: str, parameters: object) -> None:
    """And no condition that a cell holds the word "together"."""
    proposal = propose(Request(text=text))
    (task,) = proposal.plan.tasks
    assert (task.type, task.parameters, len(task.inputs["items"])) == ("count", parameters, 2)
    assert proposal.refusals == ()


BOATS = Resource(kind="table", media_type="text/csv", name="boats.csv", sha256="0" * 64)


@pytest.mark.parametrize(
    "second",
    ["what is the total length there", "what is their total length", "how many are they", "add up their lengths"],
)
def test_a_question_about_the_rows_of_the_one_before_is_asked_with_it(second: str) -> None:
    """Alone it would be about the whole table."""
    (task,) = propose(Request(text=f"How many boats are in Bergen and {second}?", files=(BOATS,))).plan.tasks
    assert task.inputs["question"] == f"How many boats are in Bergen and {second}"


@pytest.mark.parametrize("second", ["add up their lengths", "say how many there are"])
def test_a_clause_that_no_rule_reads_is_a_question_where_another_is_about_its_rows(second: str) -> None:
    """A number of all rows would be a wrong answer."""
    chosen = "List the red boats built since May 2020 in boats.csv"
    proposal = propose(Request(text=f"{chosen} and {second}", files=(BOATS,)))
    assert [task.inputs["question"] for task in proposal.plan.tasks] == [
        chosen,
        f"{chosen} → {second.removeprefix('say ')}",
    ]
    assert not proposal.refusals


@pytest.mark.parametrize("text", ["length by port", "show the last 3 rows", "everyone except those from Oslo"])
def test_words_beside_a_table_alone_are_a_question_about_it(text: str) -> None:
    (task,) = propose(Request(text=text, files=(BOATS,))).plan.tasks
    assert (task.type, task.inputs["question"]) == ("table-question-answering", text)


def test_rows_that_were_kept_are_the_ones_sorted() -> None:
    proposal = propose(Request(text="Show only the rows of boats.csv where port is Oslo and sort them by length"))
    assert [task.type for task in proposal.plan.tasks] == ["filter", "sort"]
    assert proposal.plan.tasks[1].inputs["items"] == (Ref(task_id=0, output="text"),)


@pytest.mark.parametrize(
    ("text", "task_type"), [("sort them by length", "sort"), ("just the top two", "table-question")]
)
def test_a_follow_up_is_about_the_rows_that_came_last(text: str, task_type: str) -> None:
    kept = Resource(kind="text", media_type="text/csv", sha256="1" * 64)
    (task,) = propose(Request(text=text, resources=(BOATS, kept))).plan.tasks
    assert task.type.startswith(task_type)
    assert "1" * 64 in str(task.inputs)


def test_thanks_after_a_table_ask_nothing_of_it() -> None:
    assert not propose(Request(text="thanks!", resources=(BOATS,))).plan.tasks


@pytest.mark.parametrize("words", ["average number of masts", "the mean number of masts", "total number of masts"])
def test_the_operation_before_number_of_stays_in_the_question(words: str) -> None:
    question = propose(Request(text=f"{words} in boats.csv")).plan.tasks[0].inputs["question"]
    assert words.removeprefix("the ") in str(question)


def test_a_list_of_a_text_and_a_document_is_searched_whole() -> None:
    found = [kind for kind, _ in planned("Give me the dates in log.txt and from thesis.pdf")]
    assert found.count("token-classification") == 2


@pytest.mark.parametrize(
    "text", ["Compare the text of a.png with the text of b.pdf", "compare the contents of a.md and b.pdf"]
)
def test_texts_of_files_of_two_kinds_are_compared(text: str) -> None:
    *_, compared = propose(Request(text=text)).plan.tasks
    assert compared.type == "compare"
    assert not propose(Request(text=text)).refusals


def test_a_question_which_text_is_more_negative_asks_for_no_picture() -> None:
    assert planned("Compare a.md and b.md: which one is more negative?")[-1][0] == "pick-best"


@pytest.mark.parametrize("text", ["what's the weather in Turin right now?", "when does the next ferry to Kiel leave?"])
def test_what_only_the_world_of_now_can_answer_is_out_of_reach(text: str) -> None:
    proposal = propose(Request(text=text))
    assert not proposal.plan.tasks
    assert "no expert can do that" in proposal.refusals[0]


@pytest.mark.parametrize(
    "asked", ["tell me the launch date", "give me the delivery date", "give me the invoice number"]
)
def test_one_named_value_is_a_question_and_no_search_for_all_of_its_kind(asked: str) -> None:
    assert [kind for kind, _ in planned(f"Summarise letter.txt, then {asked}")] == [
        "summarization",
        "question-answering",
    ]


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("How many words does essay.txt have, and how many paragraphs?", ["words", "paragraphs"]),
        ("How many lines and how many words are in essay.txt?", ["lines", "words"]),
        ("How many columns are in boats.csv?", ["columns"]),
        ("How many rows and columns does boats.csv have?", [None, "columns"]),
    ],
)
def test_each_count_that_is_asked_for_is_made(text: str, counted: list[str | None]) -> None:
    assert [parameters.get("look_for") for kind, parameters in planned(text) if kind == "count"] == counted


def test_a_difference_between_two_texts_is_a_comparison() -> None:
    assert planned("What changed between old.txt and new.txt?") == [("compare", {})]


def test_rows_among_those_counted_by_a_condition_are_asked_for_with_both() -> None:
    """And not counted in the whole table."""
    text = "How many rows in orders.csv have the status paid, and how many of them are from Berlin?"
    (counted, asked) = planned(text)
    assert counted == ("count", {"where": ("status = paid",)})
    assert asked[0] == "table-question-answering"
    assert "the status paid → how many of them" in str(propose(Request(text=text)).plan.tasks[1].inputs["question"])


def test_one_page_is_shown_as_text() -> None:
    assert planned("Show me only page 2 of thesis.pdf") == [("document-to-text", {"first_page": 2, "last_page": 2})]


def test_what_a_screenshot_says_is_its_text() -> None:
    asked = Request(
        text="what does the screenshot say?", files=(Resource(kind="image", media_type="image/png", name="s.png"),)
    )
    assert [task.type for task in propose(asked).plan.tasks] == ["image-to-text"]


def test_everything_except_a_part_reports_nothing() -> None:
    planned("Summarise everything except the last paragraph of letter.txt")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("What language is 'guten Tag', and how many words are in it?", ("guten Tag",)),
        ("Is 'I love this cafe' positive, and how many words does it have?", ("I love this cafe",)),
        ("Detect the language of 'bonjour mes amis' and count its letters", ("bonjour mes amis",)),
        ("Tell me the language of 'salut'. How many lines does it have?", ("salut",)),
        ("Find the names in 'Ann met Bob' and count its words", ("Ann met Bob",)),
        ("Welche Sprache ist 'mes amis', und wie viele Wörter hat der Text?", ("mes amis",)),
        ("Ist 'das ist toll' positiv, und wie viele Wörter hat der Text?", ("das ist toll",)),
    ],
)
def test_words_are_counted_in_the_text_that_was_judged_and_not_in_the_verdict(text: str, counted: object) -> None:
    tasks = propose(Request(text=text)).plan.tasks
    assert [task.inputs["items"] for task in tasks if task.type == "count"] == [counted]


@pytest.mark.parametrize(
    "text",
    [
        "How many appointments are in week.ics?",
        "List all appointments of week.ics in April",
        "How many slides are in talk.pptx?",
        "What is the title of slide 3 of talk.pptx?",
        "How many mails in club.mbox are from Anna?",
        "Wie viele E-Mails von Bob sind in club.mbox?",
    ],
)
def test_what_a_file_consists_of_is_a_question_about_its_text(text: str) -> None:
    """It is one question, with every word in it: none is a step of its own."""
    assert [name for name, _ in planned(text) if name != "document-to-text"] == ["question-answering"]


@pytest.mark.parametrize("text", ["How many e-mails are in club.mbox?", "Count the messages in a.eml and b.eml"])
def test_e_mails_are_counted_in_a_mailbox_also_where_its_text_was_read(text: str) -> None:
    """A mailbox that is read is plain text: its name says that it consists of e-mails, and no addresses are counted."""
    names = re.findall(r"\w+\.\w+", text)
    read = tuple(Resource(kind="text", media_type="text/plain", text="From: a@b.org", name=name) for name in names)
    assert planned(text, *read) == [("count", {"look_for": "e-mails"})]
    assert planned(f"Wie viele E-Mails sind in {names[0]}?", *read[:1]) == [("count", {"look_for": "e-mails"})]


def test_e_mail_addresses_are_still_counted() -> None:
    """Addresses are found in the text of a mailbox."""
    assert [name for name, _ in planned("How many e-mail addresses are in club.mbox?")] == [
        "token-classification",
        "count",
    ]


@pytest.mark.parametrize(
    "text", ["How many lines of a.log contain disk or net?", "Which lines of a.log contain the word disk or net?"]
)
def test_texts_that_lines_may_contain_instead_are_reported(text: str) -> None:
    """No line contains "disk or net"."""
    assert propose(Request(text=text)).refusals
