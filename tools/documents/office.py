"""`word_text`, `slides_text`, `open_document_text`, `book_text`: the text of zipped documents, all of their parts."""

import re
from collections.abc import Sequence
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from .archive import Archive, opened
from .book_chapters import in_chapters
from .forms import OPEN, SLIDES, WORD, local
from .marked_up import text_of
from .parts import numbered
from .reading import Reading, as_accepted, joined, unreadable

_PICTURE = re.compile(r"(?:word|ppt)/media/|(?:^|/)Pictures/|\.(?:png|jpe?g|gif|webp|emf|wmf|tiff?)$", re.IGNORECASE)

_CHART = re.compile(r"^(?:word|ppt)/(?:charts/chart[^/]*|charts/[^/]*/chart[^/]*)\.xml$|^Object [^/]*/content\.xml$")
"""A chart of Office; in OpenDocument, where formulas of mathematics are written so too, an object."""


def word_text(path: Path, label: str) -> Reading:
    """A Word document: headers, body, notes, footers. Deleted and hidden text is left out."""
    with opened(path, label, "a Word document") as parts:
        main = _main(parts, "word/document.xml")
        related = parts.related(main).values()

        def texts(kind: str) -> list[str]:
            found = (text_of(parts.xml(part), WORD) for type_, part in related if type_ == kind)
            return list(dict.fromkeys(filter(None, found)))

        notes = [*texts("footnotes"), *texts("endnotes")]
        text = joined([*texts("header"), text_of(parts.xml(main), WORD), *notes, *texts("footer")])
        comments = ("its comments are not read",) if texts("comments") else ()
        return _checked(text, label, parts, (*comments, *_tracked(parts.xml(main), CHANGES)))


CHANGES = ("ins", "del", "moveFrom", "moveTo")
"""Elements of Word around what was changed while changes were tracked."""


def _tracked(tree: Any, names: Sequence[str]) -> tuple[str, ...]:
    """A note where a document has changes that are tracked."""
    return as_accepted(sum(local(each) in names and len(each) > 0 for each in tree.iter()))


def slides_text(path: Path, label: str) -> Reading:
    """A presentation, slide by slide in their order, each with its speaker notes. Slides that are not shown are left out."""
    with opened(path, label, "a presentation") as parts:
        main = _main(parts, "ppt/presentation.xml")
        related = parts.related(main)
        ids = [slide for slide in parts.xml(main).iter() if local(slide) == "sldId"]
        slides = [related[key][1] for slide in ids if (key := _relation(slide)) in related]
        trees = [(name, parts.xml(name)) for name in slides]
        shown = [(name, tree) for name, tree in trees if tree.get("show") not in ("0", "false")]
        hidden = len(trees) - len(shown)
        notes = (f"{hidden} of its {len(trees)} slides are hidden, and not read",) if hidden else ()
        slides_read = [_slide(parts, name, tree) for name, tree in shown]
        text = numbered("Slide", slides_read) if any("".join(slide) for slide in slides_read) else ""
        return _checked(text, label, parts, notes)


def _slide(parts: Archive, name: str, tree: Any) -> tuple[str, str]:
    """The title and the text of a slide."""
    related = parts.related(name).values()
    drawn = [text_of(parts.xml(part), SLIDES) for kind, part in related if kind == "diagramData"]
    spoken = [text_of(parts.xml(part), SLIDES) for kind, part in related if kind == "notesSlide"]
    spoken = [f"Speaker notes: {text}" for text in spoken if text and not text.strip().isdigit()]
    title = next((" ".join(text_of(shape, SLIDES).split()) for shape in tree.iter() if _is_title(shape)), "")
    body = text_of(tree, SLIDES)
    first, _, rest = body.partition("\n\n")
    return title, joined([rest if title and " ".join(first.split()) == title else body, *drawn, *spoken])


def _is_title(shape: Any) -> bool:
    kinds = (mark.get("type") for mark in shape.iter() if local(mark) == "ph") if local(shape) == "sp" else ()
    return any(kind in ("title", "ctrTitle") for kind in kinds)


def open_document_text(path: Path, label: str) -> Reading:
    """An OpenDocument text or presentation: headers, body, notes, footers."""
    with opened(path, label, "an OpenDocument file") as parts:
        if "META-INF/manifest.xml" in parts.names and b"encryption-data" in parts.bytes("META-INF/manifest.xml"):
            raise unreadable(label, "an OpenDocument file", "it is locked by a password", "Save a copy without one.")
        body = text_of(parts.xml("content.xml"), OPEN)
        frame = parts.xml("styles.xml") if "styles.xml" in parts.names else ()
        pages = [page for page in frame if local(page) == "master-styles"]
        kept = {
            name: [each for page in pages for each in page.iter() if local(each) == name]
            for name in ("header", "footer")
        }
        changed = _tracked(parts.xml("content.xml"), ("changed-region",))
        remarks = any(local(each) == "annotation" for each in parts.xml("content.xml").iter())
        changed += ("its comments are not read",) if remarks else ()
        slides = [each for each in parts.xml("content.xml").iter() if local(each) == "page"]
        body = numbered("Slide", [_open_slide(slide) for slide in slides]) if slides and body.strip() else body
        heads, feet = ([text_of(each, OPEN) for each in kept[name]] for name in ("header", "footer"))
        return _checked(joined([*dict.fromkeys(heads), body, *dict.fromkeys(feet)]), label, parts, changed)


def _open_slide(slide: Any) -> tuple[str, str]:
    """The title and the text of a page of OpenDocument."""
    classed = ((frame, str(value)) for frame in slide for key, value in frame.attrib.items() if key.endswith("}class"))
    title = next((" ".join(text_of(frame, OPEN).split()) for frame, kind in classed if kind == "title"), "")
    body = text_of(slide, OPEN)
    first, _, rest = body.partition("\n\n")
    return title, rest if title and " ".join(first.split()) == title else body


def book_text(path: Path, label: str) -> Reading:
    """An EPUB book, its chapters in reading order."""
    with opened(path, label, "an EPUB book") as parts:
        root = next(
            (e.get("full-path") for e in parts.xml("META-INF/container.xml").iter() if local(e) == "rootfile"), ""
        )
        if not root:
            raise unreadable(label, "an EPUB book", "it names no content")
        package = parts.xml(root)
        files = {e.get("id"): unquote(e.get("href", "")) for e in package.iter() if local(e) == "item"}
        order = [files.get(e.get("idref"), "") for e in package.iter() if local(e) == "itemref"]
        read = [normpath(join(dirname(root), name)) for name in order if name]
        return _checked(in_chapters(parts, root, read), label, parts, ())


def _main(parts: Archive, usual: str) -> str:
    named = [part for kind, part in parts.related("").values() if kind == "officeDocument"]
    return named[0] if named else usual


def _relation(element: Any) -> str:
    return next((str(value) for name, value in element.attrib.items() if name.endswith("}id")), "")


def _checked(text: str, label: str, parts: Archive, notes: tuple[str, ...]) -> Reading:
    charts = sum(bool(_CHART.search(name)) for name in parts.names)
    notes += (f"its {charts} charts are not read",) if charts else ()
    pictures = sum(bool(_PICTURE.search(name)) and "thumbnail" not in name.lower() for name in parts.names)
    if not text.strip():
        what = f"its {pictures} pictures are not read" if pictures else "it is empty"
        raise unreadable(label, "text", f"there is no text in it, and {what}", "Save it as PDF to have its pages read.")
    return Reading(text, (*notes, f"its {pictures} pictures are not read") if pictures else notes)
