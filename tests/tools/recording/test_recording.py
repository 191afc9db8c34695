"""`run --record` writes every exchange of a run to a file, and `run --replay` repeats the run from it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.apps.session import Session
from hugginggpt.graph.errors import ExpertError, UsageError
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.recording.differences import first_difference
from hugginggpt.tools.recording.recorder import Recorder
from hugginggpt.tools.recording.replayer import Replayer
from hugginggpt.tools.recording.scrub import Scrubber
from hugginggpt.tools.scripted import (
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedChatModel,
    ScriptedController,
    as_json,
    failing,
    in_turn,
    serve,
)
from paths import EXAMPLES
from scripting import last
from shell import Shell

PLAN = [
    {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "receipt.jpg"}},
    {"task": "text-to-speech", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
]
ANSWER = ("The text was read [0] by embedded/rapidocr. ", "It was spoken [1] by embedded/espeak-ng.")
KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a run with a chat model, an expert that reads and one that speaks; its picture has been deleted."""
    shell = Shell(tmp_path_factory.mktemp("recorded"))
    shutil.copy(EXAMPLES / "receipt.jpg", shell.folder)
    with serve(ScriptedChatModel(PLAN, answer=ANSWER, refuses={"json_schema"})) as server:
        spec = f"openai:m@{server.url.replace('//', '//alice:hunter22@')}/v1"
        words = ("run", "Read this receipt aloud", "-f", "receipt.jpg", "--llm", spec, "--record", "recording.jsonl")
        done = shell(*words, HUGGINGGPT_LLM_API_KEY=KEY, SOME_SERVICE_TOKEN="canary-of-another")
    assert done.code == 0, done.err
    assert "recorded in recording.jsonl" in done.err
    (shell.folder / "receipt.jpg").unlink()
    return shell.folder / "recording.jsonl"


@pytest.fixture
def recorded(recording: Path, shell: Shell) -> Path:
    """A copy of the recording, in the folder of this test's shell."""
    return Path(shutil.copy(recording, shell.folder))


def lines(recording: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in recording.read_text().splitlines()]


def rewritten(recording: Path, name: str, found: list[dict[str, Any]]) -> str:
    """A recording of those lines, beside the other; gives its name."""
    (recording.parent / name).write_text("".join(json.dumps(line) + "\n" for line in found))
    return name


def test_a_recorded_run_is_replayed_without_key_network_or_files(recorded: Path, shell: Shell) -> None:
    """In another home the answer and the sound are the same, and `show` opens the run."""
    done = shell("run", "--replay", "recording.jsonl", "--out", "made", HUGGINGGPT_HOME=str(shell.folder / "other"))
    assert done.code == 0, done.err
    assert done.out.startswith("".join(ANSWER))
    assert "as recorded" in done.err
    (sound,) = (shell.folder / "made").glob("*.wav")
    assert sound.stat().st_size > 10_000
    shown = shell("show", HUGGINGGPT_HOME=str(shell.folder / "other"))
    assert "embedded/espeak-ng" in shown.out
    assert "openai:m" in shown.out + shown.err


def test_a_recording_holds_every_exchange_and_no_key(recorded: Path) -> None:
    """Rejected requests, answers in pieces, files and costs are recorded; all keys are removed."""
    found = lines(recorded)
    assert [line["kind"] for line in found if line["kind"] in ("head", "llm", "expert", "end")] == [
        "head", "llm", "llm", "expert", "expert", "llm", "end",
    ]  # fmt: skip
    refused, planned, answered = (line for line in found if line["kind"] == "llm")
    assert refused["told"][0]["failed"]["status"] == 400
    assert sum(piece.get("usage_metadata", {}).get("input_tokens", 0) for piece in planned["told"]) == 11
    assert "".join(piece.get("content", "") for piece in answered["told"]) == "".join(ANSWER)
    text = recorded.read_text()
    for secret in (KEY, "hunter22", "canary-of-another", "authorization", str(Path.home()) + "/"):
        assert secret not in text, secret


def test_a_replay_reports_where_it_differs(recorded: Path, shell: Shell) -> None:
    """Another prompt, another result and a missing call are each reported, and the exit code is 1."""
    found = lines(recorded)
    plan = next(line for line in found if line["kind"] == "llm" and "failed" not in line["told"][0])
    plan["asked"]["messages"][-1][1] = plan["asked"]["messages"][-1][1].replace("aloud", "loudly")
    changed = shell("run", "--replay", rewritten(recorded, "prompt.jsonl", found))
    assert changed.code == 1
    assert "another request: the model, for a plan" in changed.err
    assert "loudly" in changed.err
    assert changed.out.startswith("".join(ANSWER)), "the most similar answer is used, so that the rest can be compared"

    found = lines(recorded)
    del found[next(n for n, line in enumerate(found) if line["kind"] == "expert" and "speech" in line["label"])]
    lost = shell("run", "--replay", rewritten(recorded, "lost.jsonl", found))
    assert lost.code == 1
    assert "not recorded: task 1 (text-to-speech by embedded/espeak-ng)" in lost.err
    assert "the status differs: 'succeeded' became 'partial'" in lost.err

    found = lines(recorded)
    more = next(line for line in found if line["kind"] == "expert")
    found.insert(3, {**more, "label": "task 9 (image-to-text by me)", "asked": {"key": "9"}})
    unused = shell("run", "--replay", rewritten(recorded, "more.jsonl", found))
    assert unused.code == 1
    assert "not requested: task 9 (image-to-text by me)" in unused.err


def test_a_recording_that_was_cut_off_is_replayed_as_far_as_it_goes(recorded: Path, shell: Shell) -> None:
    """An incomplete last line is left out; what is missing is reported, and the run can be resumed."""
    whole = recorded.read_bytes()
    cut = whole[: whole.rindex(b'{"kind": "llm"') + 40]
    (shell.folder / "cut.jsonl").write_bytes(cut)
    done = shell("run", "--replay", "cut.jsonl")
    assert done.code == 1
    assert "no response to: the model, for text" in done.err
    assert "cut off" in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a recording"),
        ("{}\n{}\n", "line 1, is not a line of a recording"),
        ('{"kind": "end"}\n', "is not a recording"),
        ('{"kind": "head", "format": 99, "hugginggpt": "9.9"}\n', "has format 99"),
    ],
)
def test_a_file_that_is_not_a_recording_is_refused(shell: Shell, text: str, message: str) -> None:
    """The error says what is wrong with the file."""
    (shell.folder / "bad.jsonl").write_text(text)
    done = shell("run", "--replay", "bad.jsonl")
    assert done.code == 2
    assert message in done.err.replace("\n", " ")


def test_options_that_a_recording_contains_can_t_be_given_again(recorded: Path, shell: Shell) -> None:
    """No file is overwritten, and no conversation is recorded from its middle."""
    beside = shell("run", "something else", "--replay", "recording.jsonl", "--llm", "openai:m")
    assert (beside.code, "REQUEST, --llm can't be combined with --replay" in beside.err) == (2, True)
    again = shell("run", "count to 3", "--record", "recording.jsonl")
    assert (again.code, "exists already" in again.err) == (2, True)
    middle = shell("run", "count to 3", "--thread", "t", "--record", "new.jsonl")
    assert (middle.code, (shell.folder / "new.jsonl").exists()) == (2, False)


def test_a_failed_call_to_the_model_is_replayed(shell: Shell) -> None:
    """Rate limits are retried without waiting; the final error is the recorded one."""
    limited = as_json({"error": {"message": "slow down"}}, 429, retry_after="1")
    bad = failing(404, "no such model")
    with serve(in_turn(limited, bad)) as server:
        words = ("run", "greet", "--llm", f"openai:m@{server.url}/v1", "--record", "recording.jsonl")
        live = shell(*words)
    assert live.code == 1
    played = shell("run", "--replay", "recording.jsonl")
    assert played.code == 1
    assert "404" in played.err
    assert "no such model" in played.err
    assert "as recorded: " in played.err


async def test_any_world_can_be_recorded_and_replayed(tmp_path: Path) -> None:
    """Failures of experts, retries and parallel tasks are included; a replay calls no backend."""
    steps = [{"task": "text2text-generation", "id": n, "dep": [-1], "args": {"text": f"p{n}"}} for n in range(6)]
    flaky = ExpertError("try again", retryable=True)
    head = {"request": "do it", "files": [], "options": {}}

    async def run(home: str, recording: Any, backend: ScriptedBackend) -> Any:
        settings = Settings(home=tmp_path / home)
        world = open_world(
            settings,
            controller=ScriptedController(steps),
            catalog=ScriptedCatalog(),
            backends=[backend],
            recording=recording,
        )
        async with world as opened:
            return last([event async for event in Session(opened).start("do it", thread_id="t")])

    scrub = Scrubber(Settings(home=tmp_path / "a"))
    recorder = Recorder(tmp_path / "t.jsonl", head, scrub)
    live = await run("a", recorder, ScriptedBackend(failures={2: "broken", 4: [flaky]}, latency={1: 0.2}))
    await recorder.end(live.model_dump(mode="json", include={"status", "plan", "answer"}))
    recorder.close()
    idle = ScriptedBackend()
    replayer = Replayer(tmp_path / "t.jsonl", scrub)
    played = await run("b", replayer, idle)
    assert idle.calls == []
    assert (played.status, played.answer) == (live.status, live.answer)
    assert [row["status"] for row in played.results] == [row["status"] for row in live.results]
    assert replayer.all_differences(played.model_dump(mode="json", include={"status", "plan", "answer"})) == []


def test_an_existing_recording_is_not_overwritten(tmp_path: Path) -> None:
    """A recording in a folder that does not exist is refused too."""
    (tmp_path / "t.jsonl").write_text("mine")
    for file in (tmp_path / "t.jsonl", tmp_path / "no" / "t.jsonl"):
        with pytest.raises(UsageError):
            Recorder(file, {}, Scrubber(Settings(home=tmp_path)))
    assert (tmp_path / "t.jsonl").read_text() == "mine"


def test_keys_are_removed_wherever_they_occur(tmp_path: Path) -> None:
    """By their value, by the name of their variable, or by their form; words that are not keys stay."""
    settings = Settings.model_validate({"home": tmp_path, "hf_token": "a-token-of-mine-7"})
    scrub = Scrubber(settings, {"ACME_API_KEY": "acme-0123", "MY_TOKEN": "none", "EDITOR": "emacs-nox"})
    value = {
        "a": ["a-token-of-mine-7", "acme-0123 and none", "emacs-nox"],
        "b": "Bearer abcdefghij, hf_abcdefghijklmnopqrst, https://bob:pass-word@host/x",
        "c": f"{tmp_path}/resources/x.png",
    }
    assert scrub(value) == {
        "a": ["[removed********]", "[removed] and none", "emacs-nox"],
        "b": "Bearer [removed], [removed], https://[removed****]@host/x",
        "c": "[home]/resources/x.png",
    }


@pytest.mark.parametrize(
    ("before", "now", "difference"),
    [
        ({"a": [1, 2]}, {"a": [1, 2]}, ""),
        ({"a": [1, 2]}, {"a": [1, 3]}, "a[1]: 2 became 3"),
        ({"a": [1]}, {"a": [1, "x"]}, "a[1]: nothing became 'x'"),
        ("one cat", "one dog", "'one cat' became 'one dog'"),
        (None, "x", "nothing became 'x'"),
    ],
)
def test_the_first_difference_is_reported_with_its_place(before: Any, now: Any, difference: str) -> None:
    """Only the text around the difference is shown."""
    assert first_difference(before, now) == difference
