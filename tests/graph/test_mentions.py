"""Mentions: files and URLs that a text names are found by their spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hugginggpt.graph.mentions import kind_of_name, mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Detect all the objects in examples.jpg", ["examples.jpg"]),
        ("based on /examples/f.jpg.", ["/examples/f.jpg"]),
        ("pictures e1.jpg, e2.png and e3.jpg; e1.jpg again", ["e1.jpg", "e2.png", "e3.jpg"]),
        ("Given an image: https://example.com/palace.jpg, please", ["https://example.com/palace.jpg"]),
        ("see (https://example.com/a_(b).png).", ["https://example.com/a_(b).png"]),
        ("read 'my scans/page 1.pdf' now", ["my scans/page 1.pdf"]),
        ("'example.jpg' and \"b.wav\"", ["example.jpg", "b.wav"]),
        ("example.jpg's objects", ["example.jpg"]),
        (r"open C:\scans\a.png", [r"C:\scans\a.png"]),
        ("请描述example.jpg中的内容", ["example.jpg"]),
        ("描述a.jpg、b.jpg和c.jpg", ["a.jpg", "b.jpg", "c.jpg"]),
        ("比较《a.txt》与b.txt以及c.txt", ["a.txt", "b.txt", "c.txt"]),
        ("a.jpgとb.jpgを比べて", ["a.jpg", "b.jpg"]),
        ("「会議.mp3」と写真.jpg・b.jpg", ["会議.mp3", "写真.jpg", "b.jpg"]),
        ("write to bob@notes.md or about .png files and Node.js, e.g. 3.14", []),
        ("the text 'I like a.png and b.png'", ["a.png", "b.png"]),
    ],
)
def test_names_are_found_as_written(text: str, names: list[str]) -> None:
    """Files and URLs come out in the order of their first naming, without the punctuation around them."""
    assert [mention.name for mention in mentions(text)] == names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JPG", ("image", "image/jpeg")),
        ("notes.md", ("text", "text/markdown")),
        ("t.csv", ("table", "text/csv")),
        ("scan.pdf", ("document", "application/pdf")),
        ("https://example.com/a.wav?x=1.png", ("audio", "audio/wav")),
        ("https://example.com/", ("document", "application/octet-stream")),
    ],
)
def test_the_extension_determines_the_kind(name: str, kind: tuple[str, str]) -> None:
    """Kind and media type follow from the extension alone."""
    assert kind_of_name(name) == kind


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """No text raises, and every mention is a slice of the text."""
    assert all(text[mention.start : mention.end] == mention.name for mention in mentions(text))


def test_the_longest_request_is_read_at_once() -> None:
    """A hundred thousand characters without spaces, or full of quotes, take no longer than a page of prose."""
    for piece in ("a", "'", "(", "a.png", "https://", "a.", '"x '):
        mentions((piece * 100_000)[:100_000])
