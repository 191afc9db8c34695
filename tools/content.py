"""`identify`, for files that users give: kind and media type by the bytes and not the name; refuses what can't be read."""

import codecs
import csv
import io
import wave
from typing import NamedTuple

from ..graph.errors import ExpertError, InvalidInput
from ..graph.media_types import canonical
from ..graph.mentions import kind_of_name
from ..graph.resource import INLINE_LIMIT, MOST_TEXT, Kind
from ..graph.settings import Settings
from .media.csv_records import read_records
from .media.picture_formats import FORMATS
from .media.picture_size import most_pixels

SUPPORTED = "images (PNG, JPEG, GIF, WebP, BMP, TIFF, HEIC, AVIF), sound, video, PDF, CSV tables and UTF-8 text"

_PILLOW = {f"image/{form.lower()}": form for form in FORMATS} | {"image/heic": "HEIF"}
_NOUNS: dict[Kind, str] = {"image": "an image", "audio": "a sound file", "video": "a video"}
_TEXT_TYPES = ("text/markdown", "text/html", "application/json", "application/xml")
_TEXT_IN_NAME_ONLY = ("application/rtf", "application/postscript")
"""Formats that decode as UTF-8 but are no readable text."""


class Content(NamedTuple):
    """What the bytes of a file hold."""

    kind: Kind
    media_type: str
    text: str | None = None
    """The text itself, if it is text and short enough to be kept inline."""


def identify(data: bytes, name: str, settings: Settings) -> Content:
    """Find out what `data` is; raises `InvalidInput` for unsupported content, and for content too large to decode."""
    import filetype

    label = name.rstrip("/").rsplit("/", 1)[-1]
    if not data:
        raise InvalidInput(f"{label} is empty (0 bytes)", hint="Was it saved, or downloaded, in full?")
    claimed, media_type = kind_of_name(name)
    guessed = canonical(filetype.guess_mime(data[:8192]) or "")
    if not guessed and len(data) > MOST_TEXT and _begins_as_text(data):
        raise InvalidInput(
            f"{label} holds {len(data):,} bytes of text; {MOST_TEXT:,} are read at most", hint="Cut it into parts."
        )
    text = _text(data) if guessed not in (*_TEXT_IN_NAME_ONLY, "application/pdf") else None
    if text is not None:
        return _as_text(text, label, claimed, media_type)
    if guessed in _PILLOW:
        _check_image(data, guessed, label, settings.max_image_pixels)
        return Content("image", guessed)
    if guessed == "audio/wav":
        _check_wav(data, label)
    for kind in ("audio", "video"):
        if guessed.startswith(f"{kind}/"):
            return Content(kind, guessed)
    if guessed == "application/pdf":
        return Content("document", guessed)
    raise _unsupported(data, label, claimed, guessed)


def _text(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _begins_as_text(data: bytes) -> bool:
    """Whether the first megabyte is text. A file that is too long is refused without decoding all of it."""
    start = data[: MOST_TEXT // 16]
    try:
        return b"\0" not in start and bool(codecs.getincrementaldecoder("utf-8")().decode(start))
    except UnicodeDecodeError:
        return False


def _as_text(text: str, label: str, claimed: Kind, media_type: str) -> Content:
    noun = "a PDF" if media_type == "application/pdf" else _NOUNS.get(claimed)
    if noun:
        raise InvalidInput(f"{label} is not {noun}: it holds plain text", hint="Name it .txt to use it as text.")
    if not text.strip():
        raise InvalidInput(f"{label} holds nothing but white space")
    inline = text if len(text.encode()) <= INLINE_LIMIT else None
    if media_type in ("text/csv", "text/tab-separated-values"):
        _check_table(text, label, media_type)
        return Content("table", media_type, inline)
    return Content("text", media_type if media_type in _TEXT_TYPES else "text/plain", inline)


def _check_table(text: str, label: str, media_type: str) -> None:
    try:
        for _ in read_records(text, label, csv.excel if media_type == "text/csv" else csv.excel_tab):
            pass
    except csv.Error as error:
        raise InvalidInput(f"{label} is not a table: {error}") from None
    except ExpertError as error:  # too large
        raise InvalidInput(error.message, hint=error.hint) from None


def _check_image(data: bytes, media_type: str, label: str, limit: int) -> None:
    """Check the size in the header. Uses Pillow's plug-in, as `Image.open` has a limit and warnings of its own."""
    from PIL import Image

    form = _PILLOW[media_type]
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
        raise _broken_header(label, media_type.removeprefix("image/").upper(), f" ({error})") from None
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


_HEADERS = {"WEBP": _webp_size, "AVIF": _heif_size, "HEIF": _heif_size}
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
    """Check the header. An expert that decodes the file checks its duration, and formats that `wave` does not read."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            length = sound.getnframes()
    except wave.Error as error:
        if "unknown format" in str(error):
            return
        raise InvalidInput(f"{label} is not a sound file: {error}") from None
    except EOFError:
        raise InvalidInput(f"{label} is not a sound file: its WAV header is cut off or broken") from None
    if length == 0:
        raise InvalidInput(f"{label} holds no sound (0 seconds)")


def _unsupported(data: bytes, label: str, claimed: Kind, guessed: str) -> InvalidInput:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "UTF-16 text"
    else:
        found = f"{guessed} data" if guessed else "binary data of an unknown type"
    problem = f"is not {_NOUNS[claimed]}" if claimed in _NOUNS else "can't be used"
    hint = "Save it as UTF-8." if found == "UTF-16 text" else f"What can be read: {SUPPORTED}."
    return InvalidInput(f"{label} {problem}: it holds {found}", hint=hint)
