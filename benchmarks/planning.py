"""Plan quality of the rule-based controller: node, edge and argument F1 on labelled requests (TaskBench).

    python benchmarks/planning.py FILE.jsonl [--text paraphrase] [--predictions OUT.jsonl] [--json FILE] [--part 2/3]
    python benchmarks/planning.py taskbench_requests.jsonl --labels benchmarks/taskbench_relabelled.jsonl

taskbench_relabelled.jsonl holds graphs for 900 requests of TaskBench by id. Careful readers wrote them, not its authors.

TaskBench: arXiv 2311.18760. Records with `accept` hold the graphs that are right, and are counted; others hold `tasks`
and `links` by TaskBench's names. Nodes are the sets of names of a request, edges the sets of (source, target) names, both
pooled over all requests (micro). Labels outside the 23 tools are ignored; a predicted task outside them is a false
positive. Argument types are the sets of (name, kind) with kind image, audio, video or text, as in TaskBench: by a file's
suffix, or by what the named task makes. Not covered: argument values, LLMs (`hugginggpt eval taskbench` has both).
"""

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hugginggpt.apps.eval import metrics
from hugginggpt.apps.eval.accepted_plans import is_accepted
from hugginggpt.apps.eval.metrics import Edges, Names, Score, prediction_of
from hugginggpt.apps.eval.taskbench import record_of
from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose


def labels_of(record: Mapping[str, Any]) -> tuple[Names, Edges]:
    """The labelled nodes and edges, without names outside the tool list."""
    return metrics.labels_of(record_of(record))


def labelled_arguments(record: Mapping[str, Any]) -> Edges:
    """(name, kind) of every labelled argument of a tool in the list."""
    return frozenset((name, kind) for name, kind, _ in metrics.labelled_arguments(record_of(record)))


def planned_arguments(plan: Plan) -> Edges:
    """(name, kind) of every input of a plan."""
    return frozenset((name, kind) for name, kind, _ in metrics.planned_arguments(plan))


def timed_plan(text: str, files: Sequence[str] = ()) -> tuple[Plan, float]:
    """The plan of a request, and the milliseconds it took."""
    resources = tuple(Resource(kind=kind_of_name(f)[0], media_type=kind_of_name(f)[1], name=f) for f in files)
    started = time.perf_counter()
    plan = propose(Request(text=text, files=resources)).plan
    return plan, (time.perf_counter() - started) * 1000


def measure(records: Sequence[Mapping[str, Any]], key: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Scores over labelled records, by type of request too, and the predictions."""
    scores: dict[str, tuple[Score, Score]] = {}
    arguments = Score()
    times, predictions = [], []
    for record in records:
        plan, ms = timed_plan(record[key])
        times.append(ms)
        prediction = prediction_of(plan)
        predictions.append({"id": record["id"], **prediction})
        nodes, edges = labels_of(record)
        if any("args" in task for task in record["tasks"]):
            arguments.add(planned_arguments(plan), labelled_arguments(record))
        for group in {"all", record.get("type", "all")}:
            node, edge = scores.setdefault(group, (Score(), Score()))
            node.add(frozenset(prediction["tasks"]), nodes)
            edge.add(frozenset((a, b) for a, b in prediction["links"]), edges)
    report: dict[str, Any] = {"requests": len(records), "node_f1": 1.0, "edge_f1": 1.0}
    if "all" in scores:
        report |= {"node_f1": round(scores["all"][0].f1, 4), "edge_f1": round(scores["all"][1].f1, 4)}
    if arguments != Score():
        report["argument_type_f1"] = round(arguments.f1, 4)
    report["by_type"] = {
        group: {"node_f1": round(node.f1, 4), "edge_f1": round(edge.f1, 4)}
        for group, (node, edge) in sorted(scores.items())
        if group != "all"
    }
    return report | _timing(times), predictions


def accept(records: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How many requests get a graph that is right, and the predictions."""
    times, predictions, wrong = [], [], []
    for record in records:
        plan, ms = timed_plan(record["request"], record.get("files", ()))
        times.append(ms)
        links = [[source, task.id] for task in plan.tasks for source in task.depends_on]
        predictions.append({"id": record["id"], "tasks": [task.type for task in plan.tasks], "links": links})
        if not is_accepted(plan, record["accept"]):
            wrong.append(record["id"])
    report = {"requests": len(records), "accepted": len(records) - len(wrong), "not_accepted": wrong}
    return report | _timing(times), predictions


def _timing(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"median_ms": 0.0, "p95_ms": 0.0}
    ordered = sorted(times)
    return {
        "median_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write the files that the options name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--text", default="request", help="key of the text to plan, e.g. paraphrase")
    parser.add_argument("--labels", type=Path, help="graphs by id, for records that have none; others are left out")
    parser.add_argument("--part", default="", help="K/N: records whose index leaves K by N; !K/N: the others")
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    records = [json.loads(line) for line in options.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    if options.labels:
        labels = {row["id"]: row for row in map(json.loads, options.labels.read_text(encoding="utf-8").splitlines())}
        records = [record | labels[record["id"]] for record in records if record["id"] in labels]
    if options.part:
        rest, whole = (int(number) for number in options.part.lstrip("!").split("/"))
        others = options.part.startswith("!")
        records = [record for number, record in enumerate(records) if (number % whole == rest) != others]
    timed_plan("Describe a.png")
    if any("accept" in record for record in records):
        report, predictions = accept(records)
    else:
        report, predictions = measure([record for record in records if record.get(options.text)], options.text)
    for key, value in report.items():
        print(f"{key:17} {value}" if key != "by_type" else "", end="\n" if key != "by_type" else "")
    for group, row in report.get("by_type", {}).items():
        print(f"  {group:12} node F1 {row['node_f1']:.4f}   edge F1 {row['edge_f1']:.4f}")
    if options.predictions:
        lines = (json.dumps(prediction, ensure_ascii=False) for prediction in predictions)
        options.predictions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
