"""Text of a file, a model or a server does not steer a terminal, or a program that reads JSON.

Control characters, marks of direction and separators of lines are removed from printed text, and are escapes (backslash, u)
in JSON.
"""

import io
import json
import re
import sqlite3
import unicodedata
from pathlib import Path

import pytest

from fences import Fence
from hugginggpt.apps.cli.live_tree import LiveTree
from hugginggpt.apps.cli.printable import Screen, json_text
from hugginggpt.apps.session import Session
from hugginggpt.graph.events import Event, read_event
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.world import open_world
from hugginggpt.tools.catalog.cache import CatalogCache
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.catalog.hub_model import HubModel, Serving
from hugginggpt.tools.scripted import (
    ScriptedBackend,
    ScriptedCatalog,
    ScriptedController,
    scripted_expert,
    serve,
)
from hugginggpt.tools.scripted.hub import ScriptedHub, model_card, redirect_hub_to
from shell import MARK, Shell

FENCES = (
    Fence(
        "texts, cells and labels are clean wherever they stand",
        "apps/cli/printable.py",
        "        return super().render(_clean_text(renderable) if isinstance(renderable, Text) else renderable, options)",
        "        return super().render(renderable, options)",
        "test_terminal.py::test_the_tree_of_tasks_is_not_steered[False]",
    ),
    Fence(
        "strings are clean wherever they stand",
        "apps/cli/printable.py",
        "return _clean_text(super().render_str(text, **how))",
        "return super().render_str(text, **how)",
        "test_terminal.py::test_no_string_or_text_steers_a_screen",
    ),
    Fence(
        "characters that steer are removed from answers",
        "apps/cli/printable.py",
        'return "" if category in _STEERING else " " if category in _BREAKING else character',
        "return character",
        "test_terminal.py::test_no_command_steers_a_terminal_or_a_reader_of_json",
        slow=True,
    ),
    Fence(
        "characters that steer are escapes in JSON",
        "apps/cli/printable.py",
        "if category_of(character) not in _STEERING | _BREAKING:",
        "if True:",
        "test_terminal.py::test_json_holds_every_character_and_shows_none_that_steers",
    ),
    Fence(
        "ids that no model can have are left out of the Hub's list",
        "tools/catalog/hub_names.py",
        "    if not is_model_id(text):\n        raise",
        "    if False:\n        raise",
        "test_terminal.py::test_an_id_that_no_model_can_have_is_left_out_of_the_hub_s_list",
    ),
    Fence(
        "ids that no model can have are left out of a stored list",
        "tools/catalog/cache.py",
        "return model if is_model_id(model.model_id) and (not model.revision or is_commit(model.revision)) else None",
        "return model",
        "test_terminal.py::test_a_poisoned_stored_list_is_read_without_its_bad_rows",
    ),
)

ESCAPES = {
    "OSC 52 (clipboard)": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "OSC 8 (link)": "\x1b]8;;mailto:evil\x1b\\here\x1b]8;;\x1b\\",
    "OSC 0 (title)": "\x1b]0;owned\x07",
    "CSI 2J (clears)": "\x1b[2J\x1b[H",
    "CSI 8m (hides)": "\x1b[8m",
    "DCS": "\x1bP$q\x1b\\",
    "C1 CSI": "\x9b2J",
    "C1 OSC": "\x9d52;c;eA==\x9c",
    "NEL": "\x85forged: line",
    "DEL": "\x7f\x7f\x7f",
    "backspaces": "\x08\x08\x08",
    "return": "\rforged",
    "vertical tab and form feed": "\x0b\x0c",
    "U+2028": "\u2028forged: line",
    "U+2029": "\u2029forged: line",
    "bidi override": "\u202egnp.exe\u202c",
    "bidi isolate": "\u2066x\u2069",
    "zero width": "a\u200bb\u2060c\ufeff",
    "soft hyphen": "\xad",
    "tag characters": "\U000e0041\U000e007f",
    "interlinear": "\ufff9a\ufffb",
}
EVIL = "evil " + " ".join(ESCAPES.values())
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def steering(text: str) -> set[str]:
    """The characters of a text that must not be printed, by code point."""
    return {f"U+{ord(c):04X}" for c in text if c != "\n" and unicodedata.category(c) in STEERING}


async def hostile_run(home: Path) -> list[Event]:
    """A run in which all text of files, models and servers is hostile, kept in a home."""
    experts = [
        scripted_expert(name, f"{EVIL}/{who}", description=EVIL, license=EVIL, provider=EVIL)
        for name in ("text-generation", "summarization", "translation")
        for who in "ab"
    ]
    plan = [
        {"task": "text-generation", "id": 0, "dep": [-1], "args": {"text": EVIL}, "goal": EVIL},
        {"task": "summarization", "id": 1, "dep": [0], "args": {"text": ["<resource>-0", EVIL]}, "goal": EVIL},
        {
            "task": "translation",
            "id": 2,
            "dep": [0],
            "args": {"text": "<resource>-0"},
            "parameters": {"target_language": EVIL},
        },
    ]
    home.mkdir(exist_ok=True)
    notes = home.parent / f"notes {EVIL.replace('/', '')[:60]}.txt"
    notes.write_text(EVIL)
    backend = ScriptedBackend(texts={0: EVIL, 1: EVIL}, failures={2: EVIL})
    async with open_world(
        Settings(home=home, retries=0), controller=ScriptedController(plan, answer=EVIL, refusals=[EVIL]),
        catalog=ScriptedCatalog(experts, obstacles={f"{EVIL}/b": EVIL}), backends=[backend],
    ) as world:  # fmt: skip
        asked = Session(world).start(f"Do {EVIL}", thread_id=f"t {EVIL}", files=[str(notes)])
        return [event async for event in asked]


def poison(home: Path) -> None:
    """A list of the Hub's in which every text is hostile."""
    serving = Serving(provider="fal-ai", provider_id=EVIL, task="summarization")
    good = HubModel(model_id="org/good", task_type="summarization", description=EVIL, license=EVIL, library=EVIL)
    CatalogCache(home.with_name("cache")).save_models(
        "summarization",
        [
            good.model_copy(update={"servings": (serving,), "downloads": 10**9}),
            good.model_copy(update={"model_id": f"org/{EVIL}"}),
            good.model_copy(update={"model_id": "org/nul\0"}),
        ],
    )


async def test_no_command_steers_a_terminal_or_a_reader_of_json(shell: Shell, home: Path) -> None:
    """No command, with or without `--json`, prints a character that steers, whatever file, model or server it came from."""
    run = (await hostile_run(home))[0]
    poison(home)
    typed = EVIL.replace("\0", "")
    words = [
        ["runs"], ["show"], ["show", run.run_id], ["history"], ["resources"], ["models", "summarization"], ["tasks", "summ"],
        ["models"], ["plan", f"say '{typed}' aloud"], ["plan", f"say '{typed}' aloud", "--explain"], ["show", typed],
        ["run", f"say '{typed}' aloud", "--out", "made"], ["run", f"describe {typed}"], ["run", typed, "-f", typed],
        ["retry", typed], ["resume", typed], ["run", "x", "--llm", typed], ["models", "--remove", typed],
        ["run", "x", "--model", typed], [f"--{typed}"], [typed], ["--debug", "run", "x", "-f", typed],
    ]  # fmt: skip
    in_json = [
        ["runs", "--json"], ["show", run.run_id, "--json"], ["history", run.run_id, "--json"], ["resources", "--json"],
        ["models", "summarization", "--json"], ["tasks", "summ", "--json"], ["plan", f"say '{typed}' aloud", "--json"],
        ["plan", f"say '{typed}' aloud", "--explain", "--json"], ["run", f"say '{typed}' aloud", "--json"],
        ["retry", run.run_id, "--json"],
    ]  # fmt: skip
    done = shell.each([*words, *in_json], COLUMNS="60")
    assert done.code == 0, done.err[-2000:]
    outs, errs = (text.split(f"{MARK}\n")[1:] for text in (done.out, done.err))
    assert len(outs) == len(errs) == len(words) + len(in_json)
    for command, out, err in zip([*words, *in_json], outs, errs, strict=True):
        assert not steering(out.replace("\t", "")), command
        assert not steering(err.replace("\t", "")), command
        assert "this should not have happened" not in err, (command, err)
    for command, out in zip(in_json, outs[len(words) :], strict=True):
        lines = out.splitlines() if command[0] in {"run", "retry"} else [out]
        assert [json.loads(line) for line in lines], command
    assert "evil" in outs[0]
    assert EVIL in json.loads(outs[len(words)])[0]["request"]["text"]


@pytest.mark.parametrize("moving", [False, True])
async def test_the_tree_of_tasks_is_not_steered(moving: bool, home: Path) -> None:
    """The live tree shows model names, errors and progress of any server without being steered by them."""
    written = io.StringIO()
    screen = Screen(file=written, force_terminal=moving, color_system=None, width=100)
    events = await hostile_run(home)
    more = [
        {"event": "task_queued", "run_id": "r", "task_id": 1, "key": "1", "slots": [f"hf:{EVIL}"]},
        {
            "event": "task_progress",
            "run_id": "r",
            "task_id": 0,
            "key": "0",
            "what": EVIL,
            "done": 1,
            "total": 9,
            "unit": EVIL,
        },
        {"event": "task_drafted", "run_id": "r", "place": 0, "task_type": EVIL},
    ]
    with LiveTree(screen, moving=moving) as tree:
        for event in [*events[:3], *map(read_event, more), *events[3:]]:
            tree.update(event)
    ours = re.compile(r"\x1b\[(?:\?25[lh]|[0-9]*[AKGC]|2K|[0-9;]*m)|\r" if moving else "$^")
    assert "evil" in written.getvalue()
    assert not steering(ours.sub("", written.getvalue()))


@pytest.mark.parametrize("name", ESCAPES)
def test_no_string_or_text_steers_a_screen(name: str) -> None:
    """Each kind of escape is removed from strings, styled texts, tables, trees and groups."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree

    evil = ESCAPES[name]
    table = Table(title=evil, caption=evil)
    table.add_column(evil)
    table.add_row(f"[bold]{evil}[/]")
    table.add_row(Text(evil, style="red"))
    tree = Tree(evil)
    tree.add(Text(f"say {evil} twice"))
    written = io.StringIO()
    screen = Screen(file=written, color_system=None, width=60)
    screen.print(evil, Text(evil), table, tree, Group(evil, Text(evil)), markup=True)
    screen.print(evil, markup=False, soft_wrap=True)
    assert not steering(written.getvalue())


@pytest.mark.parametrize("text", [*ESCAPES.values(), "\ud800", "\0", "plain ✓ 日本語 é"])
def test_json_holds_every_character_and_shows_none_that_steers(text: str) -> None:
    """JSON keeps the same value for a program, and has no character that steers a terminal."""
    for indent in (None, 2):
        written = json_text({text: [text, {"a": text}]}, indent)
        assert json.loads(written) == {text: [text, {"a": text}]}
        assert not steering(written)
        written.encode()
    assert "✓ 日本語 é" in json_text("✓ 日本語 é"), "what is harmless stays readable"


BAD_IDS = (
    "org/nul\0", "org/esc\x1b[2J", "../../etc/passwd", "org/../x", "/etc/passwd", "org/a/b", "org/a b", "",
    "org/" + "a" * 97, "org/\u202egnp", "org/a\n",
)  # fmt: skip


def test_an_id_that_no_model_can_have_is_left_out_of_the_hub_s_list(home: Path) -> None:
    """An id in the Hub's list that no model can have (with a NUL, an escape, a path) is left out, with a warning."""
    models = {bad: model_card(bad, "summarization") for bad in BAD_IDS} | {
        "org/ok": model_card("org/ok", "summarization")
    }
    with serve(ScriptedHub(models)) as server, redirect_hub_to(server.url):
        hub = HubIndex(Settings(home=home))
        listed = [model.model_id for model in hub.refresh("summarization")]
    assert "org/ok" in listed
    assert not set(listed) & set(BAD_IDS)
    assert "left out" in (hub.warning or "")
    assert not steering(hub.warning or "")


def test_a_poisoned_stored_list_is_read_without_its_bad_rows(shell: Shell, home: Path) -> None:
    """A stored list with an impossible id or a damaged row stops no command; what is left out is reported."""
    poison(home)
    with sqlite3.connect(home.with_name("cache") / "catalog.db") as db:
        db.execute("insert into hub_models values ('summarization', 9, '[[[[', 0)")
    kept = CatalogCache(home.with_name("cache"))
    assert [model.model_id for model in kept.models("summarization")[0]] == ["org/good"]
    assert kept.rejected == 3
    done = shell.each([["models", "summarization"], ["tasks"], ["run", "say 'hi' aloud"], ["doctor"]])
    assert done.code == 0
    assert "3 models of the Hub's list left out" in done.err
    assert "null byte" not in done.out + done.err
    assert done.err.count("exit 0") >= 3, done.err


async def test_events_as_json_do_not_steer(home: Path) -> None:
    """Events as JSON hold every character, with escapes for those that steer."""
    for event in await hostile_run(home):
        written = json_text(event.model_dump(mode="json"))
        assert not steering(written)
        assert read_event(json.loads(written)) == event
