"""`render_page`: a run with its conversation as one HTML file, from its rows and files."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ...graph.resource import Resource
from ...graph.result import Result, Run
from ...graph.task import Ref, Single, Task, Template, singles_in
from ...graph.usage import LlmCall
from ...graph.version import __version__
from ...graph.vocabulary import VOCABULARY
from ..cli.output_files import names_of
from ..cli.printable import clean
from .drawing import draw_dag, draw_time
from .media import MOST_TEXT, SHORT_TEXT, Media, Shown

_TEMPLATES = Path(__file__).with_name("templates")
_CITED = re.compile(r"\[(\d+)\]")


class Material(NamedTuple):
    """All that a page is made from."""

    run: Run
    members: Sequence[Result]
    conversation: Sequence[Run]
    """Its runs, oldest first."""
    resources: Sequence[Mapping[str, Any]]
    """Rows of the table `resources` of the conversation, oldest first."""
    calls: Sequence[LlmCall]


class Input(NamedTuple):
    """An input of a task: text, with the tasks whose outputs stand in it, and files."""

    name: str
    parts: list[str | int]
    files: list[Shown]


class Output(NamedTuple):
    """A piece of an output."""

    name: str
    maker: str
    shown: Shown


class Done(NamedTuple):
    """A task on the page."""

    task: Task
    row: Result | None
    description: str
    inputs: list[Input]
    outputs: list[Output]


class Card(NamedTuple):
    """A resource in the gallery."""

    shown: Shown
    maker: str
    run_id: str
    task_id: int | None
    """Of this run."""


def render_page(material: Material, media: Media) -> str:
    """The page; `media` has in the end what stands beside it, and what is missing or cut short."""
    run = material.run
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["answer"] = lambda turn: _answer(turn, run, media)
    style = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    given = [media.show(file) for file in run.request.files]
    done = list(_tasks(run, material.members, media))
    return environment.get_template("page.html.j2").render(
        run=run,
        calls=material.calls,
        conversation=material.conversation,
        given=given,
        tasks=done,
        by_id={each.task.id: each for each in done},
        dag=draw_dag(run.plan),
        chart=draw_time(run),
        gallery=list(_gallery(material, media)),
        plan=_plan(run, media),
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        media=media,
        version=__version__,
    )


def _tasks(run: Run, members: Sequence[Result], media: Media) -> Iterator[Done]:
    rows = {row.task_id: row for row in run.results}
    for task in run.plan.tasks:
        row = rows.get(task.id)
        inputs = [_input(name, list(singles_in(value)), media) for name, value in task.inputs.items()]
        pictures = [single for value in task.inputs.values() for single in singles_in(value)]
        over = next((each for single in pictures if (each := _picture_of(single, rows)) is not None), None)
        outputs = [
            Output(name, _member_of(made, row, members), media.show(made, over))
            for name, resources in (row.outputs if row else {}).items()
            for made in resources
        ]
        yield Done(task, row, VOCABULARY[task.type].description, inputs, outputs)


def _input(name: str, singles: Sequence[Single], media: Media) -> Input:
    parts, files = list[str | int](), list[Shown]()
    for single in singles:
        match single:
            case str():
                parts.append(media.cut(single))
            case Ref():
                parts.append(single.task_id)
            case Template():
                parts += [media.cut(part) if isinstance(part, str) else part.task_id for part in single.parts]
            case Resource():
                if single.name is None and single.text is not None:
                    parts.append(media.cut(single.text))
                else:
                    files.append(media.show(single))
    return Input(name, parts, files)


def _picture_of(single: Single, rows: Mapping[int, Result]) -> Resource | None:
    """The picture that an input is, where there is one."""
    if isinstance(single, Resource):
        return single if single.kind == "image" and single.sha256 else None
    made = rows[single.task_id].resources if isinstance(single, Ref) and single.task_id in rows else ()
    return made[0] if len(made) == 1 and made[0].kind == "image" else None


def _member_of(made: Resource, row: Result | None, members: Sequence[Result]) -> str:
    """The name of the member of a list that it was made for."""
    if row is None or made.producer in (None, row.key):
        return ""
    member = next((each for each in members if each.key == made.producer), None)
    return clean(member.name or made.producer or "") if member else clean(made.producer or "")


def _gallery(material: Material, media: Media) -> Iterator[Card]:
    for row in material.resources:
        resource = Resource(**{name: row[name] for name in Resource.model_fields if name in row})
        mine = row["run_id"] == material.run.run_id
        key = str(row["key"] or "")
        task_id = int(key.partition("[")[0]) if mine and key.partition("[")[0].isdecimal() else None
        maker = " ".join(clean(str(row[name])) for name in ("task_type", "model_id") if row[name]) if key else "given"
        yield Card(media.show(resource), maker, str(row["run_id"]), task_id)


def _answer(run: Run, shown: Run, media: Media) -> Markup:
    """An answer, its citations as links to the tasks of this run, paths of files as links, named as `--out` names them."""
    text, links = media.cut(clean(run.answer)), dict[str, Markup]()
    names = {sha256: name for row in reversed(run.results) for name, sha256 in names_of(row, run.plan)}
    for resource in run.resources:
        if resource.sha256 and (path := str(media.path_of(resource))) in text:
            mark = f"\x00{resource.sha256[:16]}\x00"  # `clean` leaves no such character
            text = text.replace(path, mark)
            words = clean(names.get(resource.sha256, resource.label))
            links[mark] = Markup('<a href="#data-{}">{}</a>').format(resource.sha256[:16], words)
    pieces = re.split(r"(\x00[0-9a-f]{16}\x00)", text)
    return Markup("").join(links[piece] if piece in links else _linked(piece, run, shown) for piece in pieces)


def _linked(text: str, run: Run, shown: Run) -> Markup:
    if run.run_id != shown.run_id:
        return escape(text)
    pieces = _CITED.split(text)
    known = {str(task.id) for task in run.plan.tasks}
    return Markup("").join(
        (Markup('<a class="cite" href="#task-{0}">[{0}]</a>').format(piece) if piece in known else f"[{piece}]")
        if place % 2
        else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _plan(run: Run, media: Media) -> str:
    """The paper's JSON; of a plan with much text the beginning of each."""
    text = json.dumps(run.plan.to_hugginggpt(), indent=2, ensure_ascii=False)
    if len(text) <= MOST_TEXT // 3:
        return text
    media.shortened += 1
    return json.dumps(_short(run.plan.to_hugginggpt()), indent=2, ensure_ascii=False)


def _short(value: Any) -> Any:
    match value:
        case str():
            return value if len(value) <= SHORT_TEXT else f"{value[:SHORT_TEXT]}…"
        case dict():
            return {name: _short(each) for name, each in value.items()}
        case list() | tuple():
            return [_short(each) for each in value]
    return value


def _moment(seconds: float) -> str:
    """UTC: a page is read elsewhere."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if seconds else ""
