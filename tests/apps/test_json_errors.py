"""What ends a command is an object on stdout too where `--json` was given, with the exit code of the command."""

import json

import pytest

from shell import MARK, Shell

WRONG = {
    "nothing to resume": (["resume", "--json"], 2, "no run is waiting or was interrupted"),
    "nothing to retry": (["retry", "--json"], 2, "nothing failed in any run"),
    "an unknown run": (["show", "--json", "nothing"], 2, "there is no run nothing"),
    "an unknown run to cancel": (["cancel", "nothing", "--json"], 2, "there is no run nothing"),
    "an unknown task type": (["models", "nothing", "--json"], 2, "there is no task type 'nothing'"),
    "an empty request": (["run", "--json"], 2, "the request is empty"),
    "a length of time": (["prune", "--older", "3x", "--json"], 2, "--older is '3x'"),
    "an unknown option": (["runs", "--json", "--nothing"], 2, "--nothing"),
    "an unknown option before the command": (["--nothing", "runs", "--json"], 2, "--nothing"),
    "a missing option": (["eval", "taskbench", "--json"], 2, "--data"),
    "a command that does not exist": (["nothing", "--json"], 2, "nothing"),
}


def test_the_error_of_every_command_is_an_object_on_stdout_where_json_was_requested(shell: Shell) -> None:
    done = shell.each([words for words, _, _ in WRONG.values()])
    printed, errors = done.out.split(f"{MARK}\n")[1:], done.err.split(f"{MARK}\n")[1:]
    for (words, code, message), out, err in zip(WRONG.values(), printed, errors, strict=True):
        error = json.loads(out)
        assert (error["event"], error["exit_code"]) == ("error", code), words
        assert message in error["message"], words
        assert f"exit {code}" in err, words


@pytest.mark.parametrize("words", [("show", "nothing"), ("show", "--", "--json")])
def test_without_json_stdout_stays_empty(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err
