"""Promises of `hugginggpt eval`."""

import json
import signal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from hugginggpt.apps.eval.accepted_plans import is_accepted, shape_of
from hugginggpt.apps.eval.metrics import report_of
from hugginggpt.apps.eval.request_file import read_requests
from hugginggpt.apps.eval.results_file import ResultsFile
from hugginggpt.apps.eval.taskbench import read_records
from hugginggpt.graph.errors import UsageError
from hugginggpt.graph.plan import Plan
from hugginggpt.tools.scripted import Received, Reply, chat, failing, in_turn, serve, stage_of
from shell import Shell

SUMMARY = {
    "id": "1",
    "type": "chain",
    "request": "Summarise 'a b c' and translate the summary into French",
    "tasks": [
        {"task": "Summarization", "args": ["a b c"]},
        {"task": "Translation", "args": ["<node-0>"]},
        {"task": "Unknown", "args": ["x"]},
    ],
    "links": [["Summarization", "Translation"], ["Translation", "Unknown"]],
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


def test_the_published_folder_and_plain_lines_give_the_same_records(tmp_path: Path) -> None:
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
    ("line", "error"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: not a JSON object"),
        ('{"id": "1"}', "line 1: not a TaskBench record"),
        ('{"id": "1", "tasks": [], "links": []}', "a record needs an id and a request"),
        ("", "has no records"),
    ],
)
def test_a_line_that_is_no_record_is_reported(tmp_path: Path, line: str, error: str) -> None:
    """With its number and the reason."""
    (tmp_path / "a.jsonl").write_text(line)
    with pytest.raises(UsageError, match=error):
        read_records(tmp_path / "a.jsonl")


def test_a_folder_of_another_domain_is_refused(tmp_path: Path) -> None:
    """It has other tools, and all scores would be 0."""
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
    assert report["micro"] == {"node_f1": 0.8, "edge_f1": 0.0, "argument_type_f1": 0.8, "argument_value_f1": 0.8}
    assert report["macro"]["node_f1"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert report["by_type"]["single"]["micro"]["node_f1"] == 1.0
    assert report["by_type"]["single"]["micro"]["edge_f1"] is None


def test_the_table_and_the_json_have_the_same_scores(shell: Shell, tmp_path: Path) -> None:
    """The second command plans nothing again."""
    written(tmp_path / "a.jsonl", SUMMARY, CAPTION)
    table = shell("eval", "taskbench", "--data", "a.jsonl")
    assert table.code == 0, table.err
    assert "node F1" in table.out
    assert "single (micro)" in table.out
    repeated = shell("eval", "taskbench", "--data", "a.jsonl", "--json")
    assert "2 of 2 are in" in repeated.err
    report = json.loads(repeated.out)
    assert report["micro"]["node_f1"] == 1.0
    assert f"{report['micro']['argument_value_f1']:.3f}" in table.out
    assert shell("eval", "taskbench", "--data", "a.jsonl", "--text", "paraphrase", "--json").code == 0


def test_an_incomplete_last_line_loses_only_itself(tmp_path: Path) -> None:
    """After a crash during a write, the rows before it are read, and the next row is complete."""
    first = ResultsFile(tmp_path / "k.jsonl")
    first.add("a", {"n": 1})
    first.close()
    with (tmp_path / "k.jsonl").open("a") as file:
        file.write('{"key": "b", "n"')
    again = ResultsFile(tmp_path / "k.jsonl")
    assert again.get("a") == {"key": "a", "n": 1}
    assert again.get("b") is None
    again.add("b", {"n": 2})
    again.close()
    last = ResultsFile(tmp_path / "k.jsonl")
    assert last.get("b") == {"key": "b", "n": 2}
    last.close()
    fresh = ResultsFile(tmp_path / "k.jsonl", fresh=True)
    assert fresh.get("a") is None
    fresh.close()


def caption(received: Received) -> Reply:
    """A model that plans an image-to-text task for every request."""
    task = {"task": "image-to-text", "id": 0, "dep": [-1], "args": {"image": "photo.png"}}
    return chat(json.dumps({"tasks": [task], "refusals": []}))


def test_any_controller_is_scored_and_its_cost_reported(shell: Shell, tmp_path: Path) -> None:
    """Calls and tokens of a chat model are in the report."""
    written(tmp_path / "a.jsonl", CAPTION, SUMMARY)
    with serve(caption) as server:
        result = shell("eval", "taskbench", "--data", "a.jsonl", "--json", "--llm", f"openai:m@{server.url}/v1")
    report = json.loads(result.out)
    assert report["by_type"]["single"]["micro"]["node_f1"] == 1.0
    assert report["failed"] == 1, "it names a file that the other request does not have"
    assert report["usage"]["calls"] == 3, "one, and one with one more draft, which was the same"
    assert report["usage"]["tokens"] == 3 * 18


def test_requests_for_which_the_controller_could_not_be_reached_are_tried_again(shell: Shell, tmp_path: Path) -> None:
    """They are not scored as wrong: exit code 3 reports that some are left, and the same command continues."""
    written(tmp_path / "a.jsonl", *({**CAPTION, "id": str(number)} for number in range(3)))
    calls = 0

    def unreliable(received: Received) -> Reply:
        nonlocal calls
        calls += 1
        return failing(401, "wrong key") if calls == 2 else caption(received)

    with serve(unreliable) as server:
        words = f"eval taskbench --data a.jsonl --jobs 1 --json --llm openai:m@{server.url}/v1".split()
        first = shell(*words)
        assert first.code == 3
        assert (json.loads(first.out)["left"], json.loads(first.out)["requests"]) == (1, 2)
        assert "answers 401: wrong key (Is the key right?" in json.loads(first.out)["why"]
        second = shell(*words)
    assert second.code == 0
    assert json.loads(second.out)["requests"] == 3
    assert calls == 4
    unreachable = shell(
        "eval",
        "taskbench",
        "--data",
        "a.jsonl",
        "--fresh",
        "--llm",
        "openai:m@http://127.0.0.1:9/v1",
        HUGGINGGPT_RETRIES="0",
    )
    assert unreachable.code == 1
    assert "can't be reached" in unreachable.err


def test_a_plan_that_comes_too_late_or_is_cut_off_counts_as_failed(shell: Shell, tmp_path: Path) -> None:
    """Three in a row no longer end the evaluation as if the model could not be reached: the table is printed."""
    written(tmp_path / "a.jsonl", *({**CAPTION, "id": str(number)} for number in range(4)))
    replies = [*[chat('{"tasks": [', finish_reason="length")] * 3, Reply(seconds=3.0)]
    with serve(in_turn(*replies)) as server:
        words = f"eval taskbench --data a.jsonl --jobs 1 --json --llm openai:m@{server.url}/v1".split()
        result = shell(*words, HUGGINGGPT_LLM_TIMEOUT="1", HUGGINGGPT_RETRIES="0")
    report = json.loads(result.out)
    assert (result.code, report["failed"], report["left"], report["requests"]) == (0, 4, 0, 4)
    assert report["micro"]["node_f1"] == 0.0
    assert report["usage"]["calls"] == 4


def test_a_request_whose_plan_is_cut_off_shows_the_calls_that_it_took(shell: Shell, tmp_path: Path) -> None:
    drafts = in_turn(chat('{"tasks": 1}'), chat('{"tasks": [', finish_reason="length"))

    def model(received: Received) -> Reply:
        return failing(404, "no list") if received.method == "GET" else drafts(received)

    written(tmp_path / "a.jsonl", {"id": "a", "request": "Hello there"})
    with serve(model) as server:
        result = shell("eval", "requests", "a.jsonl", "--json", "--llm", f"openai:m@{server.url}/v1")
    (row,) = json.loads(result.out)["requests"]
    assert (row["status"], row["calls"], row["tokens"]) == ("failed", 2, 18), row["error"]


def test_ctrl_c_keeps_the_results_so_far(shell: Shell, tmp_path: Path) -> None:
    """Exit code 130, and a hint how to continue; no request is planned twice."""
    written(tmp_path / "a.jsonl", *({**CAPTION, "id": str(number)} for number in range(6)))
    calls, third, interrupted = list[Any](), Event(), Event()

    def slow(received: Received) -> Reply:
        calls.append(received)
        if len(calls) == 3:
            third.set()
            interrupted.wait(60)
        return caption(received)

    with serve(slow) as server:
        words = f"eval taskbench --data a.jsonl --jobs 1 --json --llm openai:m@{server.url}/v1".split()
        child = shell.start(*words)
        assert third.wait(60)
        child.send_signal(signal.SIGINT)
        interrupted.set()
        _, err = child.communicate(timeout=60)
        assert child.returncode == 130
        assert "the same command continues" in err
        (results,) = (tmp_path / "home" / "eval").glob("*.jsonl")
        found = len(results.read_text().splitlines())
        assert 2 <= found < 6
        before = len(calls)
        done = shell(*words)
    assert json.loads(done.out)["requests"] == 6
    assert len(calls) - before == 6 - found


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
    """The shape of a plan shows which task depends on which."""
    plan = Plan.from_hugginggpt(
        [
            {"task": "text-to-image", "id": 0, "dep": [-1], "args": {"prompt": "a cat"}},
            {"task": "image-to-text", "id": 1, "dep": [0], "args": {"image": "<resource>-0"}},
        ]
    )
    assert shape_of(plan) == "text-to-image; image-to-text<0"
    assert is_accepted(plan, [{"tasks": ["image-to-text", "text-to-image"], "links": [[1, 0]]}])
    assert not is_accepted(plan, [{"tasks": ["image-to-text", "text-to-image"], "links": []}])


def test_a_file_of_requests_is_run_from_end_to_end(shell: Shell, tmp_path: Path) -> None:
    """Plan, success and time of each; one that can't start does not stop the others."""
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
    written(tmp_path / "words" / "requests.jsonl", *rows)
    done = shell("eval", "requests", "words/requests.jsonl", "--json")
    assert done.code == 3, done.err
    a, b, c = json.loads(done.out)["requests"]
    assert (a["status"], a["accepted"], a["plan"]) == ("succeeded", True, "language-identification")
    assert (b["status"], b["accepted"]) == ("succeeded", False)
    assert (c["status"], c["accepted"]) == ("failed", None)
    assert "there is no file gone.png" in c["error"]
    table = shell("eval", "requests", "words/requests.jsonl")
    assert "plans right 1 of 2" in table.out
    assert a["run_id"] in table.out, "nothing was run again"


def test_a_killed_evaluation_resumes_its_interrupted_run(shell: Shell, tmp_path: Path) -> None:
    """The interrupted run is not planned again."""
    written(tmp_path / "a.jsonl", {"request": "Which language is 'bonjour tout le monde'?"})
    stages, answering, killed = list[str](), Event(), Event()

    def model(received: Received) -> Reply:
        stages.append(stage_of(received))
        if stages[-1] == "plan":
            task = {"task": "language-identification", "id": 0, "dep": [-1], "args": {"text": "bonjour tout le monde"}}
            return chat(json.dumps({"tasks": [task], "refusals": []}))
        if stages.count("answer") == 1:
            answering.set()
            killed.wait(60)
        return chat("French [0].")

    with serve(model) as server:
        words = ("eval", "requests", "a.jsonl", "--json", "--llm", f"openai:m@{server.url}/v1")
        child = shell.start(*words)
        assert answering.wait(60)
        child.kill()
        child.communicate()
        killed.set()
        done = shell(*words)
    (row,) = json.loads(done.out)["requests"]
    assert row["status"] == "succeeded", done.err
    assert stages.count("plan") == 1


def test_a_run_whose_plan_was_made_by_rules_is_not_right_for_the_model_that_failed_to_plan_it(
    shell: Shell, tmp_path: Path
) -> None:
    """Though the plan is one of those accepted."""
    accept = [{"tasks": ["language-identification"], "links": []}]
    written(tmp_path / "a.jsonl", {"request": "What language is 'bonjour tout le monde'?", "accept": accept})
    with serve(in_turn(chat('{"tasks": 7}'))) as server:
        done = shell("eval", "requests", "a.jsonl", "--json", "--llm", f"openai:m@{server.url}/v1")
    (row,) = json.loads(done.out)["requests"]
    assert (done.code, row["plan"], row["accepted"]) == (3, "language-identification", False)
    assert "a plan by rules was run instead" in row["error"]
