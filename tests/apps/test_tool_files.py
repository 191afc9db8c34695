"""A file that the tool may not read: its message says why, and what would change that."""

from pathlib import Path
from typing import Any

import pytest

from hugginggpt import Settings, as_tool


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("outside.txt", "lies outside the folders that may be read"),
        ("in/lost.txt", "there is no file"),
        ("in", "there is no file that can be read in the folder"),
    ],
)
def test_a_file_that_it_may_not_read_is_an_error_with_the_reason(
    home: Path, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "outside.txt").write_text("a b")
    args = {"request": "How many words are in the file?", "files": [str(tmp_path / name)]}
    with as_tool(settings=Settings(home=home), file_roots=[tmp_path / "in"]) as tool:
        message: Any = tool.invoke({"type": "tool_call", "id": "1", "name": "hugginggpt", "args": args})
    assert message.status == "error"
    assert said in message.content
    assert "--" not in message.content
    assert name != "outside.txt" or "as_tool(file_roots=FOLDERS)" in message.content


def test_a_name_is_looked_up_in_the_folders_that_may_be_read(home: Path, tmp_path: Path) -> None:
    """An agent names the files of its folder as it sees them, wherever the process works."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("one two three")
    with as_tool(settings=Settings(home=home), file_roots=[tmp_path / "in"]) as tool:
        answer = tool.invoke({"request": "How many words are in it?", "files": ["notes.txt"]})
    assert answer.startswith("Count (words) [0]: 3")


def test_a_file_that_it_made_and_that_is_gone_or_can_t_be_read_is_an_error_with_the_reason(home: Path) -> None:
    """It is no stranger's file: to say that it lies outside the folders would send the agent the wrong way."""
    with as_tool(settings=Settings(home=home)) as tool:

        def call(**args: Any) -> Any:
            return tool.invoke({"type": "tool_call", "id": "1", "name": "hugginggpt", "args": args})

        made = Path(call(request="say 'hello' aloud").artifact["resources"][-1]["path"])
        made.unlink()
        gone = call(request="transcribe it", files=[str(made)])
        made.mkdir()
        unreadable = call(request=f"transcribe {made}")
    assert (gone.status, unreadable.status) == ("error", "error")
    assert gone.content.startswith(f"{made.name}, which an earlier call made, is gone")
    assert unreadable.content.startswith(f"{made.name}, which an earlier call made, can't be read")
