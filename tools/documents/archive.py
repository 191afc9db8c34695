"""`Archive`: the members of a zipped document (Office, OpenDocument, EPUB), within limits on what they unpack to."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from ...graph.errors import input_too_large
from .reading import unreadable

MOST_UNPACKED = 100_000_000
"""Bytes of all members together that are read of one file."""


class Archive:
    """The members of a zipped document; each read counts against `MOST_UNPACKED`."""

    def __init__(self, members: zipfile.ZipFile, label: str, what: str) -> None:
        self._members, self._label, self._what = members, label, what
        self._left = MOST_UNPACKED
        self.names = frozenset(members.namelist())

    def bytes(self, name: str) -> bytes:
        """A member. Raises `ExpertError` (input fault) where it is missing, damaged or too large."""
        try:
            with self._members.open(name) as member:
                data = member.read(self._left + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            locked = "encrypted" in str(error)
            raise unreadable(
                self._label, self._what, "it is locked by a password" if locked else f"{name} is damaged"
            ) from None
        except Exception as error:
            raise unreadable(self._label, self._what, f"{name} is damaged ({error})") from None
        self._left -= len(data)
        if self._left < 0:
            raise input_too_large(
                f"{self._label} unpacks to more than {MOST_UNPACKED:,} bytes",
                hint="Save the part that you need by itself.",
            )
        return data

    def xml(self, name: str) -> Any:
        """A member as an XML tree: no entity, no DTD, nothing outside is read. Raises `ExpertError` (input fault)."""
        return xml_tree(self.bytes(name), self._label, self._what)

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Of a part of an Office file the parts that it names, by id: the last word of their type, and their path."""
        folder, base = dirname(name), name.rpartition("/")[2]
        rels = join(folder, "_rels", f"{base}.rels")
        if rels not in self.names:
            return {}
        return {
            each.get("Id", ""): (each.get("Type", "").rpartition("/")[2], _path(folder, each.get("Target", "")))
            for each in self.xml(rels)
            if isinstance(each.tag, str) and each.get("TargetMode") != "External"
        }


def _path(folder: str, target: str) -> str:
    return normpath(target.lstrip("/") if target.startswith("/") else join(folder, target))


def xml_tree(data: bytes, label: str, what: str) -> Any:
    """The tree of XML from outside. Raises `ExpertError` (input fault)."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise unreadable(label, what, f"its XML is damaged ({error})") from None


@contextmanager
def opened(path: Path, label: str, what: str) -> Iterator[Archive]:
    """A zipped document. Raises `ExpertError` (input fault)."""
    try:
        members = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable(label, what, "it is cut off or damaged") from error
    with members:
        yield Archive(members, label, what)
