"""Secrets that are easy to find, servers that repeat them, and a search for them in files and texts."""

import base64
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from hugginggpt.checkpoints.compression import original
from hugginggpt.tools.scripted.server import Received, Reply, as_json

KEY = "sk-Canary/7Q2x9+LmZ4bT8vN1kR6wYpD3"
"""With characters that are encoded in a URL."""
TOKEN = "hf_CanaryQ2x9LmZ4bT8vN1kR6wYpD3abcd"
PASSWORD = "Canary-pass-71vXq"
_COMPRESSED = (("state_parts", "value"), ("states", "state"), ("state_writes", "writes"))
"""Columns that hold compressed contents."""


def spellings(secret: str) -> dict[str, str]:
    """The encodings in which a secret may be found; made without the code that is tested."""
    found = {"raw": secret, "cut off": secret[:16], "in a URL": quote(secret, safe="")}
    for offset in range(3):
        padded = base64.b64encode(b"x" * offset + secret.encode() + b"xxx").decode()
        found[f"base64 at {offset}"] = padded[4 if offset else 0 :][:20]
    return found


def leaks(secret: str, folder: Path, *texts: str) -> list[str]:
    """The places of a secret: files of a folder (databases and their logs too), and texts."""
    places = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    places |= {f"{name}, decompressed": data for path in folder.rglob("*.db") for name, data in _states_in(path)}
    places |= {f"text {number}: {text[:40]!r}": text.encode("utf-8", "replace") for number, text in enumerate(texts)}
    return [
        f"{place}: {how}"
        for place, data in places.items()
        for how, form in spellings(secret).items()
        if form.encode() in data
    ]


def _states_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """The compressed contents of a database, with the names of their columns; of one that can't be read none."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            for table, column in _COMPRESSED:
                values = [value for (value,) in db.execute(f"SELECT {column} FROM {table}")]
                yield f"{path.name} {table}.{column}", b"\n".join(map(original, values))
    except sqlite3.DatabaseError:
        return


def key_in(received: Received) -> str:
    """The key that came with a request."""
    return received.headers.get("authorization", "").partition(" ")[2]


def _plain(status: int, text_of: Callable[[str], str], media_type: str = "text/plain") -> Callable[[Received], Reply]:
    return lambda received: Reply(status, text_of(key_in(received)).encode(), {"content-type": media_type})


def _openai(status: int, text_of: Callable[[str], str]) -> Callable[[Received], Reply]:
    return lambda received: as_json({"error": {"message": text_of(key_in(received)), "type": "t", "code": "c"}}, status)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


REPEATED: dict[str, Callable[[Received], Reply]] = {
    "401-json": _openai(401, lambda key: f"Incorrect API key provided: {key}."),
    "401-trimmed": _openai(401, lambda key: f"bad key '{key.strip()}' of Bearer {key}"),
    "404-in-a-url": _openai(404, lambda key: f"no route http://127.0.0.1/v1?key={quote(key, safe='')}&x=1"),
    "429-json": _openai(429, lambda key: f"slow down, {key}"),
    "500-text": _plain(500, lambda key: f"Traceback: Authorization: Bearer {key}"),
    "500-html": _plain(500, lambda key: f"<html><b>{key}</b></html>", "text/html"),
    "500-base64": _plain(500, lambda key: f"debug: {_b64(key)} {_b64('a' + key)} {_b64('ab' + key)}"),
    "500-basic": _openai(500, lambda key: f"Basic {_b64(f'alice:{key}')}"),
    "400-cut-off": _openai(400, lambda key: "x" * 274 + key),
    "200-no-json": _plain(200, lambda key: f"hello {key}"),
}
"""How a server repeats the key that it was sent."""
