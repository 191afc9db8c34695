"""`Media`: how the page shows a resource: pictures, sound and film in the file itself, large ones beside it."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from ...graph.call import Material
from ...graph.errors import HuggingGPTError
from ...graph.media_types import suffix_of
from ...graph.resource import Resource
from ...graph.stored import has_hash
from ..cli.printable import clean

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_OF_ONE, MOST_OF_ALL = 6_000_000, 48_000_000
"""Bytes of a file, and of all together, that stand in the page; others are copied beside it."""
MOST_TEXT: Final = 700_000
"""Characters of texts and tables in the page."""
LONG_TEXT, SHORT_TEXT = 20_000, 300
"""Characters of one text; of each after `MOST_TEXT`."""
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 100, 30, 300
_SHOWN: Final = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"}
"""Pictures that browsers show; any other is shown as PNG."""
_THUMB, _SIDE = 360, 1600
"""Pixels of the longer side: of a small picture; of a picture that is shown in another format."""
How = Literal["picture", "sound", "film", "text", "table", "boxes", "link", "again", "missing"]


class Region(NamedTuple):
    """A box over a picture, in pixels from the top left."""

    label: str
    x: float
    y: float
    width: float
    height: float


class Shown(NamedTuple):
    """A resource on the page."""

    how: How
    label: str
    anchor: str
    resource: Resource
    url: str = ""
    text: str = ""
    note: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table; the first has the names of the columns."""
    size: tuple[int, int] = (0, 0)
    regions: tuple[Region, ...] = ()


@dataclass
class Media:
    """What stands on the page so far: each file once, and after that a small picture that leads there."""

    path_of: Callable[[Resource], Path]
    out: Path
    embedded: int = 0
    """Bytes of files in the page."""
    characters: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    beside: dict[Path, Path] = field(default_factory=dict)
    """Copies that are to be made beside the page, with what they are of."""
    missing: list[str] = field(default_factory=list)
    shortened: int = 0
    """Texts and tables that are not on the page to their end."""

    def show(self, resource: Resource, over: Resource | None = None) -> Shown:
        """`over`: the picture that boxes are drawn over."""
        label, sha256 = clean(resource.label), resource.sha256 or ""
        anchor = f"data-{sha256[:16]}"
        if not sha256:
            return Shown("missing", label, anchor, resource, note=clean(resource.problem or "it was not found"))
        if sha256 in self.seen:
            return Shown("again", label, anchor, resource, url=self.seen[sha256])
        path = self.path_of(resource)
        if resource.text is None and not _is_whole(path, sha256):
            self.missing.append(label)
            return Shown("missing", label, anchor, resource, note="its file is gone, or was changed")
        self.seen[sha256] = ""
        shown = Shown("link", label, anchor, resource)
        match resource.kind:
            case "image" | "mask":
                return self._picture(shown, path)
            case "audio" | "video":
                if resource.size <= MOST_OF_ONE and self.embedded + resource.size <= MOST_OF_ALL:
                    how: How = "sound" if resource.kind == "audio" else "film"
                    return shown._replace(how=how, url=self._embedded(path.read_bytes(), resource.media_type))
            case "text" | "boxes" | "labels" | "table":
                return self._text(shown, path, over)
        return self._link(shown, path)

    def _picture(self, shown: Shown, path: Path) -> Shown:
        resource, note = shown.resource, ""
        try:
            picture = _read(resource, path)
        except (HuggingGPTError, OSError) as error:
            return self._link(shown, path)._replace(note=f"it can't be shown: {clean(str(error).splitlines()[0])}")
        size = picture.size
        data, media_type = b"", resource.media_type
        if media_type in _SHOWN and resource.size <= MOST_OF_ONE:
            data = path.read_bytes()
        else:
            small = picture.copy()
            small.thumbnail((_SIDE, _SIDE))
            data, media_type = _encoded(small, "PNG" if resource.kind == "mask" else "JPEG")
            note = f"shown smaller or in another format: {size[0]} × {size[1]} pixels, {resource.media_type}"
        if self.embedded + len(data) > MOST_OF_ALL:
            return self._link(shown, path)
        picture.thumbnail((_THUMB, _THUMB))
        small_data, small_type = _encoded(picture, "JPEG")
        self.seen[resource.sha256 or ""] = _url(small_data, small_type)
        return shown._replace(how="picture", url=self._embedded(data, media_type), note=note, size=size)

    def _text(self, shown: Shown, path: Path, over: Resource | None) -> Shown:
        material = Material(resource=shown.resource, path=path)
        try:
            text = clean(material.text())
            rows = _rows(material) if shown.resource.kind in ("boxes", "labels", "table") else None
        except (HuggingGPTError, OSError, ValueError) as error:
            return self._link(shown, path)._replace(note=clean(str(error).splitlines()[0]))
        if rows:
            return self._table(shown, rows, over, MOST_ROWS if self.characters < MOST_TEXT else 3)
        cut = self.cut(text)
        note = f"the first {len(cut) - 1:,} of {len(text):,} characters" if cut != text else ""
        return shown._replace(how="text", text=cut, note=note)

    def cut(self, text: str) -> str:
        """The text, or its beginning where it is long, or the page has much text already."""
        most = LONG_TEXT if self.characters < MOST_TEXT else SHORT_TEXT
        cut = text if len(text) <= most else f"{text[:most]}…"
        self.shortened += cut != text
        self.characters += len(cut)
        return cut

    def _table(self, shown: Shown, rows: list[dict[str, Any]], over: Resource | None, most: int) -> Shown:
        names = list(dict.fromkeys(name for row in rows[:most] for name in row))[:MOST_COLUMNS]
        cells = [tuple(clean(str(name)) for name in names)]
        cells += [tuple(_cell(row.get(name)) for name in names) for row in rows[:most]]
        self.characters += sum(len(cell) for row in cells for cell in row)
        cut = len(rows) > most or any(len(row) > len(names) for row in rows)
        self.shortened += cut
        note = f"{min(most, len(rows))} of {len(rows)} rows, at most {MOST_COLUMNS} columns" if cut else ""
        shown = shown._replace(how="table", rows=tuple(cells), note=note)
        if over is None or not (regions := _regions(rows)):
            return shown
        try:
            picture = _read(over, self.path_of(over))
        except (HuggingGPTError, OSError):
            return shown
        size = picture.size
        picture.thumbnail((_SIDE // 2, _SIDE // 2))
        data, media_type = _encoded(picture, "JPEG")
        if self.embedded + len(data) > MOST_OF_ALL:
            return shown
        return shown._replace(how="boxes", url=self._embedded(data, media_type), size=size, regions=regions)

    def _embedded(self, data: bytes, media_type: str) -> str:
        self.embedded += len(data)
        return _url(data, media_type)

    def _link(self, shown: Shown, path: Path) -> Shown:
        """A copy beside the page, in a folder of its own."""
        suffix = suffix_of(shown.resource.media_type)
        copy = self.folder / f"{shown.resource.kind}-{(shown.resource.sha256 or '')[:16]}{suffix}"
        self.beside[copy] = path
        return shown._replace(how="link", url=f"{quote(self.folder.name)}/{copy.name}")

    @property
    def folder(self) -> Path:
        """Where the copies are to be."""
        return self.out.with_name(f"{self.out.stem}-files")


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return has_hash(path, sha256)
    except OSError:
        return False


def _read(resource: Resource, path: Path) -> "Image":
    from ...tools.media.pictures import read_image

    return read_image(Material(resource=resource, path=path))


def _encoded(picture: "Image", form: str) -> tuple[bytes, str]:
    data = io.BytesIO()
    picture.save(data, form, quality=82)
    return data.getvalue(), f"image/{form.lower()}"


def _url(data: bytes, media_type: str) -> str:
    plain = (
        media_type if media_type.replace("/", "").replace("-", "").replace("+", "").replace(".", "").isalnum() else ""
    )
    return Markup(f"data:{plain or 'application/octet-stream'};base64,{base64.b64encode(data).decode('ascii')}")


def _rows(material: Material) -> list[dict[str, Any]] | None:
    from ...tools.media.rows import rows

    return rows(material)


def _cell(value: Any) -> str:
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = "" if value is None else clean(plain)
    return text if len(text) <= MOST_CELL else text[: MOST_CELL - 1] + "…"


def _regions(rows: list[dict[str, Any]]) -> tuple[Region, ...]:
    """Rows with a `box`, as regions; others have none."""
    found = list[Region]()
    for row in rows[:MOST_ROWS]:
        box = row.get("box")
        if isinstance(box, dict) and all(isinstance(box.get(n), int | float) for n in ("xmin", "ymin", "xmax", "ymax")):
            left, top = min(box["xmin"], box["xmax"]), min(box["ymin"], box["ymax"])
            width, height = abs(box["xmax"] - box["xmin"]), abs(box["ymax"] - box["ymin"])
            found.append(Region(_cell(row.get("label", row.get("text", ""))), left, top, width, height))
    return tuple(found)
