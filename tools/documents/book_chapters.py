"""`in_chapters`: the text of an EPUB book, its chapters numbered and named as its table of contents does."""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from .archive import Archive
from .forms import local
from .html import html_text
from .parts import numbered
from .reading import joined


def in_chapters(parts: Archive, package: str, read: Sequence[str]) -> str:
    """The files of a book in their order, each entry of its contents a chapter; unnumbered where these name no files.

    What stands before the first chapter has no number, nor has a page with its title only; a file without an entry goes
    on with the chapter before it.
    """
    texts = {name: html_text(parts.bytes(name)) for name in read}
    for deepest in (1, 9):
        titles = dict[str, str]()
        for name, title in _contents(parts, package, deepest):
            titles.setdefault(name, title)
        front, chapters = _divided(texts, titles)
        if chapters:
            return joined([*front, numbered("Chapter", [(title, joined(text)) for title, text in chapters])])
    return joined(list(texts.values()))


def _divided(texts: Mapping[str, str], titles: Mapping[str, str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """What stands before the first chapter, and the title and texts of each."""
    front, chapters = list[str](), list[tuple[str, list[str]]]()
    for name, text in texts.items():
        body = _without_title(text, titles[name]) if name in titles else ""
        if body.strip() and not _is_contents(body, titles):
            chapters.append((titles[name], [body]))
        elif chapters:
            chapters[-1][1].append(text)
        else:
            front.append(text)
    return front, chapters


def _contents(parts: Archive, package: str, deepest: int) -> Iterator[tuple[str, str]]:
    """The files and titles of the levels of a table of contents down to one: EPUB 3's navigation, else EPUB 2's NCX."""
    items = [each for each in parts.xml(package).iter() if local(each) == "item"]
    for item in items:
        file = normpath(join(dirname(package), unquote(item.get("href") or "")))
        if "nav" in (item.get("properties") or "").split() and file in parts.names:
            lists = [each for each in parts.xml(file).iter() if local(each) == "nav" and _is_toc(each)]
            links = [
                link for each in lists[:1] for link in each.iter() if local(link) == "a" and _depth(link) <= deepest
            ]
            found = [(link.get("href") or "", "".join(link.itertext())) for link in links]
        elif item.get("media-type") == "application/x-dtbncx+xml" and file in parts.names:
            found = list(_points(parts.xml(file), deepest))
        else:
            continue
        yield from (
            (normpath(join(dirname(file), unquote(target.partition("#")[0]))), " ".join(title.split()))
            for target, title in found
        )


def _is_toc(nav: Any) -> bool:
    return any(key.endswith("}type") and value == "toc" for key, value in nav.attrib.items())


def _depth(link: Any) -> int:
    """Within how many lists of a navigation it stands."""
    return sum(local(above) == "ol" for above in link.iterancestors())


def _points(tree: Any, deepest: int) -> Iterator[tuple[str, str]]:
    """The entries of an NCX."""
    points = (each for each in tree.iter() if local(each) == "navPoint")
    for point in (
        each for each in points if sum(local(above) == "navPoint" for above in each.iterancestors()) < deepest
    ):
        label = next((each for each in point if local(each) == "navLabel"), None)
        target = next((each.get("src") or "" for each in point if local(each) == "content"), "")
        yield target, "".join(label.itertext()) if label is not None else ""


def _is_contents(text: str, titles: Mapping[str, str]) -> bool:
    """Whether a file is the table of contents itself: its lines are the titles of others."""
    lines = [" ".join(line.strip("-• ").split()) for line in text.splitlines() if line.strip()]
    return 2 * sum(line in titles.values() for line in lines) > len(lines) + 1


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n\n")
    return rest if " ".join(first.split()) == title else text
