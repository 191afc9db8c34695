"""What a file consists of is counted, listed and added exactly, from its own words; other questions are left alone."""

from datetime import date
from pathlib import Path

import pytest

from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.documents.cards import cards_text
from hugginggpt.tools.documents.mail import mailbox_text
from hugginggpt.tools.documents.parts import numbered, parts_of, without_headings
from hugginggpt.tools.file_parts.answers import answer_of_parts

TODAY = date(2027, 3, 9)
EVENTS = (
    ("Budget meeting", "20270303T090000", "20270303T100000", "LOCATION:Room 4"),
    ("Design meeting", "20270310T140000", "20270310T153000", "LOCATION:Room 2"),
    ("Lunch with Ana", "20270310T120000", "20270310T130000", "LOCATION:Cafe Rosa"),
    ("Board meeting", "20270324T100000", "20270324T120000", "STATUS:CANCELLED"),
    ("Dentist", "20270413T080000Z", "20270413T084500Z", "X-A:b"),
    ("Standup", "20270501T090000", "20270501T091500", "RRULE:FREQ=WEEKLY;COUNT=6\nEXDATE:20270515T090000"),
)
WHOLE_DAYS = "BEGIN:VEVENT\nSUMMARY:Trade fair\nDTSTART;VALUE=DATE:20270315\nDTEND;VALUE=DATE:20270317\nEND:VEVENT\n"
MAILS = (
    ("Anna Berg <anna@club.example>", "Boat repair", 3, "The mast is broken."),
    ("Bo Ek <bo@club.example>", "Re: Boat repair", 4, "I can fix it on Friday."),
    ("Anna Berg <anna@club.example>", "Thanks", 15, "Thank you, Anna"),
)


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("calendar") / "club.ics"
    events = "".join(
        f"BEGIN:VEVENT\nSUMMARY:{name}\nDTSTART:{begins}\nDTEND:{ends}\n{more}\nEND:VEVENT\n"
        for name, begins, ends, more in EVENTS
    )
    file.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}{WHOLE_DAYS}END:VCALENDAR\n")
    return cards_text(file, "club.ics").text


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("mailbox") / "club.mbox"
    file.write_text(
        "".join(
            f"From - Mon Mar 01 10:00:00 2027\nFrom: {sender}\nTo: club@club.example\nSubject: {subject}\n"
            f"Date: {day} Mar 2027 10:00:00 +0000\n\n{text}\n\n"
            for sender, subject, day, text in MAILS
        )
    )
    return mailbox_text(file, "club.mbox").text


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("How many meetings are in March?", "en", "2 (Budget meeting, 2027-03-03; Design meeting"),
        ("How many meetings are in March?", "en", "not counted, as cancelled: Board meeting"),
        ("How many appointments are on 10 March 2027?", "en", "2 (Lunch with Ana"),
        ("What is on 10 March?", "en", "Lunch with Ana: 2027-03-10 (Wednesday), 12:00, ends 13:00\nDesign"),
        ("What is on 16 March?", "en", "Trade fair"),
        ("Is there anything on 11 March?", "en", "none: no such appointment of club.ics is on 11 march"),
        ("Which appointments are cancelled?", "en", "Board meeting: cancelled"),
        ("When is the board meeting?", "en", "Board meeting: cancelled, 2027-03-24"),
        ("When is the dentist?", "en", "08:45 UTC"),
        ("When is the next meeting?", "en", "Design meeting: 2027-03-10"),
        ("Where is the design meeting?", "en", "Room 2 ("),
        ("How long are my meetings altogether?", "en", "2 h 30 min (Budget meeting 1 h, Design meeting 1 h 30 min)"),
        ("How long is the lunch?", "en", "1 h (Lunch"),
        ("Which is the longest meeting?", "en", "Design meeting"),
        ("How many appointments are in May?", "en", "4 (Standup, 2027-05-01; Standup, 2027-05-08; Standup, 2027-05-22"),
        ("How many appointments are between 3 and 10 March?", "en", "3 ("),
        ("How many appointments are after 1 May?", "en", "4 (Standup, 2027-05-08"),
        ("When is the design meeting? → where is it", "en", "Room 2"),
        ("Wie viele Termine sind im April?", "de", "1 (Dentist"),
        ("Combien de rendez-vous en avril ?", "fr", "1 (Dentist"),
        ("¿Cuántas citas hay en abril?", "es", "1 (Dentist"),
        ("Quantos compromissos há em abril?", "pt", "1 (Dentist"),
    ],
)
def test_the_appointments_of_a_calendar_are_counted_listed_and_added(
    calendar: str, question: str, code: str, said: str
) -> None:
    answer = answer_of_parts(calendar, question, "club.ics", TODAY, code)
    assert answer is not None
    assert said in answer


def test_a_word_that_no_appointment_has_is_no_count_of_none(calendar: str) -> None:
    with pytest.raises(ExpertError, match=r"no appointment of club\.ics has the words “boring”"):
        answer_of_parts(calendar, "How many meetings are boring?", "club.ics", TODAY, "en")


def test_whole_days_are_said_to_be_left_out_of_a_sum_of_hours(calendar: str) -> None:
    with collecting() as heard:
        answer_of_parts(calendar, "How long are my appointments altogether in March?", "club.ics", TODAY, "en")
    assert "has no hours, and is left out: Trade fair" in heard.lacks[0]


@pytest.mark.parametrize("question", ["Who is the surgeon?", "What do I pay?"])
def test_a_question_about_something_else_is_left_to_the_text(calendar: str, question: str) -> None:
    assert answer_of_parts(calendar, question, "club.ics", TODAY, "en") is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many mails are from Anna?", "2 (Boat repair; Thanks)"),
        ("How many mails mention the mast?", "1 (Boat repair)"),
        ("Who wrote the most mails?", "Anna Berg <anna@club.example> (2)"),
        ("When did Bo write?", "4 Mar 2027 10:00:00 +0000"),
        ("What does Bo write?", "I can fix it on Friday."),
        ("How many attachments are there?", "0"),
        ("Which attachments are there?", "none: no such e-mail of club.mbox has attachments"),
        ("How many mails did Anna send after 10 March?", "1 (Thanks)"),
        ("Who is the sender of the last mail?", "Anna Berg <anna@club.example>"),
        ("Who is the last mail from?", "Anna Berg <anna@club.example>"),
    ],
)
def test_the_e_mails_of_a_mailbox_are_chosen_by_their_headers(mailbox: str, question: str, said: str) -> None:
    assert said in (answer_of_parts(mailbox, question, "club.mbox", TODAY, "en") or "")


SLIDES = numbered("Slide", [("Harvest", "By Lena Vogt"), ("Weather", "Dry in May\n\nSpeaker notes: Mention the hail")])


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("Who is in copy?", "en", "Olaf Stein"),
        ("Wer ist in Kopie?", "de", "Olaf Stein"),
        ("Who sent this mail → to whom", "en", "Jonas Beck, Olaf Stein"),
        ("To whom was this mail sent?", "en", "Jonas Beck, Olaf Stein"),
        ("What is the price of the stool in the attachment?", "en", None),
    ],
)
def test_an_e_mail_says_to_whom_it_went_and_leaves_what_is_attached_to_its_text(
    question: str, code: str, said: str | None
) -> None:
    head = "Subject: Piano\nFrom: Petra\nTo: Jonas Beck\nCc: Olaf Stein\nAttachments: bill.csv"
    mail = f"{head}\n\nThe price of the stool is 150."
    assert answer_of_parts(mail, question, "a.eml", TODAY, code) == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many slides does it have?", "2 (Harvest; Weather)"),
        ("What is the title of slide 2?", "Weather"),
        ("What do the notes of slide 2 say?", "Mention the hail"),
        ("Which slide is about the weather?", "Slide 2: Weather"),
        ("What is on slide 1?", "Harvest\nBy Lena Vogt"),
    ],
)
def test_slides_are_counted_and_named(question: str, said: str) -> None:
    assert answer_of_parts(SLIDES, question, "talk.pptx", TODAY, "en") == said


def test_a_slide_that_is_not_there_is_said_to_be_none() -> None:
    with pytest.raises(ExpertError, match=r"talk\.pptx has 2 slides, and no slide 7"):
        answer_of_parts(SLIDES, "What is the title of slide 7?", "talk.pptx", TODAY, "en")


def test_lines_of_a_text_that_only_look_like_headings_make_no_parts() -> None:
    """What someone else wrote into a file changes no count: the numbers have to fit each other."""
    assert parts_of("Slide 1 of 3: a\n\nSlide 1 of 1: b") == []
    assert without_headings("Slide 1 of 3: a\n\nSlide 1 of 1: b").startswith("Slide 1 of 3")


def test_a_repeated_appointment_without_an_end_is_followed_in_the_period_asked_for(tmp_path: Path) -> None:
    """A repeated appointment without an end is followed in the year asked for only."""
    file = tmp_path / "a.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Choir\nDTSTART:20270301T190000\nDTEND:20270301T200000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=MO\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    text = cards_text(file, "a.ics").text
    assert (answer_of_parts(text, "How many appointments in June 2028?", "a.ics", TODAY, "en") or "").startswith("4 ")
    with pytest.raises(ExpertError, match="repeated"):
        answer_of_parts(text, "How long are the appointments in total?", "a.ics", TODAY, "en")


@pytest.mark.parametrize("question", ["When does it end?", "Where is it?", "when and where is it"])
def test_a_question_that_names_no_appointment_of_several_is_refused(calendar: str, question: str) -> None:
    """Behind another question it would be answered with any of them."""
    with pytest.raises(ExpertError, match=r"names no appointment of club\.ics"):
        answer_of_parts(calendar, question, "club.ics", TODAY, "en")
