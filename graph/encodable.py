"""`refuse_unencodable`: text that no file, database or server can hold, refused by name.

Python keeps a byte that is no UTF-8 (of an argument, of a file's name), and half of a pair that JSON escapes, as a lone
surrogate.
"""

from .errors import InvalidInput


def refuse_unencodable(text: str, what: str) -> None:
    """Raises `InvalidInput` for a text with a lone surrogate; `what` names it."""
    if (found := unencodable_in(text)) is not None:
        raise InvalidInput(f"{what} is no UTF-8 text: {found}", hint="type it again; rename a file of such a name")


def unencodable_in(text: str) -> str | None:
    """The first such character, in words; None where there is none."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        byte = 0xDC80 <= code <= 0xDCFF  # PEP 383
        what = f"the byte {code - 0xDC00:02X}" if byte else f"half a character (U+{code:04X})"
        return f"{what} behind {text[: error.start][-20:]!r}" if error.start else f"{what} at its beginning"
    return None
