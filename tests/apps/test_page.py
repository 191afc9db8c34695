"""`export RUN out.html`: one file with all of a run, which loads nothing, runs nothing, and is read on any screen."""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hostile import Wire, head_of, listening
from hugginggpt.apps.cli.output_files import names_of
from hugginggpt.apps.page import media as media_module
from hugginggpt.apps.page.drawing import draw_dag
from hugginggpt.apps.page.media import Media
from hugginggpt.apps.page.page import Material, render_page
from hugginggpt.apps.session import Session
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.result import Result, Run
from hugginggpt.tools.scripted import ScriptedBackend
from in_process import as_json, files_of_at_most, typed
from paths import ROOT
from scripting import OpenScripted, ask, skewed, step

PLAN = [
    step(0),
    {"task": "object-detection", "id": 1, "dep": [-1], "args": {"image": str(ROOT / "examples/portrait.jpg")}},
    {"task": "text-to-image", "id": 2, "dep": [0], "args": {"text": "<resource>-0"}},
    {"task": "text-to-speech", "id": 3, "dep": [0], "args": {"text": "<resource>-0"}},
    {"task": "summarization", "id": 4, "dep": [0], "args": {"text": ["<resource>-0", "one more"]}},
    {"task": "text-to-video", "id": 5, "dep": [0], "args": {"text": "a boat"}},
]


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = list[str](), list[tuple[str, str, str]](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


@pytest.fixture
async def material(home: Path, scripted: OpenScripted) -> tuple[Material, Callable[[Any], Path]]:
    """A run of a conversation with two turns, one task of which failed."""
    async with scripted(PLAN, backend=ScriptedBackend(failures={"5": "there is no film"})) as world:
        await ask(world, "a first request")
        await ask(world, "look at examples/portrait.jpg", files=[str(ROOT / "examples/portrait.jpg")])
        history = Session(world).history
        runs = await history.runs()
        members = await history.members(runs[0].epoch)
        resources = await history.resources()
        return Material(runs[0], members, runs[::-1], resources, ()), world.store.path


async def test_the_page_has_the_conversation_the_plan_each_task_the_gallery_the_times_and_the_json(
    tmp_path: Path, home: Path, material: tuple[Material, Any]
) -> None:
    run, out = material[0].run, tmp_path / "run.html"
    written = await as_json("export", run.run_id, out, home=home)
    html = out.read_text()
    page, text = Page(html), " ".join(Page(html).text)
    assert (written["size"], written["missing"], written["beside"]) == (out.stat().st_size, [], [])
    assert out.stat().st_size < 2_000_000
    assert {"a first request", "look at examples/portrait.jpg"} <= {each.strip() for each in page.text}
    assert {f"task-{number}" for number in range(6)} <= set(page.values("id"))
    assert {"conversation", "plan", "tasks", "time", "resources", "json"} <= set(page.values("id"))
    assert "there is no film" in text
    assert "the only expert that can do it here" in text
    assert '"task": "text-to-speech"' in text
    assert {"img", "audio", "svg", "image", "table", "details"} <= set(page.tags)
    assert "rect" in page.tags
    assert page.text.count("thing") > 1, "the label of a box, over the picture and in the table"
    assert len(page.values("id")) == len(set(page.values("id")))
    links = {value.removeprefix("#") for value in page.values("href") if value.startswith("#")}
    assert links <= set(page.values("id"))


async def test_a_file_in_an_answer_has_the_name_that_out_gives_it(
    tmp_path: Path, material: tuple[Material, Any]
) -> None:
    given, path_of = material
    picture = next(row for row in given.run.results if row.resources and row.resources[0].kind == "image")
    answer = f"Picture, final [{picture.key}]: {path_of(picture.resources[0])}"
    run = given.run.model_copy(update={"answer": answer})
    page = render_page(given._replace(run=run, conversation=[run]), Media(path_of, tmp_path / "run.html"))
    names = [names for row in run.results for names in names_of(row, run.plan)]
    named = next(name for name, sha256 in names if sha256 == picture.resources[0].sha256)
    assert f">{named}</a>" in page


HOSTILE = (
    "</title></style></pre></script><script>document.title='RUNS'</script>"
    "<img src='{url}/image' onerror=\"document.title='RUNS'\"><svg onload=\"document.title='RUNS'\">"
    "<link rel=stylesheet href={url}/style>\"'><iframe src='javascript:parent.document.title=1'></iframe>"
    "<meta http-equiv=refresh content='0;url={url}/next'>{{{{ 7 * 7 }}}} {{% raw %}} <!-- ]]> &lt; \u202e"
)
KEPT = {"kind", "sha256", "status", "type", "approve", "select", "stage"}
"""Fields that have a fixed set of values."""


def hostile(value: Any, text: str, name: str = "") -> Any:
    """The value with that text in every field that takes any."""
    match value:
        case str() if name not in KEPT:
            return text
        case list() | tuple():
            return [hostile(each, text, name) for each in value]
        case dict():
            return {key: hostile(each, text, key) for key, each in value.items()}
    return value


def hostile_page(material: Material, path_of: Any, out: Path, url: str) -> str:
    text = HOSTILE.format(url=url)
    run = material.run.model_dump(mode="json")
    plan = Plan.from_hugginggpt(
        [{"task": "summarization", "id": 0, "dep": [-1], "args": {"text": text}, "goal": text}, *map(step, range(1, 6))]
    )
    results = [Result.model_validate(hostile(row, text)) for row in run.pop("results")]
    run.pop("plan")
    changed = Run.model_validate(hostile(run, text)).model_copy(update={"plan": plan, "results": tuple(results)})
    members = [Result.model_validate(hostile(row.model_dump(mode="json"), text)) for row in material.members]
    resources = [hostile(dict(row), text) for row in material.resources]
    picture = next(path_of(each) for each in material.run.resources if each.kind == "image")
    media = Media(lambda resource: picture if resource.kind == "image" else path_of(resource), out)
    page = render_page(Material(changed, members, [changed, changed], resources, ()), media)
    out.write_text(page, encoding="utf-8", errors="replace")
    return page


def test_hostile_text_in_every_field_is_only_text(tmp_path: Path, material: tuple[Material, Any]) -> None:
    page = Page(hostile_page(*material, tmp_path / "page.html", "http://127.0.0.1:9"))
    assert not {"script", "iframe", "link", "object", "embed", "form", "base"} & set(page.tags)
    assert [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"] == []
    loaded = [value for name in ("src", "href", "xlink:href", "srcset", "poster") for value in page.values(name)]
    assert [value for value in loaded if not value.startswith(("data:image/", "data:audio/", "data:video/", "#"))] == [
        value for value in loaded if value.startswith("page-files/")
    ]
    assert page.values("http-equiv") == ["Content-Security-Policy"]
    (policy,) = [value for _, name, value in page.attributes if name == "content" and "default-src" in value]
    assert policy.startswith("default-src 'none'; img-src data:; media-src data:; style-src 'sha256-")
    assert "\u202e" not in "".join(page.text)
    assert "49" not in [each.strip() for each in page.text]


async def test_a_large_file_is_beside_the_page_and_said_so(
    tmp_path: Path, home: Path, material: tuple[Material, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "MOST_OF_ONE", 1000)
    out = tmp_path / "run.html"
    shown = await typed("export", out, home=home)
    assert shown.exit_code == 0
    beside = list((tmp_path / "run-files").iterdir())
    assert [file.suffix for file in beside] == [".wav"]
    assert "1 large file beside it, in run-files" in shown.output
    assert f"run-files/{beside[0].name}" in Page(out.read_text()).values("href")


async def test_the_page_of_a_large_run_stays_small_and_says_what_it_shows_in_part(
    tmp_path: Path, home: Path, scripted: OpenScripted
) -> None:
    long = [
        {"task": "text-generation", "id": n, "dep": [-1], "args": {"text": f"{n} " + "long " * 1500}}
        for n in range(120)
    ]
    async with scripted(long) as world:
        await ask(world)
    written = await as_json("export", tmp_path / "run.html", home=home)
    assert written["size"] < 2_000_000
    assert written["shortened"] > 0
    assert "long texts or tables are shown in part" in (tmp_path / "run.html").read_text()


async def test_a_file_that_is_gone_is_named_and_the_exit_code_says_so(
    tmp_path: Path, home: Path, material: tuple[Material, Any]
) -> None:
    for file in (home / "resources").rglob("*.wav"):
        file.unlink()
    shown = await typed("export", tmp_path / "run.html", home=home)
    assert shown.exit_code == 3
    assert "files that are gone from the home" in shown.output
    assert "its file is gone, or was changed" in (tmp_path / "run.html").read_text()


async def test_on_a_full_disk_nothing_is_left_of_a_page(
    tmp_path: Path, home: Path, material: tuple[Material, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "MOST_OF_ONE", 1000)
    before = set(tmp_path.iterdir())
    for size in (500, 20_000):  # as the files beside it are written; as the page is
        with files_of_at_most(size):
            refused = await typed("export", tmp_path / "run.html", home=home)
        assert refused.exit_code == 1
        assert "can't be written: File too large" in refused.output
        assert set(tmp_path.iterdir()) == before


def test_tasks_stand_right_of_all_that_they_need() -> None:
    plan = Plan.from_hugginggpt(skewed(40))
    boxes = {box.task_id: box for box in draw_dag(plan).boxes}
    assert all(boxes[task.id].x > boxes[before].x for task in plan.tasks for before in task.depends_on)
    assert len({(box.x, box.y) for box in boxes.values()}) == 40


# -- in a browser ------------------------------------------------------------------------------------------------------


def chromium(page: Path, *options: str) -> str:
    """What headless Chromium prints."""
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--timeout=4000"]
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as profile:  # a socket's path is short
        done = subprocess.run(
            [*command, f"--user-data-dir={profile}", *options, page.as_uri()],
            capture_output=True, text=True, timeout=100, check=True, env=environment,
        )  # fmt: skip
    return done.stdout


@pytest.mark.browser
def test_in_a_browser_hostile_text_runs_no_script_and_loads_nothing(
    tmp_path: Path, material: tuple[Material, Any]
) -> None:
    def refuse(wire: Wire, connection: Any) -> None:
        head_of(wire, connection)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    out = tmp_path / "page.html"
    with listening(refuse) as wire:
        hostile_page(*material, out, wire.url)
        dom = chromium(out, "--dump-dom")
        assert wire.heads == []
    assert "RUNS" not in re.findall(r"<title>(.*?)</title>", dom, re.DOTALL)[0][:5]
    assert '<h2 id="h-tasks">Tasks</h2>' in dom
    # the listener would have seen it: the same text, not escaped
    with listening(refuse) as wire:
        (tmp_path / "open.html").write_text(HOSTILE.format(url=wire.url))
        chromium(tmp_path / "open.html", "--dump-dom")
        assert wire.heads


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(500, "light"), (1200, "dark")])
async def test_in_a_browser_the_page_fits_a_phone_and_a_desktop_light_and_dark(
    tmp_path: Path, home: Path, material: tuple[Material, Any], width: int, scheme: str
) -> None:
    out, picture = tmp_path / "run.html", tmp_path / "run.png"
    await as_json("export", out, home=home)
    dark = ["--force-dark-mode"] if scheme == "dark" else []
    chromium(out, *dark, f"--window-size={width},2400", f"--screenshot={picture}")
    shot = Image.open(picture).convert("L")
    assert shot.width == width
    assert (shot.getpixel((3, 3)) > 200) == (scheme == "light")  # type: ignore[operator]
    assert len(shot.getcolors() or ()) > 40, "the page is blank"
    measured = re.sub(r"<meta http-equiv=.*?>", "", out.read_text()).replace(
        "</body>", "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth</script></body>"
    )
    (tmp_path / "measured.html").write_text(measured)
    dom = chromium(tmp_path / "measured.html", f"--window-size={width},2400", "--dump-dom")
    wide, inner = map(int, re.findall(r"<title>(\d+) of (\d+)", dom)[0])
    assert wide <= inner, "it scrolls to the side"
