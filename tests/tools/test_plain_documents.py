"""What a file says beside its plain words is read too: repeats and cancellations, tables, senders."""

from email.message import EmailMessage
from pathlib import Path
from zipfile import ZipFile

import pytest

from hugginggpt.graph.settings import Settings
from hugginggpt.tools.content import identify
from hugginggpt.tools.documents.readers import read
from hugginggpt.tools.documents.repeats import repeats
from paths import ROOT

FILES = ROOT / "tests" / "corpus" / "files"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270630T000000Z", "every week on Monday and Wednesday until 2027-06-30"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR;COUNT=5", "every 2 months on the last Friday 5 times"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "every month on the second Tuesday"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1", "every year on day 1 in March"),
        ("FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;BYHOUR=9"),
    ],
)
def test_a_rule_of_repeats_is_read_in_words_or_left_as_it_is(rule: str, words: str) -> None:
    assert repeats(rule) == words


def test_an_event_says_in_its_own_line_that_it_is_cancelled_or_repeated() -> None:
    text = read(FILES / "repeated.ics", "text/calendar", "repeated.ics").text
    assert "Dentist: cancelled, 2027-03-09 (Tuesday), 08:00, ends 08:30 UTC" in text
    assert "repeated every week on Monday and Wednesday until 2027-06-30, except 2027-04-05" in text


def test_a_table_of_rtf_is_a_table() -> None:
    found = read(FILES / "price.rtf", "application/rtf", "price.rtf")
    assert "| item | amount |\n| --- | --- |\n| rope | 10.50 |" in found.text
    assert found.text.endswith("Contact: Ole Brandt")


def test_an_e_mail_of_outlook_is_known_by_its_bytes_and_read_with_its_attachments(tmp_path: Path) -> None:
    content = identify((FILES / "ferry.msg").read_bytes(), "noname.dat", Settings(home=tmp_path))
    text = read(FILES / "ferry.msg", content.media_type, "ferry.msg").text
    assert "To: Alice Holm <alice@example.com>" in text
    assert "The captain is Björn Dahl." in text
    assert "| rope | 10.50 |" in text


def test_tracked_changes_of_word_are_read_as_accepted_and_said(tmp_path: Path) -> None:
    word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    old, new = "<w:del><w:r><w:delText>40</w:delText></w:r></w:del>", "<w:ins><w:r><w:t>55</w:t></w:r></w:ins>"
    body = f"<w:p><w:r><w:t>The fee: </w:t></w:r>{old}{new}</w:p>"
    with ZipFile(tmp_path / "a.docx", "w") as parts:
        parts.writestr("word/document.xml", f"<w:document {word}><w:body>{body}</w:body></w:document>")
    found = read(
        tmp_path / "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx"
    )
    assert found.text == "The fee: 55"
    assert found.notes == ("its tracked changes (2) are read as if they were accepted",)


def test_repeated_elements_of_xml_are_rows_and_others_are_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(
        '<orders><order id="1"><total>10.50</total></order><order id="2"><total>20</total></order></orders>'
    )
    found = read(file, "application/xml", "a.xml")
    assert (found.kind, found.text) == ("table", '[{"id": "1", "total": "10.50"}, {"id": "2", "total": "20"}]')
    file.write_text('<feed v="1"><body>Bring <b>two</b> ropes.</body><item n="1"/><item n="2"/></feed>')
    found = read(file, "application/xml", "a.xml")
    assert "feed / body: Bring two ropes." in found.text
    assert "| n |\n| --- |\n| 1 |\n| 2 |" in found.text


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("Your mail program cannot show HTML.", "Your train leaves at 07:42 from platform 5. Price: 58.30 euros."),
        ("Your train leaves at 07:42 from platform 5.", "Your train leaves at 07:42 from platform 5."),
    ],
)
def test_the_half_of_an_e_mail_that_says_more_is_read(tmp_path: Path, plain: str, shown: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Your booking"
    message.set_content(plain)
    message.add_alternative(f"<p>{shown}</p>", subtype="html")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    assert read(tmp_path / "a.eml", "message/rfc822", "a.eml").text == f"Subject: Your booking\n\n{shown}"


def test_a_drawing_is_known_by_its_bytes_whatever_picture_it_is_called(tmp_path: Path) -> None:
    svg = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><text>Kitchen</text></svg>'
    assert identify(svg, "plan.png", Settings(home=tmp_path)).media_type == "image/svg+xml"
    assert identify(svg, "plan.txt", Settings(home=tmp_path)).kind == "text"


def test_an_event_says_its_time_zone_and_when_it_ends_also_by_how_long_it_lasts(tmp_path: Path) -> None:
    events = (
        "DTSTART;TZID=Europe/Berlin:20260520T180000\nDURATION:PT2H30M",
        "DTSTART;VALUE=DATE:20260601\nDURATION:P2D",
    )
    blocks = "".join(f"BEGIN:VEVENT\nSUMMARY:Choir\n{each}\nEND:VEVENT\n" for each in events)
    (tmp_path / "a.ics").write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{blocks}END:VCALENDAR\n")
    text = read(tmp_path / "a.ics", "text/calendar", "a.ics").text
    assert "Choir: 2026-05-20 (Wednesday), 18:00, ends 20:30 Europe/Berlin" in text
    assert "Choir: 2026-06-01 (Monday), ends 2026-06-02 (Tuesday)" in text
