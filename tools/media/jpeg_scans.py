"""`check_scans` refuses a JPEG with too many scans: the decoder processes the whole picture again for each."""

from pathlib import Path

from ...graph.errors import input_too_large

MAX_SCANS = 32
"""Encoders write 1 to 14. 3,000 kept a decoder busy for minutes."""
_MARKER_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
"""TEM, RST0 to RST7, SOI (ITU T.81, table B.1)."""
_START_OF_SCAN = 0xDA


def check_scans(path: Path, label: str) -> None:
    """Raises `ExpertError` (input fault) for a JPEG of more scans than any encoder writes. Reads markers only."""
    with path.open("rb") as file:
        if file.read(2) != b"\xff\xd8":
            return
        file.seek(0)
        data = file.read()
    if scans_of(data) > MAX_SCANS:
        raise input_too_large(
            f"{label} is a JPEG of more than {MAX_SCANS} scans, which takes a decoder minutes",
            hint="Save it again, as a plain JPEG or a PNG.",
        )


def scans_of(data: bytes) -> int:
    """How many scans begin in the data, in all its pictures together; stops counting beyond the limit."""
    count, at = 0, 2
    while count <= MAX_SCANS and (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in (0x00, 0xFF) or marker in _MARKER_WITHOUT_LENGTH:  # data, or fill
            at += 1 if marker == 0xFF else 2
            continue
        count += marker == _START_OF_SCAN
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return count
