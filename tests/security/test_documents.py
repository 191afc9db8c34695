"""Documents made to do harm: archives that unpack without end, entities, deep nesting; read in a worker as all others."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.worker.decoder import Decoder
from hugginggpt.tools.backends.worker.pool import Workers

OFFICE = "application/vnd.openxmlformats-officedocument"
WORD, SHEET = f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"
OPEN, BOOK = "application/vnd.oasis.opendocument.text", "application/epub+zip"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder(Workers(Settings(), spare=1))
    yield decoder
    decoder.close()


def zipped(**members: bytes) -> bytes:
    """A zip file; `__` in a name is a slash, `_` a full stop."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return made.getvalue()


def laughs(depth: int = 12) -> bytes:
    """XML with entities that grow tenfold a level."""
    levels = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, depth))
    return f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e0 'ha'>{levels}]><x><t>&e{depth - 1};</t></x>".encode()


HARMFUL: dict[str, tuple[str, Callable[[], bytes]]] = {
    "word-of-a-gigabyte": (WORD, lambda: zipped(word__document_xml=b"<w><t>" + b" " * 1000 * MEGABYTE + b"</t></w>")),
    "sheet-of-a-gigabyte": (
        SHEET,
        lambda: zipped(xl__workbook_xml=b"<w/>", xl__worksheets__a_xml=b" " * 1000 * MEGABYTE),
    ),
    "word-of-laughs": (WORD, lambda: zipped(word__document_xml=laughs())),
    "open-text-of-laughs": (OPEN, lambda: zipped(content_xml=laughs())),
    "xml-of-laughs": ("application/xml", laughs),
    "nested-xml": ("application/xml", lambda: b"<a>" * 100_000 + b"</a>" * 100_000),
    "nested-json": ("application/json", lambda: b"[" * 100_000 + b"]" * 100_000),
    "rtf-of-groups": ("application/rtf", lambda: b"{\\rtf" + b"{" * 200_000),
    "book-outside-itself": (BOOK, lambda: zipped(META__=b"")),
    "parquet-of-nothing": ("application/vnd.apache.parquet", lambda: b"PAR1" + bytes(100) + b"PAR1"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_document_is_refused_with_its_name(decoder: Decoder, name: str) -> None:
    """A document that unpacks without end, grows by entities, or nests a hundred thousand deep is refused by its name."""
    media_type, make = HARMFUL[name]

    with pytest.raises(ExpertError, match=r"evil\.bin"):
        decoder.read(make(), media_type, "evil.bin")


@pytest.mark.parametrize(
    ("media_type", "make"),
    [
        ("application/xml", lambda xml: xml),
        (WORD, lambda xml: zipped(word__document_xml=xml)),
        (OPEN, lambda xml: zipped(content_xml=xml)),
    ],
)
def test_no_entity_brings_a_file_of_this_machine_into_a_text(
    decoder: Decoder, media_type: str, make: Callable[[bytes], bytes]
) -> None:
    """No entity of XML, Word or OpenDocument brings a file of this machine into the text."""
    xml = (
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x><p><t>kept &e; too</t></p></x>"
    )

    read = decoder.read(make(xml), media_type, "evil.bin")

    assert b"kept" in read.data
    assert b"root:" not in read.data


def test_pages_nested_a_hundred_thousand_deep_leave_the_worker_alive(decoder: Decoder) -> None:
    """A page nested a hundred thousand deep is no harm to the documents after it."""
    deep = b"<html><body>" + b"<div>" * 100_000 + b"inside</body></html>"

    with suppress(ExpertError):
        decoder.read(deep, "text/html", "evil.html")

    assert decoder.read(b"<p>Next</p>", "text/html", "a.html").data == b"Next"
