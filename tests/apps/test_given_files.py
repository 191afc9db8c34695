"""What a program has in memory is a file like any other: all of it, in the order given, or refused in words."""

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

import hugginggpt
from hugginggpt import InvalidInput, Settings
from hugginggpt.apps.given_files import as_graph_files
from hugginggpt.graph.content_blocks import given_file
from hugginggpt.tools.files.given_data import content_of

COUNT = "How many words are in these files?"


@pytest.fixture
def settings(home: Path) -> Iterator[Settings]:
    """Of a home whose world is closed at the end."""
    yield Settings(home=home)
    hugginggpt.close()


@pytest.fixture
def pages() -> list[PIL.Image.Image]:
    """Three pages of different colours."""
    return [PIL.Image.new("RGB", (30, 20), colour) for colour in ("red", "green", "blue")]


def given(file: Any) -> tuple[bytes, str]:
    """The data that one file becomes, and its name."""
    (block,) = as_graph_files(file)
    return content_of(given_file(block), 10**8)


@pytest.mark.parametrize("name", ["pages.tiff", "moving.gif", "moving.webp", "moving.png"])
def test_a_picture_of_several_pages_is_given_with_all_of_them(
    tmp_path: Path, pages: list[PIL.Image.Image], name: str
) -> None:
    pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:])
    opened = PIL.Image.open(tmp_path / name)
    opened.seek(1)
    data, given_name = given(opened)
    assert given_name == name
    read = PIL.Image.open(io.BytesIO(data))
    assert read.n_frames == 3  # type: ignore[attr-defined]
    assert opened.tell() == 1
    opened.seek(2)
    assert PIL.Image.open(io.BytesIO(given(opened.copy())[0])).format == "PNG"  # the current page alone


def test_a_damaged_picture_is_given_as_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    PIL.Image.effect_noise((200, 200), 50).save(path)
    path.write_bytes(path.read_bytes()[:-2_000])
    assert given(PIL.Image.open(path))[0] == path.read_bytes()
    assert given(PIL.Image.open(io.BytesIO(path.read_bytes())))[0] == path.read_bytes()


def closed_picture() -> PIL.Image.Image:
    """It has no file to be read from again."""
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (3, 3)).save(buffer, "PNG")
    picture = PIL.Image.open(buffer)
    picture.close()
    return picture


def closed_file() -> io.BytesIO:
    """It had content."""
    stream = io.BytesIO(b"one two")
    stream.close()
    return stream


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (closed_picture, "file 0 is a picture that can't be read"),
        (lambda: PIL.Image.new("RGB", (0, 4)), "file 0 is a picture of 0x4 pixels, which is empty"),
        (closed_file, "file 0 can't be read: I/O operation on closed file"),
        (lambda: io.BytesIO(b""), "file 0 is empty"),
        (lambda: None, "file 0 is of type NoneType"),
    ],
)
def test_what_holds_nothing_is_refused_in_words(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        as_graph_files(make())


def test_an_open_file_is_one_file_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("one two\nthree\n")
    with (tmp_path / "notes.txt").open("rb") as binary, (tmp_path / "notes.txt").open() as text:
        assert given(binary) == given(text) == (b"one two\nthree\n", "notes.txt")
    assert given(io.StringIO("one two\nthree"))[0] == b"one two\nthree"
    assert given(io.BytesIO(b"one two\nthree"))[0] == b"one two\nthree"
    assert len(as_graph_files([io.BytesIO(b"one"), "b.txt"])) == 2


def counts(files: Any, settings: Settings) -> list[str]:
    """The number of words of each file."""
    return [result.text for result in hugginggpt.run(COUNT, files=files, settings=settings).results]


def test_results_follow_the_order_of_the_files(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one two three")
    (tmp_path / "b.txt").write_text("one")
    files = [tmp_path / "a.txt", b"one two", tmp_path / "b.txt", io.StringIO("one two three four")]
    assert counts(files, settings) == ["3", "2", "1", "4"]


def test_each_of_equal_files_counts(settings: Settings) -> None:
    assert counts([b"one two", b"one two", b"one"], settings) == ["2", "2", "1"]


def test_data_and_a_path_of_one_name_are_two_files(settings: Settings, tmp_path: Path) -> None:
    for folder, words in (("x", "one two"), ("y", "one")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.txt").write_text(words)
    with (tmp_path / "x/notes.txt").open("rb") as opened:
        assert counts([opened, tmp_path / "y/notes.txt"], settings) == ["2", "1"]


def test_a_path_given_twice_is_taken_once_and_it_is_said(
    settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    (tmp_path / "a.txt").write_text("one two three")
    path = str(tmp_path / "a.txt")
    assert counts([path, path], settings) == ["3"]
    assert f"{path} was given more than once, and is taken once" in capfd.readouterr().err


def test_two_files_of_one_name_are_told_apart_in_the_answer(home: Path, tmp_path: Path) -> None:
    """By as much of their folders as it takes; a third file keeps its bare name."""
    files = [tmp_path / name for name in ("a/x.txt", "b/x.txt", "y.txt")]
    for number, file in enumerate(files):
        file.parent.mkdir(exist_ok=True)
        file.write_text("word " * (number + 1))
    outcome = hugginggpt.run("How many words are in each file?", files=files, settings=Settings(home=home))
    hugginggpt.close()
    assert [line for line in outcome.answer.splitlines() if line.startswith("Count")] == [
        "Count (words) (a/x.txt) [0]: 1", "Count (words) (b/x.txt) [1]: 2", "Count (words) (y.txt) [2]: 3"
    ]  # fmt: skip
