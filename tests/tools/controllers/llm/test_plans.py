"""Over 200 mutated plans of a model: none crashes, no invalid one is run, and few lose their intent."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hugginggpt.graph.errors import InvalidPlan
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.task import resources_in
from hugginggpt.tools.chat_models.json_answers import UnreadableAnswer, json_in_answer
from hugginggpt.tools.controllers.llm.plan_reader import JSON_REPAIRED, Draft, read_plan, repair_steps
from hugginggpt.tools.controllers.llm.repair import read_entries
from hugginggpt.tools.controllers.llm.unwrap import unwrap
from plans import plans

FILES = {
    "a.png": Resource(kind="image", media_type="image/png", sha256="a" * 64, size=9, name="a.png"),
    "talk.wav": Resource(kind="audio", media_type="audio/wav", sha256="b" * 64, size=9, name="talk.wav"),
    "notes.txt": Resource(kind="text", media_type="text/plain", sha256="c" * 64, size=2, text="hi", name="notes.txt"),
}
Tasks = list[dict[str, Any]]


def task(number: int, name: str, goal: str = "as asked", /, **args: Any) -> dict[str, Any]:
    needs = sorted({int(n) for n in re.findall(r"<resource>-(\d+)", json.dumps(args))})
    return {"task": name, "id": number, "dep": needs or [-1], "args": args, "goal": goal}


BASES: dict[str, Tasks] = {
    "single": [task(0, "image-to-text", image="a.png")],
    "chain": [
        task(0, "automatic-speech-recognition", audio="talk.wav"),
        task(1, "summarization", 'it\'s long, "very" long', text="<resource>-0"),
        task(2, "translation", text="<resource>-1", target_language="fr"),
        task(3, "text-to-speech", text="<resource>-2", language="fr"),
    ],
    "join": [
        task(0, "image-to-text", image="a.png"),
        task(1, "summarization", text="notes.txt"),
        task(2, "join-text", text=["<resource>-0", "<resource>-1"]),
    ],
    "fan-out": [
        task(0, "image-to-text", image="a.png"),
        task(1, "translation", text="<resource>-0", target_language="de"),
        task(2, "translation", text="<resource>-0", target_language="es"),
        task(3, "text-classification", text="<resource>-0"),
    ],
    "sentence": [
        task(0, "object-detection", image="a.png"),
        task(1, "text-generation", text="Write a line about <resource>-0, please."),
        task(2, "text-to-image", text="<resource>-1"),
    ],
}


def text_of(tasks: Tasks) -> str:
    return json.dumps({"tasks": tasks, "refusals": []})


def each(change: Callable[[dict[str, Any]], Any]) -> Callable[[Tasks], str]:
    """A mutation of every task."""

    def mutate(tasks: Tasks) -> str:
        copy = json.loads(json.dumps(tasks))
        for entry in copy:
            change(entry)
        return text_of(copy)

    return mutate


def replaced(old: str, new: str) -> Callable[[Tasks], str]:
    return lambda tasks: re.sub(old, new, text_of(tasks))


def rename(old: str, new: str) -> Callable[[Tasks], str]:
    return each(lambda entry: entry.update({new: entry.pop(old)}))


def _comment(tasks: Tasks) -> str:
    return text_of(tasks).replace('"dep"', '/* order */ "dep"', 1)


KEPT: dict[str, Callable[[Tasks], str]] = {
    "as it is": text_of,
    "fenced": lambda t: f"```json\n{text_of(t)}\n```",
    "fenced without a language": lambda t: f"```\n{text_of(t)}\n```",
    "a fence that is not closed": lambda t: f"```json\n{text_of(t)}",
    "prose around": lambda t: f"Sure! Here is the plan [as asked]:\n{text_of(t)}\nLet me know.",
    "thinking before": lambda t: f'<think>Maybe {{"tasks": []}}? No.</think>\n{text_of(t)}',
    "thinking without a beginning": lambda t: f"so task 0 is {{x}} then...</think>{text_of(t)}",
    "single quotes": lambda t: str({"tasks": t, "refusals": []}),
    "trailing commas": lambda t: text_of(t).replace("}]", "},]").replace("]}", "],}"),
    "comments": _comment,
    "line comments": lambda t: text_of(t).replace('{"task"', '// next\n{"task"'),
    "python literals": lambda t: text_of([{**e, "cache": True, "note": None} for e in t]).replace("true", "True")
    .replace("null", "None"),
    "unquoted keys": replaced(r'"(task|id|dep|args|goal)":', r"\1:"),
    "unescaped newlines": lambda t: text_of([{**e, "goal": "two LINE lines"} for e in t]).replace("LINE", "\n"),
    "unescaped quotes": lambda t: text_of([{**e, "goal": "the QQbigQQ one"} for e in t]).replace("QQ", '"'),
    "a missing last brace": lambda t: text_of(t)[:-1],
    "missing last brackets": lambda t: json.dumps({"tasks": t})[:-2],
    "a doubled last bracket": lambda t: text_of(t) + "}",
    "a doubled bracket within": lambda t: text_of(t).replace("}, {", "}}, {"),
    "a missing comma": lambda t: text_of(t).replace("}, {", "} {"),
    "a bare list": json.dumps,
    "a list in a list": lambda t: json.dumps([t]),
    "wrapped in plan": lambda t: json.dumps({"plan": t}),
    "wrapped twice": lambda t: json.dumps({"result": {"tasks": t}}),
    "an object by id": lambda t: json.dumps({"tasks": {str(e["id"]): e for e in t}}),
    "one object a task": lambda t: json.dumps([{"task": e} if False else {e["task"]: e} for e in t]),
    "ids as text": each(lambda e: e.update(id=str(e["id"]))),
    "ids with a word": each(lambda e: e.update(id=f"task-{e['id']}", dep=[f"task-{d}" for d in e["dep"] if d >= 0])),
    "no ids": each(lambda e: e.pop("id")),
    "no dep": each(lambda e: e.pop("dep")),
    "null dep": each(lambda e: e.update(dep=None)),
    "a bare dep": each(lambda e: e.update(dep=e["dep"][0])),
    "dep on itself": each(lambda e: e.update(dep=[*e["dep"], e["id"]])),
    "dep on nothing": each(lambda e: e.update(dep=[*e["dep"], 77])),
    "deps as text": each(lambda e: e.update(dep=[str(d) for d in e["dep"]])),
    "JARVIS's references": replaced("<resource>", "<GENERATED>"),
    "JARVIS's other references": replaced(r"<resource>-(\d+)", r"<GENERATED-\1>"),
    "TaskBench's references": replaced(r"<resource>-(\d+)", r"<node-\1>"),
    "references with blanks": replaced(r"<resource>-(\d+)", r"<resource> - \1"),
    "references in braces": replaced(r"<resource>-(\d+)", r"{{resource-\1}}"),
    "escaped references": replaced(r"<resource>-(\d+)", r"&lt;resource&gt;-\1"),
    "references with a field": replaced(r"<resource>-(\d+)", r"<resource>-\1.text"),
    "types in capitals": each(lambda e: e.update(task=e["task"].title())),
    "types with blanks": each(lambda e: e.update(task=e["task"].replace("-", " "))),
    "types with underscores": each(lambda e: e.update(task=e["task"].replace("-", "_"))),
    "a letter missing in the type": each(lambda e: e.update(task=e["task"][:-1])),
    "arguments": rename("args", "arguments"),
    "inputs": rename("args", "inputs"),
    "type": rename("task", "type"),
    "tool": rename("task", "tool"),
    "extra keys": each(lambda e: e.update(confidence=0.9, thoughts=["a", {"b": 1}])),
    "nulls": each(lambda e: (e.update(parameters=None), e["args"].update(context=None))),
    "an argument that is none": each(lambda e: e["args"].update(style="nice")),
    "nested lists": each(lambda e: e.update(args={k: [v] if k in ("text", "image") else v for k, v in e["args"].items()})
                         if e["task"] != "text-generation" else None),
    "a null goal": each(lambda e: e.update(goal=None)),
}  # fmt: skip

LOST: dict[str, Callable[[Tasks], str]] = {
    "cut in a goal": lambda t: text_of(t)[: text_of(t).rindex('"goal"') + 12],
    "cut in the arguments": lambda t: text_of(t)[: text_of(t).rindex('"args"') + 10],
    "cut after a key": lambda t: text_of(t)[: text_of(t).rindex('"dep"') + 6],
    "dangling references": replaced(r"<resource>-\d+", "<resource>-9"),
    "a circle": each(lambda e: e.update(args=dict.fromkeys(e["args"], "<resource>-0"))),
    "unknown types": each(lambda e: e.update(task="make-coffee")),
    "wrong kinds": each(lambda e: e.update(task="image-classification", args={"image": "talk.wav"})),
    "no arguments": each(lambda e: e.update(args={})),
    "arguments as a number": each(lambda e: e.update(args=7)),
    "a list of numbers": lambda t: json.dumps([e["id"] for e in t]),
    "prose": lambda t: "I would do the following. " + ", then ".join(e["task"] for e in t),
    "half of it twice": lambda t: text_of(t)[: len(text_of(t)) // 2] * 2,
    "ids all the same": each(lambda e: e.update(id=0)),
    "a negative id": each(lambda e: e.update(id=-5)),
    "ids that are no numbers": each(lambda e: e.update(id=[1])),
    "an id that is a list": lambda t: text_of([*t, {**task(7, "compare", items=["notes.txt"]), "id": [7], "dep": [0]}]),
    "an id that is an object": lambda t: text_of([*t, {**t[0], "id": {}, "dep": [0]}]),
    "a list within dep": lambda t: text_of(
        [
            *t,
            task(8, "image-to-text", image="a.png"),
            task(9, "image-to-text", image="a.png"),
            {**task(7, "summarization", text="<resource>-8, <resource>-9"), "dep": [8, [9]]},
        ]
    ),
    "invented files": replaced(r"a\.png|talk\.wav|notes\.txt", "b.png"),
}


def shape(plan: Plan) -> list[tuple[str, list[str]]]:
    return sorted((t.type, sorted(plan.by_id[d].type for d in t.depends_on)) for t in plan.tasks)


def read(text: str) -> Draft | None:
    try:
        return read_plan(text, FILES)
    except InvalidPlan:
        return None


def test_nine_in_ten_mutations_that_keep_the_intent_give_the_same_nodes_and_edges() -> None:
    lost = []
    for base, tasks in BASES.items():
        expected = read(text_of(tasks))
        assert expected, base
        for name, mutate in KEPT.items():
            draft = read(mutate(tasks))
            if draft is None or shape(draft.plan) != shape(expected.plan):
                lost.append(f"{base}: {name}")

    number = len(BASES) * len(KEPT)
    assert number + len(BASES) * len(LOST) >= 200
    assert len(lost) <= 0.1 * number, lost


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", LOST)
def test_a_mutation_that_loses_the_intent_is_refused_or_valid_and_never_a_crash(base: str, name: str) -> None:
    draft = read(LOST[name](BASES[base]))
    assert draft is None or Plan.model_validate(draft.plan.model_dump())


@pytest.mark.parametrize("base", BASES)
def test_a_plan_cut_within_a_task_is_never_run(base: str) -> None:
    text = text_of(BASES[base])
    first = text.rindex('{"task"')
    for end in range(first + 9, len(text) - 25):
        if text[end - 1] in '}]"' or text[end - 1].isdigit():
            continue  # there a task may end
        draft = read(text[:end])
        assert draft is None, text[:end]


UNREPAIRED = {"as it is", "fenced", "fenced without a language", "a fence that is not closed", "prose around", "a bare list",
             "thinking before", "thinking without a beginning", "a doubled last bracket", "no dep", "null dep"}  # fmt: skip
"""Mutations without a repair: text around the plan is removed, and `dep` follows from references."""


@pytest.mark.parametrize("name", sorted(KEPT.keys() - UNREPAIRED))
def test_every_mutation_that_needs_a_repair_reports_one(name: str) -> None:
    text = KEPT[name](BASES["join"])
    draft = read(text)
    assert draft
    assert draft.repairs or json.loads(text) == json.loads(text_of(BASES["join"])) or name == "nested lists"


def test_repairs_are_reported_with_their_task() -> None:
    draft = read(KEPT["types in capitals"](BASES["chain"]))
    assert draft
    assert "task 1: 'Summarization' was read as 'summarization'" in draft.repairs
    repaired = read(KEPT["a missing comma"](BASES["chain"]))
    assert repaired
    assert JSON_REPAIRED in repaired.repairs
    assert read(text_of(BASES["chain"])) == Draft(Plan.from_hugginggpt(_resolved(BASES["chain"])), (), ())


def _resolved(tasks: Tasks) -> Tasks:
    files = {name: resource.model_dump(mode="json") for name, resource in FILES.items()}
    return [
        {**e, "args": {k: files.get(v, v) if isinstance(v, str) else v for k, v in e["args"].items()}} for e in tasks
    ]


@pytest.mark.parametrize("spelling", ["<GENERATED>-0,<GENERATED>-1", "<resource>-0 , <resource>-1"])
def test_a_comma_list_becomes_one_task_for_each_under_new_ids_and_so_do_tasks_that_refer_to_it(spelling: str) -> None:
    """As JARVIS meant it, whose copies all had one id; an input that takes many then takes all of them."""
    draft = read(
        text_of(
            [
                task(0, "image-to-text", image="a.png"),
                task(1, "automatic-speech-recognition", audio="talk.wav"),
                {"task": "summarization", "id": 2, "dep": [0, 1], "args": {"text": spelling}},
                task(3, "translation", text="<resource>-2", target_language="fr"),
                task(4, "text-generation", text="Tell me about <resource>-2."),
                task(5, "join-text", texts=["<resource>-3", "notes.txt"]),
            ]
        )
    )
    assert draft
    assert {t["id"]: (t["task"], t["dep"]) for t in draft.plan.to_hugginggpt()} == {
        0: ("image-to-text", [-1]),
        1: ("automatic-speech-recognition", [-1]),
        2: ("summarization", [0]),
        6: ("summarization", [1]),
        3: ("translation", [2]),
        7: ("translation", [6]),
        4: ("text-generation", [2, 6]),
        5: ("join-text", [3, 7]),
    }
    assert "task 2 was given a list; it is now one task for each: 2, 6" in draft.repairs


def test_a_list_in_json_stays_one_task_that_is_mapped_over() -> None:
    draft = read(text_of([task(0, "automatic-speech-recognition", audio=["talk.wav", "talk.wav"])]))
    assert draft
    assert (len(draft.plan.tasks), draft.repairs) == (1, ())


def test_lists_that_multiply_are_expanded_to_a_limit() -> None:
    lists = [task(n, "summarization", text=", ".join([f"<resource>-{n - 1}"] * 9)) for n in range(1, 9)]
    draft = read(text_of([task(0, "image-to-text", image="a.png"), *lists]))
    assert draft
    assert len(draft.plan.tasks) < 1000


@pytest.mark.parametrize("name", [*KEPT, *LOST])
@pytest.mark.parametrize("base", BASES)
def test_no_repair_step_changes_the_entries_that_it_is_given(base: str, name: str) -> None:
    try:
        raw = unwrap(json_in_answer({**KEPT, **LOST}[name](BASES[base])).value)
    except (UnreadableAnswer, InvalidPlan):
        return
    entries = read_entries(raw.tasks).entries
    for step in repair_steps(raw.links, FILES, "", positional=False):
        before = copy.deepcopy(entries)
        repaired = step(entries)
        assert entries == before
        entries = repaired.entries


TASKBENCH = {
    "task_steps": ["Step 1: clean the recording", "Step 2: caption the picture", "Step 3: write the recording down"],
    "task_nodes": [
        {"task": "Audio-to-Audio", "arguments": ["talk.wav"]},
        {"task": "Image-to-Text", "arguments": ["a.png"]},
        {"task": "Automatic Speech Recognition", "arguments": ["<node-0>"]},
        {"task": "Text-to-Speech", "arguments": [{"name": "text", "value": "<node-2>"}]},
    ],
    "task_links": [
        {"source": "Audio-to-Audio", "target": "Automatic Speech Recognition"},
        {"source": "Image-to-Text", "target": "Automatic Speech Recognition"},
        {"source": "Automatic Speech Recognition", "target": "Text-to-Speech"},
        {"source": "Unheard of", "target": "Text-to-Speech"},
    ],
}


@pytest.mark.parametrize("names", [("task_nodes", "task_links"), ("tool_nodes", "tool_links"), ("nodes", "edges")])
def test_taskbench_s_nodes_and_links_are_read(names: tuple[str, str]) -> None:
    """A link that no argument expresses becomes a dependency without data, and is reported."""
    draft = read(json.dumps(dict(zip(names, (TASKBENCH["task_nodes"], TASKBENCH["task_links"]), strict=True))))
    assert draft
    assert shape(draft.plan) == [
        ("audio-to-audio", []),
        ("automatic-speech-recognition", ["audio-to-audio", "image-to-text"]),
        ("image-to-text", []),
        ("text-to-speech", ["automatic-speech-recognition"]),
    ]
    assert "task 2 comes after task 1, as a link requires" in draft.repairs


@pytest.mark.parametrize("text", ["<resource>-0", "Say: <resource>-0", ["notes.txt", "<resource>-0"]])
def test_a_converter_is_inserted_for_a_single_reference_in_a_list_and_within_a_sentence(text: Any) -> None:
    name = "join-text" if isinstance(text, list) else "text-generation"
    draft = read(text_of([task(0, "audio-to-audio", audio="talk.wav"), task(1, name, text=text)]))
    assert draft
    assert [t.type for t in draft.plan.tasks] == ["audio-to-audio", "automatic-speech-recognition", name]


def test_a_converter_is_inserted_where_exactly_one_task_type_converts_the_kinds() -> None:
    draft = read(text_of([task(0, "audio-to-audio", audio="talk.wav"), task(1, "summarization", text="<resource>-0")]))
    assert draft
    assert shape(draft.plan) == [
        ("audio-to-audio", []),
        ("automatic-speech-recognition", ["audio-to-audio"]),
        ("summarization", ["automatic-speech-recognition"]),
    ]
    assert "automatic-speech-recognition, was inserted between task 0 and task 1" in draft.repairs[0]


@pytest.mark.parametrize(
    ("source", "kind", "target"),
    [
        ("image-to-text", "image", "video-classification"),
        ("image-to-text", "image", "object-detection"),
        ("translation", "text", "audio-classification"),
        ("depth-estimation", "image", "text-to-image"),
    ],
)
def test_no_picture_or_sound_is_invented_and_no_wrong_type_covered_by_a_converter(
    source: str, kind: str, target: str
) -> None:
    """A picture made of a caption is not the one that a task was to look at: the plan goes back."""
    given = {"image": {"image": "a.png"}, "text": {"text": "x", "target_language": "fr"}}[kind]
    needs = {"text-to-image": "prompt", "audio-classification": "audio", "object-detection": "image"}.get(
        target, "video"
    )
    assert read(text_of([task(0, source, **given), task(1, target, **{needs: "<resource>-0"})])) is None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        '{"a":' * 3000 + "1",
        "{" + "x" * 70_000,
        "<think" * 10_000,
        "```" * 20_000,
        '{"tasks": [' + "[" * 30 + "]" * 30 + "]}",
    ],
)
def test_an_answer_that_is_nested_too_deep_or_too_long_is_refused(text: str) -> None:
    assert read(text) is None


@given(plans())
@settings(max_examples=60, deadline=None)
def test_every_valid_plan_survives_writing_and_reading(plan: Plan) -> None:
    named = [r for task in plan.tasks for value in task.inputs.values() for r in resources_in(value)]
    draft = read_plan(json.dumps({"tasks": plan.to_hugginggpt(), "refusals": []}), {str(r.name): r for r in named})
    assert shape(draft.plan) == shape(plan)
    assert draft.repairs == ()


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_text_crashes_the_reader(text: str) -> None:
    read(text)
    read('{"tasks": [' + text)
