"""The command, as real processes with real homes."""

import json
import re
import signal
import sqlite3
import wave
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from hugginggpt.graph.extras import install
from hugginggpt.tools.backends.endpoint.endpoints_file import Endpoint, add_endpoint
from hugginggpt.tools.scripted import Received, Reply, as_json, chat, in_turn, serve
from shell import Shell
from warm_commands import Forked

PLAN = '{"tasks": [{"task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "ahoy"}}], "refusals": []}'
SPOKEN = "Say 'hello from the harbour' aloud"


def reading(shell: Shell) -> Forked:
    """A process that runs an expert on a large page."""
    Image.new("RGB", (1600, 1600), "white").save(shell.folder / "page.png")
    process = shell.start("run", "read the text in page.png")
    next(line for line in process.stderr or () if "…" in line)
    return process


def test_every_command_has_help_and_the_exit_codes_are_listed(shell: Shell) -> None:
    shown = shell("--help")
    assert shown.code == 0
    assert "130 interrupted" in " ".join(shown.out.split())
    for command in "run plan resume retry runs show history resources prune delete tasks models doctor".split():
        assert command in shown.out
    assert "Example" in shell("run", "-h").out


def test_a_run_answers_on_stdout_and_shows_its_tasks_on_stderr(shell: Shell) -> None:
    done = shell("run", SPOKEN, "--out", "made")
    assert done.code == 0, done.err
    assert "[0] espeak-ng" in done.out
    assert "✓ 0 text-to-speech" in done.err
    assert "\x1b" not in done.out + done.err
    (copy,) = (shell.folder / "made").iterdir()
    assert copy.name == "0-speech.wav"
    with wave.open(str(copy)) as sound:
        assert sound.getnframes() / sound.getframerate() > 0.5


@pytest.mark.covers("command run, chat: files in")
def test_a_file_is_attached_by_an_option_or_named_in_the_request(shell: Shell) -> None:
    (shell.folder / "note.txt").write_text("a b c d")
    for words in (["How many words are in this file?", "-f", "note.txt"], ["How many words are in note.txt?"]):
        assert "[0]: 4" in shell("run", *words).out


@pytest.mark.covers("command run, chat: stream")
def test_json_prints_an_event_a_line_and_everything_in_the_last(shell: Shell) -> None:
    done = shell("run", SPOKEN, "--json")
    last = done.events[-1]
    assert [event["event"] for event in done.events][:2] == ["run_started", "plan_ready"]
    assert set(last) == {"event", "run_id", "thread_id", "status", "answer", "plan", "results", "resources", "usage"}
    assert last["plan"][0] | {"goal": ""} == {
        "task": "text-to-speech", "id": 0, "dep": [-1], "args": {"text": "hello from the harbour"}, "goal": "",
    }  # fmt: skip
    assert Path(last["resources"][0]["path"]).read_bytes()[:4] == b"RIFF"
    assert last["resources"][0]["media_type"] == "audio/wav"


def test_what_happened_can_be_listed_shown_and_read_by_programs(shell: Shell) -> None:
    shell("run", SPOKEN)
    run_id = json.loads(shell("runs", "--json").out)[0]["run_id"]
    assert run_id in shell("runs").out
    shown = shell("show", run_id[:4])
    assert "succeeded" in shown.out
    assert "the only expert that can do it here" in shown.out
    assert "respond" in shell("history").out
    (made,) = json.loads(shell("resources", "--json").out)
    assert (made["task_type"], made["model_id"], made["kind"]) == ("text-to-speech", "embedded/espeak-ng", "audio")


def test_a_plan_is_printed_and_nothing_is_run(shell: Shell) -> None:
    assert "text-to-speech" in shell("plan", SPOKEN).out
    plan = json.loads(shell("plan", SPOKEN, "--json").out)
    assert plan[0]["task"] == "text-to-speech"
    assert "nothing was run here yet" in shell("runs").err


def test_a_plan_explains_itself_by_the_words_of_the_request(shell: Shell) -> None:
    """`--explain`: for each task the words that request it, then the unused words; exit code as without it."""
    typed = "sumarize 'the sun is out' and say it aloud in Rome"
    shown = shell("plan", typed, "--explain")
    assert shown.code == 0
    assert "“sumarize”" in shown.out
    assert "unused words: “Rome”" in shown.out
    assert "repaired: read “sumarize” as “summarize”" in shown.err
    assert "not requested" in shell("plan", "summarise talk.mp3", "--explain").out
    explained = json.loads(shell("plan", typed, "--explain", "--json").out)
    assert [task["task"] for task in explained["plan"]] == ["summarization", "text-to-speech"]
    assert [typed[row["start"] : row["end"]] == row["words"] for row in explained["words"]] == [True, True]
    assert explained["unused"] == ["Rome"]
    refused = shell("plan", "book a flight", "--explain")
    assert refused.code == 1
    assert "“book a flight”: no expert can do that" in refused.err


@pytest.mark.covers("command run, chat: question")
def test_a_plan_waits_for_approval_then_runs_or_not(shell: Shell) -> None:
    assert shell("run", SPOKEN, "--approve", "always").code == 4
    assert shell("resume").code == 4
    done = shell("resume", "--approve")
    assert done.code == 0
    assert "espeak" in done.out
    shell("run", SPOKEN, "--approve", "always")
    refused = shell("resume", "--refuse")
    assert (refused.code, "nothing was run" in refused.out) == (0, True)


def test_an_edited_plan_is_the_one_that_runs(shell: Shell) -> None:
    shell("run", SPOKEN, "--approve", "always")
    plan = [{"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "bonjour tout le monde"}}]
    (shell.folder / "plan.json").write_text(json.dumps(plan))
    done = shell("resume", "--edit", "plan.json")
    assert done.code == 0, done.err
    assert "French" in done.out
    assert shell("resume", "--edit", "plan.json").code == 2


def test_a_bad_edit_is_reported_and_the_run_still_waits(shell: Shell) -> None:
    shell("run", SPOKEN, "--approve", "always")
    (shell.folder / "plan.json").write_text('[{"task": "telepathy", "id": 0}]')
    bad = shell("resume", "--edit", "plan.json")
    assert bad.code == 2
    assert "no task type 'telepathy'" in bad.err
    assert shell("resume", "--approve").code == 0


@pytest.mark.parametrize("sent", [signal.SIGINT, pytest.param(signal.SIGHUP, marks=pytest.mark.crash)])
def test_after_ctrl_c_a_hint_shows_how_to_resume_and_resume_works(shell: Shell, sent: signal.Signals) -> None:
    """After the hang-up of a terminal that is closed, too."""
    process = reading(shell)
    process.send_signal(sent)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "hugginggpt resume" in err
    assert json.loads(shell("runs", "--json").out)[0]["status"] == "interrupted"
    done = shell("resume")
    assert done.code == 1  # there is no text on a white page, and the error says so
    assert "no text" in done.err


def test_a_second_process_can_t_resume_a_run_that_another_one_runs(shell: Shell) -> None:
    requested, tried = Event(), Event()

    def slow(_received: Received) -> Reply:
        requested.set()
        tried.wait(60)
        return as_json([{"translation_text": "bonjour"}])

    with serve(slow) as server:
        mine = Endpoint(name="mine", url=server.url, task_type="translation", api="tasks")
        add_endpoint(Path(shell.env["HUGGINGGPT_CONFIG"]), mine)
        process = shell.start("run", "translate 'good morning' into French")
        assert requested.wait(60)
        run_id = json.loads(shell("runs", "--json").out)[0]["run_id"]
        second = shell("resume", run_id)
        tried.set()
        out, err = process.communicate(timeout=60)
    assert (second.code, "still working on it" in second.err) == (2, True), second.err
    assert (process.returncode, "bonjour" in out) == (0, True), err


def test_a_retry_runs_again_what_failed(shell: Shell) -> None:
    request = "Summarise notes.txt and say 'good morning' aloud"
    failed = shell("run", request)
    assert failed.code == 3, failed.err
    assert "hugginggpt retry" in failed.err
    run_id = json.loads(shell("runs", "--json").out)[0]["run_id"]
    again = shell("retry")
    assert again.code == 3
    assert f"run {run_id}: " in again.err
    assert "recorded" in again.err


@pytest.mark.covers("command run, chat: errors")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("run", ""), 2, "the request is empty"),
        (("run", "read it", "-f", "nope.png"), 2, "there is no file nope.png"),
        (("run", "read it", "-f", "."), 1, "empty.png is empty"),
        (("run", "read it", "-f", "empty.png"), 2, "empty (0 bytes)"),
        (("run", "read it", "-f", "fake.png"), 2, "not an image"),
        (("run", "read it", "-f", "huge.png"), 2, "more than the 62,500,000 allowed"),
        (("run", "denoise it", "-f", "long.wav"), 1, "longer than the limit of 600 s (Cut it, or raise HUGGINGGPT_MAX"),
        (("run", "fold my laundry"), 1, "--llm openai:MODEL"),
        (("run", "generate an image of a cat"), 1, "set HF_TOKEN"),
        (("run", "say 'hi' aloud", "--model", "x=y"), 2, "must be TASK=ID"),
        (("run", "say 'hi' aloud", "--model", "text-to-speech=no/such"), 2, "can't be done by no/such: "),
        (("run", "summarise 'a. b. c.'", "--model", "summarization=no/such"), 2, "list here"),
        (("run", "say 'hi' aloud", "--approve", "perhaps"), 2, "always, never, or limits"),
        (("run", "say 'hi' aloud", "--llm", "openai:m"), 2, "needs a key"),
        (("run", "say 'hi' aloud", "--home", "/proc/none"), 1, "can't be written"),
        (("run", "say 'hi' aloud", "--out", "/proc/none"), 2, "can't be written"),
        (("show", "zzzz"), 2, "there is no run zzzz"),
        (("resume",), 2, "no run is waiting or was interrupted\n`hugginggpt runs` lists those of /"),
        (("retry",), 2, "nothing failed in any run"),
        (("delete", "zzzz"), 2, "there is no run or conversation zzzz\n`hugginggpt runs` lists those of /"),
        (("resources", "--thread", "zzzz"), 2, "there is no conversation zzzz\n`hugginggpt runs` lists those of /"),
        (("models", "telepathy"), 2, "there is no task type 'telepathy'"),
    ],
)
def test_bad_input_gets_a_clear_message_and_the_right_exit_code(
    shell: Shell, words: tuple[str, ...], code: int, message: str
) -> None:
    (shell.folder / "empty.png").touch()
    (shell.folder / "fake.png").write_text("not an image")
    Image.new("1", (9000, 9000)).save(shell.folder / "huge.png")
    with wave.open(str(shell.folder / "long.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(100)
        sound.writeframes(bytes(70_000))
    done = shell(*words)
    assert done.code == code, done.err
    assert message in (done.err if code == 2 else done.out + done.err)  # what a run could not do is its answer
    assert "Traceback" not in done.err


def test_a_damaged_database_is_reported_with_what_to_do(shell: Shell) -> None:
    shell("run", SPOKEN)
    database = shell.folder / "home" / "hugginggpt.db"
    for wal in database.parent.glob("hugginggpt.db-*"):
        wal.unlink()
    database.write_bytes(b"this is no database" * 400)
    done = shell("runs")
    assert done.code == 1
    assert "is damaged" in done.err
    assert "mv " in done.err
    assert "Traceback" not in done.err


def test_a_run_of_another_version_is_not_resumed(shell: Shell) -> None:
    shell("run", SPOKEN, "--approve", "always")
    with sqlite3.connect(shell.folder / "home" / "hugginggpt.db") as db:
        db.execute("UPDATE runs SET version = '0'")
    done = shell("resume", "--approve")
    assert done.code == 1
    assert "made by version 0 of the graph" in done.err


def test_an_expert_that_takes_too_long_is_stopped(shell: Shell) -> None:
    Image.new("RGB", (1600, 1600), "white").save(shell.folder / "page.png")
    done = shell("run", "read the text in page.png", "--timeout", "0.05", HUGGINGGPT_RETRIES="0")
    assert done.code == 1
    assert "longer than 0.05 s" in done.err or "0.05" in done.err


def test_a_chat_model_plans_and_answers_with_llm(shell: Shell) -> None:
    answer = "The embedded/espeak-ng expert said it (task 0)."
    with serve(in_turn(chat(PLAN), chat(answer))) as server:
        done = shell("run", "please greet the crew", "--llm", "openai:m", OPENAI_BASE_URL=f"{server.url}/v1")
    assert done.code == 0, done.err
    answer_line, files = done.out.strip().split("\n\n")
    assert answer_line == answer
    assert Path(files.removeprefix("[0] ")).read_bytes().startswith(b"RIFF"), "the path of the file is printed"
    assert "planned by the openai:m controller" in done.err
    with serve(in_turn(chat(PLAN))) as server:
        shown = shell("plan", "greet the crew", "--explain", "--llm", "openai:m", OPENAI_BASE_URL=f"{server.url}/v1")
    assert "it does not report the words of each task" in shown.err


def test_a_chat_model_that_is_down_is_reported_and_the_run_resumes_when_it_is_up(shell: Shell) -> None:
    down = shell("run", "greet", "--llm", "openai:m", OPENAI_BASE_URL="http://127.0.0.1:9/v1", HUGGINGGPT_RETRIES="0")
    assert down.code == 1
    assert "can't be reached" in down.err
    assert "hugginggpt resume" in down.err
    with serve(in_turn(chat(PLAN), chat("The crew is greeted [0]."))) as server:
        up = shell("resume", "--llm", "openai:m", OPENAI_BASE_URL=f"{server.url}/v1")
    assert up.code == 0, up.err


def test_debug_shows_the_traceback(shell: Shell) -> None:
    assert "Traceback" in shell("show", "zzzz", "--debug").err


def test_the_doctor_finds_this_installation_sound(shell: Shell) -> None:
    done = shell("doctor", "--json")
    assert done.code == 0, done.out
    states = {finding["part"]: finding["state"] for finding in json.loads(done.out)}
    assert states["trial"] == "ok"
    assert states["home"] in {"ok", "note"}


def test_every_task_type_is_listed_with_what_can_run_and_why_others_can_t(shell: Shell) -> None:
    rows = {row["name"]: row for row in json.loads(shell("tasks", "--json").out)}
    assert any(expert["obstacle"] is None for expert in rows["text-to-speech"]["experts"])
    assert any("HF_TOKEN" in expert["obstacle"] for expert in rows["text-to-image"]["experts"])
    for expert in rows["depth-estimation"]["experts"]:
        assert install("local") in expert["obstacle"] or "--download yes" in expert["obstacle"]
    assert [expert["model_id"] for expert in rows["voice-activity-detection"]["experts"]] == [
        "embedded/pocketsphinx-vad"
    ]


def test_every_task_type_has_a_line_that_fits_and_the_letters_of_its_remedies(shell: Shell) -> None:
    shown = shell("tasks", COLUMNS="100").out.splitlines()
    assert max(map(len, shown[: shown.index("")])) <= 100
    lines = dict(re.findall(r"^([a-z]) +(\S.*)$", "\n".join(shown[shown.index("") :]), re.MULTILINE))
    assert any("set HF_TOKEN" in line for line in lines.values())
    rows = [line for line in shown[1 : shown.index("")] if re.match(r"[a-z0-9]+-", line)]
    assert len(rows) > 70
    for row in rows:
        marks = re.search(r"((?: [a-z])+) *$", row)
        assert "embedded/" in row or (marks and set(marks[1].split()) <= set(lines)), row
    narrow = shell("tasks", COLUMNS="80").out.splitlines()
    assert max(map(len, narrow[: narrow.index("")])) <= 80
    assert any(re.match(r"text-to-speech +embedded/espeak-ng +a b *$", line) for line in narrow)


def test_a_model_is_listed_with_its_obstacle_and_the_letter_of_its_remedy(shell: Shell) -> None:
    narrow, wide = shell("models", "summarization", COLUMNS="100").out, shell("models", "summarization").out
    assert max(map(len, narrow.partition("\n\n")[0].splitlines())) <= 100
    assert "Summaries of English" in narrow
    assert re.search(
        r"facebook/bart-large-cnn .*no: needs a Hugging Face token \(a\) .*Summaries of English news", wide
    )
    assert re.search(r"^a  set HF_TOKEN", wide, re.MULTILINE)


def test_the_version_is_printed_and_bad_settings_are_named(shell: Shell) -> None:
    assert shell("--version").out.startswith("hugginggpt ")
    for command in (("doctor",), ("runs",), ("tasks",)):
        bad = shell(*command, HUGGINGGPT_WORKERS="0")
        assert (bad.code, "HUGGINGGPT_WORKERS" in bad.err, "Traceback" in bad.err) == (2, True, False)


def test_a_run_whose_reader_has_closed_the_pipe_still_finishes(shell: Shell) -> None:
    process = shell.start("run", SPOKEN)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    process.stderr.read()
    assert process.wait(60) == 0
    assert json.loads(shell("runs", "--json").out)[0]["status"] == "succeeded"


def test_ctrl_c_while_a_file_is_fetched_reports_that_nothing_is_kept(shell: Shell) -> None:
    requested, never = Event(), Event()

    def slow(_received: Received) -> Reply:
        requested.set()
        return Reply(before=never)

    with serve(slow) as server:
        shell.env["HUGGINGGPT_ALLOW_PRIVATE_URLS"] = "true"
        run = shell.start("run", f"Summarise {server.url}/long.txt")
        assert requested.wait(30)
        run.send_signal(signal.SIGINT)
        _, shown = run.communicate(timeout=30)
        never.set()
    assert run.returncode == 130
    assert "nothing is kept of it: run it again" in shown
    assert json.loads(shell("runs", "--json").out) == []
