"""What `hugginggpt eval` promises."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.apps.eval.metrics import report_of
from hugginggpt.apps.eval.request_file import is_accepted, read_requests, shape_of
from hugginggpt.apps.eval.results_file import Kept
from hugginggpt.apps.eval.taskbench import read_records
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.plan import Plan
from hugginggpt.tools.scripted import Received, Reply, chat, serve, stage_of
from shell import Shell

SUMMARY = {
    "id": "1",
    "type": "chain",
    "request": "Summarise 'a b c' and translate the summary into French",
    "tasks": [
        {"task": "Summarization", "args": ["a b c"]},
        {"task": "Translation", "args": ["<node-0>"]},
        {"task": "Unheard of", "args": ["x"]},
    ],
    "links": [["Summarization", "Translation"], ["Translation", "Unheard of"]],
}
CAPTION = {
    "id": "2",
    "type": "single",
    "request": "Caption photo.png",
    "paraphrase": "What does photo.png show, in a sentence?",
    "tasks": [{"task": "Image-to-Text", "args": ["photo.png"]}],
    "links": [],
}
PUBLISHED = {
    "id": "7",
    "type": "single",
    "user_request": "Caption photo.png",
    "tool_nodes": json.dumps([{"task": "Image-to-Text", "arguments": ["photo.png"]}]),
    "tool_links": json.dumps([]),
    "tool_steps": json.dumps(["Step 1: caption"]),
}


def written(file: Path, *rows: object) -> Path:
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return file


def test_a_folder_as_published_and_plain_lines_are_read_alike(tmp_path: Path) -> None:
    """Lists may be JSON strings, and names may be the older ones."""
    written(tmp_path / "data.json", PUBLISHED)
    (published,) = read_records(tmp_path)
    (plain,) = read_records(written(tmp_path / "plain.jsonl", CAPTION))
    assert (published.tasks, published.links, published.texts["request"]) == (
        plain.tasks,
        plain.links,
        plain.texts["request"],
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: not a JSON object"),
        ('{"id": "1"}', "line 1: not a TaskBench record"),
        ('{"id": "1", "tasks": [], "links": []}', "a record needs an id and a request"),
        ("", "has no records"),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str, said: str) -> None:
    """With its number, and what is wrong."""
    (tmp_path / "a.jsonl").write_text(line)
    with pytest.raises(UsageError, match=said):
        read_records(tmp_path / "a.jsonl")


def test_another_domain_s_folder_is_refused(tmp_path: Path) -> None:
    """Its tools are none of ours, and all scores would be 0."""
    written(tmp_path / "tool_desc.json", {"nodes": [{"id": "buy_book"}]})
    written(tmp_path / "data.json", PUBLISHED)
    with pytest.raises(UsageError, match="not the tools of the Hugging Face domain"):
        read_records(tmp_path)


def test_four_scores_are_pooled_and_averaged(tmp_path: Path) -> None:
    """Of two requests one is right, one has a node of two, no edge, and one argument of two."""
    records = read_records(written(tmp_path / "a.jsonl", SUMMARY, CAPTION))
    half = {"tasks": ["Summarization"], "links": [], "arguments": [("Summarization", "text", "a b c")]}
    right = {"tasks": ["Image-to-Text"], "links": [], "arguments": [("Image-to-Text", "image", "photo.png")]}
    report = report_of(list(zip(records, (half, right), strict=True)))
    assert report["micro"] == {
        "node_f1": 0.8,
        "edge_f1": 0.0,
        "argument_type_f1": 0.8,
        "argument_value_f1": 0.8,
    }
    assert report["macro"]["node_f1"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert report["by_type"]["single"]["micro"]["node_f1"] == 1.0
    assert report["by_type"]["single"]["micro"]["edge_f1"] is None


def test_the_table_and_the_json_tell_the_same(shell: Shell, tmp_path: Path) -> None:
    """The second command asks nothing again."""
    written(tmp_path / "a.jsonl", SUMMARY, CAPTION)
    table = shell("eval", "taskbench", "--data", "a.jsonl")
    assert table.code == 0, table.err
    assert "node F1" in table.out
    assert "single (micro)" in table.out
    told = shell("eval", "taskbench", "--data", "a.jsonl", "--json")
    assert "2 of 2 are in" in told.err
    report = json.loads(told.out)
    assert report["micro"]["node_f1"] == 1.0
    assert f"{report['micro']['argument_value_f1']:.3f}" in table.out
    assert shell("eval", "taskbench", "--data", "a.jsonl", "--text", "paraphrase", "--json").code == 0


def test_a_torn_last_line_costs_only_itself(tmp_path: Path) -> None:
    """Killed while it wrote, the rows before are there, and the next row is whole."""
    kept = Kept(tmp_path / "k.jsonl")
    kept.add("a", {"n": 1})
    kept.close()
    with (tmp_path / "k.jsonl").open("a") as file:
        file.write('{"key": "b", "n"')
    again = Kept(tmp_path / "k.jsonl")
    assert again.get("a") == {"key": "a", "n": 1}
    assert again.get("b") is None
    again.add("b", {"n": 2})
    again.close()
    last = Kept(tmp_path / "k.jsonl")
    assert last.get("b") == {"key": "b", "n": 2}
    last.close()
    fresh = Kept(tmp_path / "k.jsonl", fresh=True)
    assert fresh.get("a") is None
    fresh.close()


def caption(received: Received) -> Reply:
    """A model that plans an image-to-text for whatever it is asked."""
    task = {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "photo.png"}}
    return chat(json.dumps({"tasks": [task], "refusals": []}))


def test_any_controller_is_scored_and_its_cost_told(shell: Shell, tmp_path: Path) -> None:
    """Calls and tokens of a chat model are in the report."""
    written(tmp_path / "a.jsonl", CAPTION, SUMMARY)
    with serve(caption) as server:
        told = shell("eval", "taskbench", "--data", "a.jsonl", "--json", "--llm", f"openai:m@{server.url}/v1")
    report = json.loads(told.out)
    assert report["by_type"]["single"]["micro"]["node_f1"] == 1.0
    assert report["failed"] == 1, "it names a file that the other request does not have"
    assert report["usage"]["calls"] == 4, "one, and one with two more drafts"
    assert report["usage"]["tokens"] == 4 * 18


def test_requests_for_which_the_controller_was_away_are_asked_again(shell: Shell, tmp_path: Path) -> None:
    """They are not scored as wrong: the exit code says that some are left, and the same command goes on."""
    written(tmp_path / "a.jsonl", *({**CAPTION, "id": str(number)} for number in range(3)))
    calls = 0

    def moody(received: Received) -> Reply:
        nonlocal calls
        calls += 1
        return Reply(401) if calls == 2 else caption(received)

    with serve(moody) as server:
        words = (
            "eval",
            "taskbench",
            "--data",
            "a.jsonl",
            "--jobs",
            "1",
            "--json",
            "--llm",
            f"openai:m@{server.url}/v1",
        )
        first = shell(*words)
        assert first.code == 3
        assert (json.loads(first.out)["left"], json.loads(first.out)["requests"]) == (1, 2)
        second = shell(*words)
    assert second.code == 0
    assert json.loads(second.out)["requests"] == 3
    assert calls == 4
    away = shell("eval", "taskbench", "--data", "a.jsonl", "--fresh", "--llm", "openai:m@http://127.0.0.1:9/v1")
    assert away.code == 1
    assert "can't be reached" in away.err


def test_ctrl_c_keeps_what_was_found_out(shell: Shell, tmp_path: Path) -> None:
    """Exit code 130, and a word how to go on; nothing is asked twice."""
    written(tmp_path / "a.jsonl", *({**CAPTION, "id": str(number)} for number in range(6)))
    asked: list[Any] = []

    def slow(received: Received) -> Reply:
        asked.append(received)
        time.sleep(0.3)
        return caption(received)

    with serve(slow) as server:
        words = (
            "eval",
            "taskbench",
            "--data",
            "a.jsonl",
            "--jobs",
            "1",
            "--json",
            "--llm",
            f"openai:m@{server.url}/v1",
        )
        child = shell.start(*words)
        while len(asked) < 3:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
        assert child.returncode == 130
        assert "the same command goes on" in said
        (kept,) = (tmp_path / "home" / "eval").glob("*.jsonl")
        found = len(kept.read_text().splitlines())
        assert 2 <= found < 6
        before = len(asked)
        done = shell(*words)
    assert json.loads(done.out)["requests"] == 6
    assert len(asked) - before == 6 - found


def test_requests_are_read_from_lines_toml_and_text(tmp_path: Path) -> None:
    """Three ways to write the same."""
    written(tmp_path / "a.jsonl", {"request": "Caption a.png", "files": ["a.png"]})
    (tmp_path / "a.toml").write_text('[[requests]]\nrequest = "Caption a.png"\nfiles = ["a.png"]\n')
    (tmp_path / "a.txt").write_text("Caption a.png\n\n")
    lines, toml, text = (read_requests(tmp_path / f"a.{suffix}") for suffix in ("jsonl", "toml", "txt"))
    assert lines == toml
    assert text[0].request == lines[0].request
    for bad in ({"request": ""}, {"text": "x"}, {"request": "x", "accept": [{"tasks": []}]}):
        with pytest.raises(UsageError, match="line 1"):
            read_requests(written(tmp_path / "bad.jsonl", bad))


def test_an_accepted_plan_may_come_in_any_order() -> None:
    """The shape of a plan says what waits for what."""
    plan = Plan.from_hugginggpt(
        [
            {"task": "text-to-image", "id": 0, "dep": [-1], "args": {"prompt": "a cat"}},
            {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "<resource>-0"}},
        ]
    )
    assert shape_of(plan) == "text-to-image; image-to-text<0"
    assert is_accepted(plan, [{"tasks": ["image-to-text", "text-to-image"], "links": [[1, 0]]}])
    assert not is_accepted(plan, [{"tasks": ["image-to-text", "text-to-image"], "links": []}])


def test_a_file_of_requests_is_done_from_end_to_end(shell: Shell, tmp_path: Path) -> None:
    """Plan, success and time of each; one that can't be begun does not stop the others."""
    right = {"tasks": ["language-identification"], "links": []}
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "note.txt").write_text("Bonjour tout le monde, comment allez-vous?")
    rows = (
        {"id": "a", "request": "What language is 'bonjour tout le monde'?", "accept": [right]},
        {
            "id": "b",
            "request": "What language is note.txt written in?",
            "files": ["note.txt"],
            "accept": [{"tasks": ["count"], "links": []}],
        },
        {"id": "c", "request": "Read gone.png", "files": ["gone.png"]},
    )
    written(tmp_path / "words" / "wishes.jsonl", *rows)
    done = shell("eval", "requests", "words/wishes.jsonl", "--json")
    assert done.code == 3, done.err
    a, b, c = json.loads(done.out)["requests"]
    assert (a["status"], a["accepted"], a["plan"]) == ("succeeded", True, "language-identification")
    assert (b["status"], b["accepted"]) == ("succeeded", False)
    assert (c["status"], c["accepted"]) == ("failed", None)
    assert "there is no file gone.png" in c["error"]
    table = shell("eval", "requests", "words/wishes.jsonl")
    assert "plans right 1 of 2" in table.out
    assert a["run_id"] in table.out, "nothing was run again"


def test_a_killed_evaluation_goes_on_with_the_run_it_was_in(shell: Shell, tmp_path: Path) -> None:
    """The plan of the run that was cut off is not asked for again."""
    written(tmp_path / "a.jsonl", {"request": "Which language is 'bonjour tout le monde'?"})
    asked: list[str] = []

    def model(received: Received) -> Reply:
        asked.append(stage_of(received))
        if asked[-1] == "plan":
            task = {"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "bonjour tout le monde"}}
            return chat(json.dumps({"tasks": [task], "refusals": []}))
        if asked.count("answer") == 1:
            time.sleep(3)
        return chat("French [0].")

    with serve(model) as server:
        words = ("eval", "requests", "a.jsonl", "--json", "--llm", f"openai:m@{server.url}/v1")
        child = shell.start(*words)
        while "answer" not in asked:
            time.sleep(0.05)
            assert child.poll() is None, child.communicate()
        child.kill()
        child.communicate()
        done = shell(*words)
    (row,) = json.loads(done.out)["requests"]
    assert row["status"] == "succeeded", done.err
    assert asked.count("plan") == 1
