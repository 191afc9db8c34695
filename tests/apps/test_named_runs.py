"""Commands that name a run, as real processes: what they refuse, and what they say of it."""

import json
import random
import sqlite3
from contextlib import closing

import pytest
from PIL import Image

from shell import MARK, Shell

READING = [["runs"], ["show"], ["history"], ["resources"], ["resume"], ["retry"], ["cancel", "a"], ["delete", "a"]]
SPOKEN = "Say 'hello from the harbour' aloud"


def test_an_empty_id_names_no_run(shell: Shell) -> None:
    """As of a variable that is not set: the newest run is not taken in its place."""
    shell("run", SPOKEN, "--approve", "always")
    no_such = shell("resources", "--thread", "nosuch")
    assert (no_such.code, no_such.err.splitlines()[0]) == (2, "error: there is no conversation nosuch")
    commands = [[word, ""] for word in ("cancel", "show", "retry", "resume", "history", "delete")]
    commands += [["delete", "--thread", ""], ["resources", "--thread", ""], ["run", SPOKEN, "--thread", " "]]
    typed = shell.each(commands)
    assert typed.err.count("it is empty; `hugginggpt runs` lists runs and conversations") == len(commands), typed.err
    assert typed.err.count("exit 2") == len(commands)
    assert typed.out.split() == [MARK] * len(commands)
    assert [run["status"] for run in json.loads(shell("runs", "--json").out)] == ["waiting"]


@pytest.mark.parametrize("recorded", ["today", "by an earlier version"])
def test_a_refused_plan_is_listed_as_refused_and_its_resume_says_what_to_do(shell: Shell, recorded: str) -> None:
    shell("run", SPOKEN, "--approve", "always")
    assert shell("resume", "--refuse").code == 0
    if recorded != "today":
        with closing(sqlite3.connect(shell.folder / "home" / "hugginggpt.db")) as db:
            db.execute("UPDATE runs SET status = 'cancelled'")
            db.commit()
    (run,) = json.loads(shell("runs", "--json").out)
    assert run["status"] == "refused"
    resumed = shell("resume", run["run_id"])
    assert resumed.code == 2
    assert "was refused, and nothing was run" in resumed.err
    assert f"--thread {run['thread_id']}" in resumed.err
    assert "there is nothing to cancel" in shell("cancel", run["run_id"]).err


def test_an_edited_plan_is_not_called_repaired_nor_the_controllers(shell: Shell) -> None:
    shell("run", SPOKEN, "--approve", "always")
    plan = [{"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "bonjour tout le monde"}}]
    (shell.folder / "plan.json").write_text(json.dumps(plan))
    done = shell("resume", "--edit", "plan.json")
    assert "1 task, the plan was edited by hand\n" in done.err
    shown = shell("show").out
    assert "the plan was edited by hand" in shown
    assert "repaired" not in done.err + shown


def test_a_retry_reads_a_file_again_that_could_not_be_used(shell: Shell) -> None:
    """What succeeded is kept; a run whose file is repaired ends as if it had been so at the beginning."""
    for n, text in enumerate(("The sun is out.", "\0\1\2", "The rain is back.")):
        (shell.folder / f"n{n}.txt").write_text(text)
    first = shell("run", "what language are n0.txt, n1.txt and n2.txt?")
    assert first.code == 3, first.err
    assert shell("retry").code == 3
    (shell.folder / "n1.txt").write_text("Le soleil brille sur la mer.")
    again = shell("retry")
    assert again.code == 0, again.err + again.out
    assert "French" in again.out
    assert "binary" not in again.out + again.err
    assert f"n1.txt could not be used before; it was read again from {shell.folder / 'n1.txt'}" in again.err
    assert "✓" in again.err
    assert json.loads(shell("show", "--json").out)["status"] == "succeeded"


def test_a_retry_finds_a_file_that_was_not_there(shell: Shell) -> None:
    assert shell("run", "what language is later.txt?").code == 1
    (shell.folder / "later.txt").write_text("Le soleil brille sur la mer.")
    again = shell("retry")
    assert again.code == 0, again.err + again.out
    assert "French" in again.out


def test_a_command_that_reads_runs_makes_no_home(shell: Shell) -> None:
    commands = [[*words, "--home", "typo"] for words in READING]
    typed = shell.each(commands)
    assert typed.err.count("there is no home at typo") == len(commands), typed.err
    assert typed.err.count("exit 2") == len(commands)
    assert not (shell.folder / "typo").exists()


@pytest.mark.parametrize("edited", ["a,b\n1,2\n", '{"task": "summarization"}'])
def test_a_file_that_is_no_plan_is_refused_with_where_one_is_had(shell: Shell, edited: str) -> None:
    shell("run", SPOKEN, "--approve", "always")
    (shell.folder / "t.csv").write_text(edited)
    refused = shell("resume", "--edit", "t.csv")
    assert refused.code == 2
    assert "`hugginggpt plan REQUEST --json`" in refused.err
    waiting = shell("resume", "--json")
    (shell.folder / "own.json").write_text(json.dumps(waiting.events[-1]["plan"]))
    assert shell("resume", "--edit", "own.json").code == 0


def test_a_retry_reads_a_picture_again_that_was_cut_short_and_says_so_once(shell: Shell) -> None:
    noise = Image.frombytes("L", (200, 200), random.Random(0).randbytes(40_000))
    noise.save(shell.folder / "d.jpg")
    whole = (shell.folder / "d.jpg").read_bytes()
    (shell.folder / "d.jpg").write_bytes(whole[: len(whole) // 2])
    first = shell("run", "rotate d.jpg by 90 degrees and what language is none.txt?")
    assert "d.jpg is cut short" in first.out, first.out + first.err
    assert shell("retry").code == 3
    (shell.folder / "d.jpg").write_bytes(whole)
    again = shell("retry")
    assert "d.jpg was read in part before; it was read again from" in again.err
    assert "cut short" not in again.out
    assert "read again" not in shell("retry").err


def test_resume_and_retry_name_a_cancelled_run_that_can_be_resumed(shell: Shell) -> None:
    waiting = shell("run", SPOKEN, "--approve", "always", "--json")
    run_id = json.loads(waiting.out.splitlines()[0])["run_id"]
    shell("cancel", run_id)
    assert shell("run", "How many words are in 'a b'?").code == 0  # another conversation came after it
    for command in ("resume", "retry"):
        refused = shell(command)
        assert refused.code == 2
        assert f"run {run_id} was cancelled; `hugginggpt resume {run_id}` goes on with it" in refused.err.replace(
            "\n", " "
        )
