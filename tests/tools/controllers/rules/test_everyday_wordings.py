"""Promises about everyday wordings: what is asked takes effect, or the true reason why it does not is given."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref
from hugginggpt.tools.controllers.rules.controller import propose


def planned(text: str, *files: str) -> Proposal:
    """The proposal for a request with files."""
    resources = (Resource(kind=kind_of_name(f)[0], media_type=kind_of_name(f)[1], name=f) for f in files)
    return propose(Request(text=text, files=tuple(resources)))


def types(proposal: Proposal) -> list[str]:
    """The types of the planned tasks."""
    return [task.type for task in proposal.plan.tasks]


def pages_of(proposal: Proposal) -> list[tuple[object, object]]:
    """The ranges of pages that the tasks take."""
    parameters = [task.parameters for task in proposal.plan.tasks]
    return [(each["first_page"], each["last_page"]) for each in parameters if "first_page" in each]


@pytest.mark.parametrize(
    ("request_text", "pages", "last"),
    [
        ("Summarise pages 2, 4-6 and 9 of a.pdf", [(2, 2), (4, 6), (9, 9)], "summarization"),
        ("Summarise pages 2 and 3 of a.pdf", [(2, 3)], "summarization"),
        ("Get the text on pages 2 and 5 of a.pdf", [(2, 2), (5, 5)], "document-to-text"),
        ("Show pages 2 and 5 of a.pdf as pictures", [(2, 2), (5, 5)], "document-to-images"),
        ("Fasse die Seiten 2 und 5 von a.pdf zusammen", [(2, 2), (5, 5)], "summarization"),
        ("翻译a.pdf的第2页和第5页", [(2, 2), (5, 5)], "translation"),
        ("a.pdfの2ページと5ページを要約して", [(2, 2), (5, 5)], "summarization"),
    ],
)
def test_pages_that_are_apart_are_all_taken(request_text: str, pages: list[tuple[int, int]], last: str) -> None:
    """Each range is a step of its own, and what is made of their text is made once."""
    proposal = planned(request_text, "a.pdf")
    assert not proposal.refusals
    assert pages_of(proposal) == pages
    assert types(proposal)[-1] == last


@pytest.mark.parametrize("words", ["take every frame out of clip.mp4", "nimm alle Bilder aus clip.mp4"])
def test_every_frame_is_refused_with_the_limit(words: str) -> None:
    """A few frames are not passed off as all of them."""
    proposal = planned(words, "clip.mp4")
    assert not proposal.plan.tasks
    assert "64" in proposal.refusals[0]


@pytest.mark.parametrize("words", ["which of a.jpg and b.jpg is the darkest?", "Which is the largest?"])
def test_what_nothing_measures_is_refused_with_that_reason(words: str) -> None:
    """No model is asked about each picture alone which of several it is."""
    proposal = planned(words, "a.jpg", "b.jpg")
    assert not proposal.plan.tasks
    assert "no expert here measures that" in proposal.refusals[0]


def test_the_table_with_more_rows_is_picked_by_counting() -> None:
    """Two tables are compared by their rows, and not asked one by one."""
    [task] = planned("Which of a.csv and b.csv has the fewest rows?", "a.csv", "b.csv").plan.tasks
    assert (task.type, task.parameters) == ("pick-best", {"names": ("a.csv", "b.csv"), "lowest": True})


def test_a_question_behind_the_file_that_answers_it_is_asked() -> None:
    """ "Can I ..." is politeness only where it asks for the task itself."""
    [task] = planned("Answer from faq.txt: can I return an item?", "faq.txt").plan.tasks
    assert (task.type, task.inputs["question"]) == ("question-answering", "can I return an item?")


@pytest.mark.parametrize(
    ("words", "task_type"),
    [
        ("show me the text of mail.eml", "join-text"),
        ("extract the text from mail.eml", "join-text"),
        ("read mail.eml", "join-text"),
        ("read mail.eml aloud", "text-to-speech"),
        ("read mail.eml to me", "text-to-speech"),
    ],
)
def test_a_text_is_shown_and_makes_a_sound_only_where_that_is_asked(words: str, task_type: str) -> None:
    """To read a text is to print it, unless somebody is to hear it."""
    assert types(planned(words, "mail.eml")) == [task_type]


def test_both_things_asked_of_a_picture_are_planned() -> None:
    """A count and a question joined by "and" are two tasks."""
    proposal = planned("how many faces and what colours are in a.jpg", "a.jpg")
    assert types(proposal) == ["object-detection", "count", "visual-question-answering"]
    assert not proposal.refusals


@pytest.mark.parametrize(
    "words",
    [
        "Translate a.txt to German and French and say both versions",
        "Übersetze a.txt ins Englische und Französische und lies beide Fassungen vor",
    ],
)
def test_both_translations_are_spoken(words: str) -> None:
    """Two languages joined by "and" are two translations of the same text, and "both" means these."""
    proposal = planned(words, "a.txt")
    assert types(proposal) == ["translation", "translation", "text-to-speech", "text-to-speech"]
    assert len({task.inputs["text"] for task in proposal.plan.tasks[:2]}) == 1
    assert not proposal.refusals


@pytest.mark.parametrize("words", ["Lies vor, wie viele Seiten x.pdf hat", "Read aloud how many pages x.pdf has"])
def test_a_number_is_said_and_not_the_whole_document(words: str) -> None:
    """What is to be said is what the rest of the sentence finds."""
    count, speech = planned(words, "x.pdf").plan.tasks
    assert (count.type, speech.type, speech.depends_on) == ("count", "text-to-speech", (count.id,))


@pytest.mark.parametrize("words", ["2枚目の画像を90度回転して", "drehe das 2. Bild um 90 Grad", "旋转第2张图片90度"])
def test_an_ordinal_in_digits_chooses_a_file(words: str) -> None:
    """ "The 2nd picture" is one picture in every language; without a second it is reported."""
    [task] = planned(words, "a.jpg", "b.jpg").plan.tasks
    assert getattr(task.inputs["image"], "name", "") == "b.jpg"


def test_a_slanting_part_is_refused() -> None:
    """A part that no form reads is not replaced by another."""
    assert not planned("a.jpgを斜めに切り抜いて", "a.jpg").plan.tasks


@pytest.mark.parametrize(
    ("words", "noted"), [("transkribiere a.mp3", True), ("transkribiere die deutsche Aufnahme a.mp3", False)]
)
def test_a_recording_that_is_taken_as_english_is_noted(words: str, noted: bool) -> None:
    """Recognition assumes English; a request in another language that names none gets a notice."""
    assert bool(planned(words, "a.mp3").repairs) is noted


def test_the_sound_of_a_film_in_a_format_of_sounds_is_kept() -> None:
    """ "Take the sound out as an mp3" does not mute the film."""
    [task] = planned("take the sound out of clip.mp4 as an mp3", "clip.mp4").plan.tasks
    assert (task.type, task.parameters) == ("video-to-audio", {"format": "mp3"})


@pytest.mark.parametrize("words", ["count the rows that have Bergen as city", "save the rows with Bergen as city"])
def test_a_value_before_its_column_is_a_condition(words: str) -> None:
    """ "Bergen as city" chooses rows as "city Bergen" does."""
    [task] = planned(words, "people.csv").plan.tasks
    assert task.parameters["where"] == ("city = Bergen",)


@pytest.mark.parametrize(
    "text",
    [
        "Summarise both files, the mail first",
        "Summarise both, b.eml first",
        "Fasse beide zusammen, die Mail zuerst",
        "Résume les deux, le mail d'abord",
        "Resume los dos, el correo primero",
        "Resuma os dois, o e-mail primeiro",
        "总结这两个文件,邮件先",
        "両方を要約して、メールを先に",
    ],
)
def test_the_file_that_is_to_come_first_does(text: str) -> None:
    """ "The mail first" is an order of the answers, and asks for no part of a text."""
    files = [Resource(kind="text", media_type="text/plain", name=name) for name in ("a.txt", "b.eml")]
    proposal = propose(Request(text=text, files=tuple(files)))
    assert [(t.type, str(t.inputs["text"].name)) for t in proposal.plan.tasks] == [  # type: ignore[union-attr]
        ("summarization", "b.eml"),
        ("summarization", "a.txt"),
    ]
    assert not proposal.refusals


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Summarise a.txt, prices first", "prices first"),
        ("Boil a.txt down for me, prices first", "prices first"),
        ("Put a.txt in order, oldest first", "oldest first"),
        ("Fasse a.txt zusammen, die Preise zuerst", "die Preise zuerst"),
        ("Résume a.txt, les prix d'abord", "les prix d'abord"),
        ("Resume a.txt, los precios primero", "los precios primero"),
        ("Resuma a.txt, os preços primeiro", "os preços primeiro"),
        ("总结 a.txt,先说价格", "先说价格"),
        ("a.txt を要約して、価格を先に", "価格を先に"),
    ],
)
def test_what_is_to_come_first_within_a_result_is_reported(text: str, words: str) -> None:
    """No expert puts the prices of a summary first; no part of the text is shown in its place."""
    proposal = planned(text, "a.txt")
    assert any(words in reason for reason in proposal.refusals)
    assert not {"text-part", "token-classification"} & {task.type for task in proposal.plan.tasks}


def test_the_file_of_a_follow_up_may_stand_behind_in() -> None:
    """ "And in b.txt?" repeats "how many words are in a.txt"; a suggestion names no file twice."""
    history = (("user", "How many words are in a.txt?"), ("assistant", "3"))
    file = Resource(kind="text", media_type="text/plain", name="b.txt")
    [task] = propose(Request(text="and in b.txt?", files=(file,), history=history)).plan.tasks
    assert (task.type, task.parameters) == ("count", {"look_for": "words"})
    assert not any(reason.count("b.txt") > 2 for reason in planned("and in b.txt?", "b.txt").refusals)


def test_a_sum_by_category_is_no_choice_of_a_category() -> None:
    """ "La suma de importe por categoría" asks about the rows of a table."""
    for words in ("¿Cuál es la suma de importe por categoría?", "Quelle est la somme de montant par catégorie ?"):
        assert [task.type for task in planned(words, "a.csv").plan.tasks] == ["table-question-answering"]


def test_a_follow_up_goes_on_with_the_question_about_a_table() -> None:
    """ "And for South only?" is asked of the same table, behind the question; other requests are not changed."""
    table = Resource(kind="table", media_type="text/csv", name="sales.csv", sha256="a" * 64, size=1)
    turns = ["What is the total revenue in sales.csv?", "and for South only?"]
    history = tuple((role, text) for text in turns for role in ("user",))
    [task] = propose(Request(text="and in May?", history=history, resources=(table,))).plan.tasks
    assert task.type == "table-question-answering"
    asked = "What is the total revenue in sales.csv → and for South only? → and in May?"
    assert task.inputs["question"] == asked
    unanswered = Request(text="and in May?", history=history, resources=(table,), unanswered=("and for South only?",))
    [again] = propose(unanswered).plan.tasks
    assert again.inputs["question"] == "What is the total revenue in sales.csv → and in May?"
    [other] = propose(Request(text="and read it aloud", history=history, resources=(table,))).plan.tasks
    assert other.type == "text-to-speech"


@pytest.mark.parametrize(
    "words",
    [
        "My girlfriend is learning English and would like to hear a.txt.",
        "I'm in a hurry, so just the gist of a.txt, ta",
        "It is with great pleasure that I ask you to summarise a.txt.",
        "Excuse me, is anyone there? Please summarise a.txt.",
        "We need it for the trial, Your Honour's orders: summarise a.txt.",
    ],
)
def test_what_surrounds_a_request_is_neither_reported_nor_planned(words: str) -> None:
    """A vocative, a remark or a greeting leaves one task and no report."""
    proposal = planned(words, "a.txt")
    assert len(proposal.plan.tasks) == 1
    assert not proposal.refusals


def test_three_things_in_one_question_are_three_questions() -> None:
    """An expert gives one answer to a question, so that each thing is asked by itself."""
    tasks = planned("What is the total, the date and the address in invoice.pdf?", "invoice.pdf").plan.tasks
    asked = [f"What is the {thing} in invoice.pdf?" for thing in ("total", "date", "address")]
    assert [task.inputs["question"] for task in tasks] == asked


@pytest.mark.parametrize(("words", "colour"), [("färbe a.jpg rot", "rot"), ("colorie a.jpg en rouge", "rouge")])
def test_a_colour_that_no_parameter_takes_is_reported(words: str, colour: str) -> None:
    """To colour a picture gives it no colour of one's choice."""
    assert any(colour in reason for reason in planned(words, "a.jpg").refusals)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("List e-mail addresses but no phone numbers in notes.txt", "e-mail addresses"),
        ("Find the dates in notes.txt but not the amounts", "dates"),
        ("Find all links in notes.txt, no e-mail addresses please", "links"),
        ("Find dates and amounts, but not the names or links, in notes.txt", "dates, amounts"),
        ("Find not only dates but also amounts in notes.txt", "dates, amounts"),
    ],
)
def test_what_is_left_out_is_not_looked_for(words: str, found: str) -> None:
    """A kind of words behind "but not" is left out of the search."""
    [task] = planned(words, "notes.txt").plan.tasks
    assert (task.type, task.parameters["look_for"]) == ("token-classification", found)


def test_the_number_of_somebody_is_no_count() -> None:
    """ "The order number of Bo Ek" is asked with its words, and nothing is counted or listed."""
    for kind in ("order", "phone"):
        [task] = planned(f"What is the {kind} number of Bo Ek in notes.txt?", "notes.txt").plan.tasks
        assert task.inputs["question"] == f"What is the {kind} number of Bo Ek?"


def test_a_difference_between_two_values_is_asked_as_a_whole() -> None:
    """The lowest alone is not asked in the place of a difference."""
    words = "What is the difference between the highest and the lowest revenue?"
    [task] = planned(words, "sales.csv").plan.tasks
    assert task.inputs["question"] == words.strip("?")


@pytest.mark.parametrize("words", ["How much change did I get, r1.png?", "How much cash was given in r1.png?"])
def test_what_is_printed_on_a_receipt_is_read_from_it(words: str) -> None:
    """Change is money here, and no edit of the picture."""
    assert types(planned(words, "r1.png")) == ["document-question-answering"]


@pytest.mark.parametrize("name", ["order.eml", "menu.docx", "report.pdf"])
@pytest.mark.parametrize("words", ["What is the sum of amount?", "What is the sum of the prices?"])
def test_a_column_of_a_table_in_a_document_is_asked_about_and_not_added_from_its_words(words: str, name: str) -> None:
    """All amounts of such a text would be those of other columns too."""
    assert {type_.removeprefix("document-") for type_ in types(planned(words, name))} <= {
        "question-answering",
        "to-text",
    }


@pytest.mark.parametrize(
    ("request_text", "asked"),
    [
        ("Find the phone number of Anna in a.txt", "What is the phone number of Anna?"),
        ("Find the address of the hotel in a.txt", "What is the address of the hotel?"),
        ("To whom it may concern: please summarise a.txt.", None),
    ],
)
def test_a_question_is_asked_with_its_own_words_and_no_form_of_address_is_one(
    request_text: str, asked: str | None
) -> None:
    """A question about a person ends before the file, and “to whom it may concern” asks nothing."""
    questions = [
        task.inputs["question"] for task in planned(request_text, "a.txt").plan.tasks if "question" in task.inputs
    ]
    assert questions == ([asked] if asked else [])


@pytest.mark.parametrize(
    ("request_text", "file", "expected"),
    [
        ("where do the two texts differ", "a.txt,b.txt", ["compare"]),
        ("write down the words of talk.mp3", "talk.mp3", ["automatic-speech-recognition"]),
        ("what's in the pdf report.pdf, the whole text", "report.pdf", ["document-to-text"]),
        ("marca los silencios y el habla en memo.m4a", "memo.m4a", ["voice-activity-detection"]),
    ],
)
def test_words_that_only_open_or_end_a_request_take_nothing_from_it(
    request_text: str, file: str, expected: list[str]
) -> None:
    """Each is planned as a whole, and nothing of it is reported."""
    proposal = planned(request_text, *file.split(","))
    assert (types(proposal), proposal.refusals) == (expected, ())


def test_an_example_of_one_task_does_not_hold_the_words_of_two() -> None:
    """ "Larger and sharper" is two changes of a picture."""
    tasks = planned("mach das Foto größer und schärfer", "photo.jpg").plan.tasks
    assert [task.parameters["operation"] for task in tasks] == ["resize", "sharpen"]


def test_it_that_is_summed_up_is_the_latest_result_and_no_part_is_taken_without_its_name() -> None:
    """ "Sum it up" works on the translation; "the first names" are no part of a text."""
    summary = planned("Translate a.txt into French and sum it up", "a.txt").plan.tasks[1]
    assert summary.inputs["text"] == Ref(task_id=0, output="text")
    assert "text-part" not in types(planned("In a.txt swap first and last names", "a.txt"))
