"""File names people have: spaces, brackets, quotes, emoji, folders, patterns, many at once, two of one name."""

from pathlib import Path

import pytest

from hugginggpt.graph.errors import InvalidInput
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.files.fetch import GuardedFetcher
from media import png
from stores import FolderStore


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def read(here: Path, text: str, *attached: str) -> list[Resource]:
    """The files of a request."""
    kept = here.parent / "store"
    kept.mkdir(exist_ok=True)
    settings = Settings.model_validate({"home": here.parent / "home"})
    return list(await GuardedFetcher(FolderStore(kept), settings).gather(text, attached))


def planned_inputs(text: str, files: list[Resource]) -> set[str]:
    """The names of the files that the plan's tasks take."""
    tasks = propose(Request(text=text, files=tuple(files))).plan.tasks
    values = [value for task in tasks for value in task.inputs.values()]
    flat = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return {each.name or "" for each in flat if isinstance(each, Resource)}


@pytest.mark.parametrize(
    "name",
    [
        "my notes.txt",
        "notes (1).txt",
        "contract_FINAL(2).txt",
        "Bob's last words.txt",
        'the "best" day.txt',
        "🎵 song 🙏.txt",
        "- notes.txt",
        "-notes.txt",
        "Smith, John.txt",
        "[draft] notes.txt",
        "a & b + c.txt",
        "会议 记录.txt",
        "2024.01.05 notes.v2.txt",
        "notes.backup.txt",
    ],
)
async def test_a_file_is_found_by_its_whole_name_without_quotes(here: Path, name: str) -> None:
    """The longest name that is there counts, and the plan takes that file."""
    (here / name).write_text("All is well. Nothing is lost.", "utf-8")
    for text in (f"Summarise {name}", f"Please summarise {name}, thanks", f"Read {name} aloud"):
        files = await read(here, text)
        assert [(file.name, file.missing) for file in files] == [(name, False)], text
        assert planned_inputs(text, files) == {name}, text


@pytest.mark.parametrize(
    "text", ["请总结会议记录.txt和报告.txt", "会议记录.txtと报告.txtを要約して", "总结会议记录.txt、报告.txt"]
)
async def test_names_in_chinese_characters_are_found_without_spaces(here: Path, text: str) -> None:
    """The words before and between names without spaces do not belong to them where such files are there."""
    for name in ("会议记录.txt", "报告.txt"):
        (here / name).write_text("一切都好。", "utf-8")
    files = await read(here, text)
    assert [(file.name, file.missing) for file in files] == [("会议记录.txt", False), ("报告.txt", False)]
    assert planned_inputs(text, files) == {"会议记录.txt", "报告.txt"}


@pytest.mark.parametrize("written", [r"my\ notes.txt", "'my notes.txt'", '"my notes.txt"', "“my notes.txt”"])
async def test_a_name_may_be_escaped_or_quoted(here: Path, written: str) -> None:
    """A name with a space as shells print it, or in any quotation marks, is that file."""
    (here / "my notes.txt").write_text("All is well.", "utf-8")
    files = await read(here, f"Summarise {written}")
    assert [file.missing for file in files] == [False]
    assert len(planned_inputs(f"Summarise {written}", files)) == 1


async def test_a_shorter_name_counts_where_no_longer_one_is_there(here: Path) -> None:
    """Words before a name do not belong to it unless such a file exists; nor does another file."""
    for name in ("a.txt", "b.txt"):
        (here / name).write_text("All is well.", "utf-8")
    assert [file.name for file in await read(here, "Compare the file a.txt and b.txt")] == ["a.txt", "b.txt"]
    assert [file.name for file in await read(here, "Compare old a.txt")] == ["a.txt"]


async def test_a_home_folder_is_expanded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~/my notes.txt` is read from the user's folder."""
    monkeypatch.setenv("HOME", str(here))
    (here / "my notes.txt").write_text("All is well.", "utf-8")
    files = await read(here, "Summarise ~/my notes.txt")
    assert [(file.name, file.missing) for file in files] == [("~/my notes.txt", False)]


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("Rotate all pictures in photos/ by 90 degrees", 3),
        ("Rotate every picture of the folder photos by 90 degrees", 3),
        ("Rotate photos/*.png by 90 degrees", 3),
        ("Rotate photos/p1*.png by 90 degrees", 2),
        ("Rotate './photos/p2.png' by 90 degrees", 1),
    ],
)
async def test_a_folder_or_pattern_stands_for_its_files(here: Path, text: str, members: int) -> None:
    """Each file of it that can be read is taken, in natural order; hidden files are not."""
    (here / "photos").mkdir()
    for name in ("p10.png", "p2.png", "p1.png", ".hidden.png"):
        (here / "photos" / name).write_bytes(png())
    files = await read(here, text)
    assert len(files) == members
    assert len(planned_inputs(text, files)) == members
    if members == 3:
        assert [file.label for file in files] == ["p1.png", "p2.png", "p10.png"]


async def test_an_attached_folder_or_pattern_is_read(here: Path) -> None:
    """`--file photos` and `--file '*.txt'` attach all files; an empty one is an error."""
    (here / "photos").mkdir()
    with pytest.raises(InvalidInput, match="no file that can be read in the folder photos"):
        await read(here, "Rotate them", "photos")
    (here / "photos" / "a.png").write_bytes(png())
    (here / "n.txt").write_text("All is well.", "utf-8")
    assert [file.name for file in await read(here, "Look", "photos", "*.txt")] == ["photos/a.png", "n.txt"]
    with pytest.raises(InvalidInput, match=r"no file matches \*\.csv"):
        await read(here, "Look", "*.csv")


async def test_a_pattern_without_files_is_a_missing_file(here: Path) -> None:
    """`*.txt` where there is none is reported by its name."""
    assert [(file.name, file.missing) for file in await read(here, "Summarise *.txt")] == [("*.txt", True)]


async def test_files_of_an_unknown_type_in_a_folder_are_read_by_what_they_hold_or_reported(here: Path) -> None:
    (here / "mixed").mkdir()
    for name, data in (("a.txt", b"one"), ("b.xyz", b"two"), ("c.bin", bytes(range(256))), ("Thumbs.db", b"")):
        (here / "mixed" / name).write_bytes(data)
    files = await read(here, "How many words are in each file?", "mixed")
    assert [(file.name, file.missing) for file in files] == [
        ("mixed/a.txt", False),
        ("mixed/b.xyz", False),
        ("mixed/c.bin", True),
    ]


async def test_what_looks_like_a_folder_and_is_none_names_no_file(here: Path) -> None:
    """And/or, dates and fractions are words."""
    assert await read(here, "Summarise and/or translate it by 1/2/2026, in the folder of my dreams") == []


async def test_fifty_files_are_all_taken(here: Path) -> None:
    """Fifty attached texts give fifty summaries."""
    names = [f"note {number}.txt" for number in range(50)]
    for name in names:
        (here / name).write_text(f"All is well with {name}.", "utf-8")
    files = await read(here, "Summarise each of them", *names)
    assert planned_inputs("Summarise each of them", files) == set(names)


async def test_two_files_of_one_name_are_both_taken(here: Path) -> None:
    """Files in two folders stay two, by their paths and by their common name."""
    for folder in ("old", "new"):
        (here / folder).mkdir()
        (here / folder / "notes.txt").write_text(f"The {folder} text.", "utf-8")
    both = {"old/notes.txt", "new/notes.txt"}
    text = "Compare old/notes.txt and new/notes.txt"
    assert planned_inputs(text, await read(here, text)) == both
    text = "Summarise both files called notes.txt"
    assert planned_inputs(text, await read(here, text, *sorted(both))) == both


async def test_a_folder_with_too_many_files_is_refused(here: Path) -> None:
    """Nothing of it is read, and the number is named."""
    (here / "many").mkdir()
    for number in range(201):
        (here / "many" / f"{number}.txt").write_text("x", "utf-8")
    with pytest.raises(InvalidInput, match="holds 201 files"):
        await read(here, "Summarise many/")


async def test_a_damaged_file_among_others_is_named_with_its_problem_and_a_damaged_one_alone_is_refused(
    here: Path,
) -> None:
    names = ["a.png", "b.png", "empty.png"]
    for name, data in zip(names, (png(), png()[:20], b""), strict=True):
        (here / name).write_bytes(data)
    kept = FolderStore(here.parent)
    files = GuardedFetcher(kept, Settings.model_validate({"home": here.parent / "home"}))
    good, broken, empty = await files.gather("read b.png and empty.png", ["a.png"])
    assert (good.problem, good.missing) == (None, False)
    assert (broken.kind, broken.missing) == ("image", True)
    assert "b.png is not an image" in (broken.problem or "")
    assert "empty.png is empty" in (empty.problem or "")
    with pytest.raises(InvalidInput, match=r"b\.png is not an image"):
        await files.gather("", ["b.png", "empty.png"])


async def test_a_name_with_a_suffix_that_says_nothing_is_a_file_where_it_is_there(here: Path) -> None:
    (here / "talk.dat").write_text("The bridge was built in 1927. It is long.")
    (there,) = await read(here, "Summarise talk.dat")
    assert (there.name, there.kind) == ("talk.dat", "text")
    proposal = propose(Request(text="Summarise talk.dat", files=(there,)))
    assert [task.type for task in proposal.plan.tasks] == ["summarization"]
    assert proposal.refusals == ()
    assert await read(here, "Summarise e.g. chapter.dat") == []
