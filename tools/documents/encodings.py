"""`decoded`: the text of bytes in any common encoding.

What is not UTF-8, UTF-16 or UTF-32 is recognised by charset-normalizer.
"""

import codecs
import re
from typing import NamedTuple

LEGACY = ("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030", "big5",
          "euc_jp", "cp949", "cp850")  # fmt: skip
"""Encodings of before Unicode, the likelier first: where a text is as plausible in several, the first is taken."""
DOS = "cp850"
_DOS_LETTERS = re.compile(rb"[\x80-\x9f]")
"""Most letters with accents in `DOS`, controls and rare signs in the encodings of Windows: a text without them is theirs."""
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\xa1-\xa9\xab\xac\xae-\xb3][^\W\d_]")
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 64 * 1024
"""Bytes from which an encoding is recognised."""
MOST_NOISE = 0.2
"""Share of unlikely letters (charset-normalizer's `chaos`) above which bytes are no text."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Decoded(NamedTuple):
    """A text, and how its bytes were read."""

    text: str
    encoding: str
    certain: bool
    """The bytes themselves say so: a mark, or valid UTF-8. Otherwise it is the likeliest reading."""


def decoded(data: bytes) -> Decoded | None:
    """The text of `data`; None where it is no text."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _as(data, encoding, certain=True)
    if b"\0" in data:
        wide = _without_mark(data)
        return _as(data, wide, certain=True) if wide else None
    return _as(data, "utf-8-sig", certain=True) or _legacy(data)


def _as(data: bytes, encoding: str, *, certain: bool) -> Decoded | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    plain = encoding.startswith("utf-8") or not _CONTROLS.search(text)
    return Decoded(text, encoding.removesuffix("-sig"), certain) if plain else None


def _without_mark(data: bytes) -> str | None:
    """UTF-16 or UTF-32 by the place of its zero bytes: texts of any script have spaces, line ends and figures."""
    start = data[: SAMPLE - SAMPLE % 4]
    zeros = [start[place::4].count(0) / max(1, len(start[place::4])) for place in range(4)]
    if len(data) % 4 == 0 and zeros[2] + zeros[3] > 1.8:
        return "utf-32-le"
    if len(data) % 4 == 0 and zeros[0] + zeros[1] > 1.8:
        return "utf-32-be"
    if len(data) % 2:
        return None
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    return "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else None


def _legacy(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    found = from_bytes(_sample(data), cp_isolation=list(LEGACY), threshold=MOST_NOISE)
    best = found.best()
    if best is None:
        return None
    if best.encoding == DOS and not _DOS_LETTERS.search(data):
        likely = (match for match in found if match.encoding != DOS and match.chaos <= best.chaos)
        best = next((match for match in likely if not _SIGN_IN_WORD.search(str(match))), best)
    equal = [match for match in found if (match.chaos, match.coherence) == (best.chaos, best.coherence)]
    names = {name for match in equal for name in match.could_be_from_charset}
    for encoding in (*(name for name in LEGACY if name in names), best.encoding):
        if read := _as(data, encoding, certain=False):
            return read
    return None


def _sample(data: bytes) -> bytes:
    """The beginning, or a part around the first letter outside ASCII; cut at a line end where there is one."""
    if len(data) <= SAMPLE:
        return data
    letter = re.search(rb"[\x80-\xff]", data)
    begin = max(0, (letter.start() if letter else 0) - SAMPLE // 2)
    begin = data.find(b"\n", 0, begin) + 1 if begin == 0 else data.rfind(b"\n", 0, begin) + 1
    end = data.rfind(b"\n", begin, begin + SAMPLE)
    return data[begin : end if end > begin + SAMPLE // 2 else begin + SAMPLE]
