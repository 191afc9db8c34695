"""`identify`, for files that users give: kind and media type by the bytes and not the name; refuses what can't be read."""

import codecs
import csv
import io
from typing import NamedTuple

from ..graph.errors import ExpertError, InvalidInput
from ..graph.media_types import canonical
from ..graph.mentions import kind_of_name
from ..graph.resource import INLINE_LIMIT, MOST_TEXT, Kind
from ..graph.settings import Settings
from .documents.document_types import READERS, is_drawing, type_of_text, type_of_zip
from .documents.encodings import Decoded, decoded
from .media.container import container_type
from .media.csv_records import MEDIA_TYPES, read_records
from .media.picture_formats import ANYMAP, BY_MEDIA_TYPE, without_mark
from .media.picture_size import most_pixels

SUPPORTED = (
    "images (PNG, JPEG, JPEG 2000, GIF, WebP, BMP, TIFF, HEIC, AVIF, ICO, TGA, PCX, PPM), sound, video, PDF, Word, "
    "PowerPoint, Excel, OpenDocument, EPUB, RTF, HTML, e-mails (EML, MSG), calendars, contacts, notebooks, subtitles, "
    "the text of SVG, tables (CSV, Parquet, JSON) and text"
)

_NOUNS: dict[Kind, str] = {"image": "an image", "audio": "a sound file", "video": "a video"}
_OLD = {
    "application/msword": ("a Word document of before 2007", "docx or PDF"),
    "application/vnd.ms-powerpoint": ("a presentation of before 2007", "pptx or PDF"),
    "application/postscript": ("PostScript", "PDF"),
}
"""Formats that are recognised and not read: what they are, and what to save them as."""
_SOUND_ALONE = {"video/mp4": "audio/mp4", "video/webm": "audio/webm", "video/3gpp": "audio/3gpp"}
"""Containers of films that recordings come in too; their names say so (memo.m4a)."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The beginning of Office files of before 2007, and of newer ones that are locked by a password."""
_OF_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
"""The name of a part that only e-mails of Outlook have (MS-OXMSG, 2.4)."""
_DRAWING = "image/svg+xml"
PDF_WITHIN = 1024
"""Bytes within which `%PDF-` stands; other readers accept as many before it."""


class Content(NamedTuple):
    """What the bytes of a file hold."""

    kind: Kind
    media_type: str
    text: str | None = None
    """The text itself, if it is text and short enough to be kept inline."""
    data: bytes | None = None
    """The bytes to keep, where they are not those of the file: text as UTF-8, a PDF from its beginning."""
    unread: bool = False
    """A document whose text or table `documents.readers` has yet to read."""
    note: str = ""
    """What the reader should know of how it was read, as a sentence without a full stop."""


def identify(data: bytes, name: str, settings: Settings) -> Content:
    """Find out what `data` is; raises `InvalidInput` for unsupported content, and for content too large to decode."""
    label = name.rstrip("/").rsplit("/", 1)[-1]
    if not data:
        raise InvalidInput(f"{label} is empty (0 bytes)", hint="Was it saved, or downloaded, in full?")
    claimed, media_type = kind_of_name(name)
    guessed = _by_bytes(data, media_type)
    if guessed == "application/pdf":
        begin = data.find(b"%PDF-", 0, PDF_WITHIN)
        return Content("document", guessed, data=data[begin:] if begin > 0 else None)
    if guessed in _OLD:
        what, better = _OLD[guessed]
        raise InvalidInput(f"{label} is {what}, which can't be read", hint=f"Save it as {better}.")
    if guessed in READERS:
        return Content("document", guessed, unread=True)
    if not guessed and len(data) > MOST_TEXT and media_type in MEDIA_TYPES and _is_utf_8(data):
        return Content("table", media_type)
    if not guessed and len(data) > MOST_TEXT and decoded(data[: MOST_TEXT // 16]):
        raise InvalidInput(
            f"{label} holds {len(data):,} bytes of text; {MOST_TEXT:,} are read at most", hint="Cut it into parts."
        )
    if guessed != ANYMAP and (read := _text(data, guessed)) is not None:
        return _as_text(read, name, label, claimed, media_type)
    if guessed in BY_MEDIA_TYPE:
        _check_image(data, guessed, label, settings.max_image_pixels)
        return Content("image", guessed)
    if guessed == "audio/wav":
        _check_wav(data, label)
    if claimed == "audio" and guessed in _SOUND_ALONE:
        guessed = _SOUND_ALONE[guessed]
    for kind in ("audio", "video"):
        if guessed.startswith(f"{kind}/"):
            return Content(kind, guessed)
    raise _unsupported(data, label, claimed, guessed)


def _by_bytes(data: bytes, by_name: str) -> str:
    """The media type by the bytes; empty for text, and for what is unknown. `by_name`: tells old Office files apart."""
    import filetype

    if data.startswith(b"%PDF-") or (by_name == "application/pdf" and data.find(b"%PDF-", 0, PDF_WITHIN) >= 0):
        return "application/pdf"
    if data.startswith(b"PK") and (found := type_of_zip(data)):
        return found
    if data.startswith(b"PAR1"):
        return "application/vnd.apache.parquet"
    if data.startswith(_OLE) and _OF_OUTLOOK in data:
        return "application/vnd.ms-outlook"
    if data.startswith(_OLE) and (by_name in _OLD or by_name == "application/vnd.ms-excel"):
        return by_name
    if by_name.startswith("image/") and (is_drawing(data) or (by_name == _DRAWING and b"<svg" in data[:65_536])):
        return _DRAWING
    return without_mark(data, by_name) or canonical(filetype.guess_mime(data[:8192]) or "") or container_type(data)


def _text(data: bytes, guessed: str) -> Decoded | None:
    """The text; of what begins like a picture or sound ("BMW is a car") only if it is UTF-8."""
    read = decoded(data) if not guessed or b"\0" not in data else None
    return read if read and (read.certain or not guessed) else None


def _is_utf_8(data: bytes) -> bool:
    """Whether bytes are text in UTF-8; looked at in parts, so that a table of 300 MB is not copied."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    parts = range(0, len(data), MOST_TEXT)
    try:
        return all("\0" not in decoder.decode(data[n : n + MOST_TEXT], n + MOST_TEXT >= len(data)) for n in parts)
    except UnicodeDecodeError:
        return False


def _as_text(read: Decoded, name: str, label: str, claimed: Kind, media_type: str) -> Content:
    text = read.text
    noun = "a PDF" if media_type == "application/pdf" else _NOUNS.get(claimed)
    if noun:
        raise InvalidInput(f"{label} is not {noun}: it holds plain text", hint="Name it .txt to use it as text.")
    if not text.strip():
        raise InvalidInput(f"{label} holds nothing but white space")
    if found := type_of_text(text, name):
        return Content("document", found, unread=True)
    inline = text if len(text.encode()) <= INLINE_LIMIT else None
    note = "" if read.certain else f"{label} does not say how its letters are encoded; it is read as {read.encoding}"
    kept = Content("text", "text/markdown" if media_type == "text/markdown" else "text/plain", inline, note=note)
    if media_type in MEDIA_TYPES:
        _check_table(text, label, media_type)
        kept = kept._replace(kind="table", media_type=media_type)
    return kept if read.encoding == "utf-8" else kept._replace(data=text.encode())


def _check_table(text: str, label: str, media_type: str) -> None:
    try:
        for _ in read_records(text, label, media_type):
            pass
    except csv.Error as error:
        raise InvalidInput(f"{label} is not a table: {error}") from None
    except ExpertError as error:  # too large
        raise InvalidInput(error.message, hint=error.hint) from None


def _check_image(data: bytes, media_type: str, label: str, limit: int) -> None:
    """Check the size in the header. Uses Pillow's plug-in, as `Image.open` has a limit and warnings of its own."""
    from PIL import Image

    form = BY_MEDIA_TYPE[media_type]
    most = most_pixels(form, limit)
    if reader := _HEADERS.get(form):
        width, height = reader(data, label)
        return _check_size(width, height, label, most)
    Image.init()
    plugin = Image.OPEN[form][0]
    try:
        with plugin(io.BytesIO(data), "") as image:
            width, height = image.size
    except (OSError, SyntaxError, ValueError, IndexError, TypeError, Image.DecompressionBombError) as error:
        form = media_type.removeprefix("image/").upper()
        if "pixel mode" in str(error):
            raise InvalidInput(
                f"{label} is {form} of a kind that can't be read (its channels have an unusual depth)",
                hint="Save it as PNG.",
            ) from None
        raise _broken_header(label, form, f" ({error})") from None
    _check_size(width, height, label, most)


def _heif_size(data: bytes, label: str) -> tuple[int, int]:
    """Width and height of the largest picture or tile of a HEIC or AVIF: the boxes `ispe` (ISO 23008-12, 6.5.3)."""
    sizes, at = list[tuple[int, int]](), 0
    while len(sizes) < 10_000 and 0 < (at := data.find(b"ispe", at + 1, 1 << 22)) <= len(data) - 16:
        sizes.append((int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])))
    if not sizes:
        raise _broken_header(label, "HEIC or AVIF")
    return max(sizes, key=lambda size: size[0] * size[1])


def _webp_size(data: bytes, label: str) -> tuple[int, int]:
    """Width and height of the canvas (RFC 9649, sections 2.5 to 2.7)."""
    form, body = data[12:16], data[20:30]
    if len(body) == 10 and form == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if len(body) == 10 and form == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(body) == 10 and form == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    raise _broken_header(label, "WEBP")


def _icon_size(data: bytes, label: str) -> tuple[int, int]:
    """Width and height of the largest picture of an icon, by its list; the plug-in decodes them when it opens one."""
    many = int.from_bytes(data[4:6], "little")
    sizes = [(data[at] or 256, data[at + 1] or 256) for at in range(6, 6 + 16 * many, 16) if at + 16 <= len(data)]
    if not sizes:
        raise _broken_header(label, "ICO")
    return max(sizes, key=lambda size: size[0] * size[1])


_HEADERS = {"ICO": _icon_size, "WEBP": _webp_size, "AVIF": _heif_size, "HEIF": _heif_size}
"""Read here, as the plug-ins of these formats are C libraries that get the whole file; those of others are Python."""


def _broken_header(label: str, form: str, why: str = "") -> InvalidInput:
    return InvalidInput(
        f"{label} is not an image: it begins like {form}, but its header can't be read{why}",
        hint="It may be cut off; get it again.",
    )


def _check_size(width: int, height: int, label: str, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise InvalidInput(
            f"{label} has {width} x {height} = {width * height:,} pixels, more than the {max_pixels:,} allowed",
            hint="Make it smaller, or raise HUGGINGGPT_MAX_IMAGE_PIXELS.",
        )


def _check_wav(data: bytes, label: str) -> None:
    """Check that sound follows the header. Its sizes are not believed: what writes a stream does not know them yet."""
    at = data.find(b"data", 12)
    if data.find(b"fmt ", 12, 8192) < 0 or at < 0:
        raise InvalidInput(f"{label} is not a sound file: its WAV header is cut off or broken")
    if len(data) <= at + 8:
        raise InvalidInput(f"{label} holds no sound (0 seconds)")


def _unsupported(data: bytes, label: str, claimed: Kind, guessed: str) -> InvalidInput:
    found = f"{guessed} data" if guessed else "binary data of an unknown type"
    problem = f"is not {_NOUNS[claimed]}" if claimed in _NOUNS else "can't be used"
    return InvalidInput(f"{label} {problem}: it holds {found}", hint=f"What can be read: {SUPPORTED}.")
