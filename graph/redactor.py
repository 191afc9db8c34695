"""`Redactor` removes secrets from everything that leaves the program: screen, rows, files, events, errors, recordings.

A secret is found as it is, URL-encoded, escaped for JSON or HTML, in base64 at each of its three alignments, and cut
off after its first `HEAD` characters; a user and password are found in any URL. The replacement has the length of the
secret, so that JSON, msgpack and offsets around it stay valid.

A value shorter than `SHORTEST`, or of lower-case letters only and shorter than `LONGEST_WORD`, may be an ordinary word,
and one of digits may be a number in JSON. Such a value is removed after `Bearer` and inside a URL only, so that a key
"none" does not mark ordinary text, nor a password 20240101 a number in a row. Not covered: a secret inside a picture,
sound or compressed file (PDF, ZIP), or in another encoding (hex, for instance).
"""

import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from html import escape
from itertools import takewhile
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, quote_plus, unquote

if TYPE_CHECKING:
    from pydantic import BaseModel

Record = TypeVar("Record", bound="BaseModel")

HEAD: Final = 12
"""Characters of a secret that are removed where the rest is missing: error messages are cut."""
SHORTEST: Final = 8
"""Characters of a secret that is removed wherever it occurs."""
LONGEST_WORD: Final = 16
"""The same for a secret of lower-case letters only."""

_HEX = re.compile(r"%[0-9A-F]{2}")
_WORD = re.compile(r"[a-z _-]*")
_NUMBER = re.compile(r"[0-9.eE+-]*")
"""What may be a number in JSON, which a replacement would make invalid."""
_IN_URL = r"[^\s/@:\"'<>`\\?#\x00-\x20\x7f-\U0010ffff]"
_USER = rf"://({_IN_URL}{{0,200}}:(?:{_IN_URL}|[:@]){{1,400}}|{_IN_URL}{{20,200}})@"
"""User and password, or one long word, which is a token. A text: `re` compiles it when it is first used, in 7 ms."""
_PARTIAL_URL = rf":(?:/(?:/(?:{_IN_URL}|[:@]){{0,600}})?)?\Z"
_COMMON_HEAD = re.compile(r"\s|\A/|://")
_FILE_PATH = re.compile(r"(~[\w.-]*|\.\.?|[A-Za-z]:)[/\\]|~$")
_SECRET_VARIABLE = re.compile(
    r"(_|^)(API_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|ACCESS_KEY|SECRET_KEY|PAT)(_|$)", re.IGNORECASE
)
_PATH_VARIABLE = re.compile(r"_(PATH|FILE|DIR|URL|URI|NAME|ID|SOCK)$", re.IGNORECASE)
_URL_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "OPENAI_BASE_URL", "OPENAI_PROXY")


class Redactor:
    """Replaces known secrets in texts, bytes and values. A value without secrets is returned unchanged."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        trimmed = {secret.strip() for secret in secrets}
        forms = {
            form
            for secret in trimmed
            for form in (_forms(secret) if _is_distinctive(secret) else _bearer_forms(secret))
        }
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        self._by_head: dict[str, list[str]] = {}
        for form in self._forms:
            self._by_head.setdefault(_head(form), []).append(form)
        self._heads = sorted(self._by_head, key=lambda head: (-len(head), head))
        self._find = re.compile("|".join(map(re.escape, self._heads)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Redactor) and self._forms == other._forms

    def __hash__(self) -> int:
        return hash(tuple(self._forms))

    def text(self, text: str) -> str:
        """The text without secrets, of the same length."""
        if "@" in text and "://" in text:
            text = re.sub(_USER, lambda found: f"://{_replacement(len(found[1]))}@", text)
        for head in self._heads:  # a loop, and no `any`: every value of every row comes by here
            if head in text:
                break
        else:
            return text
        pieces, at = list[str](), 0
        while found := self._find.search(text, at):
            start = found.start()
            length = max(_common_length(form, text, start) for form in self._by_head[found.group()])
            pieces += [text[at:start], _replacement(length)]
            at = start + length
        return "".join([*pieces, text[at:]])

    def data(self, data: bytes) -> bytes:
        """The same for bytes: UTF-8 text, also between other bytes."""
        text = data.decode("latin-1")
        clean = self.text(text)
        return data if clean == text else clean.encode("latin-1")

    def value(self, value: Any) -> Any:
        """The same for a JSON value, including the keys of objects."""
        match value:
            case str():
                return self.text(value)
            case bytes():
                return self.data(value)
            case dict():
                return {self.value(key): self.value(part) for key, part in value.items()}
            case list() | tuple():
                return [self.value(part) for part in value]
        return value

    def record(self, record: Record) -> Record:
        """The same for an instance of a pydantic model."""
        fields = record.model_dump(mode="json")
        clean = self.value(fields)
        return record if clean == fields else type(record).model_validate_json(dumps(clean))

    def pieces(self, pieces: Sequence[str]) -> list[str]:
        """The same for a text in pieces; a secret may extend over several pieces."""
        whole, at, clean = self.text("".join(pieces)), 0, list[str]()
        for piece in pieces:
            clean.append(whole[at : at + len(piece)])
            at += len(piece)
        return clean

    async def stream(self, pieces: AsyncIterator[str]) -> AsyncGenerator[str, None]:
        """The same for a text that is being written: an end that may begin a secret is held until the next piece."""
        held = ""
        async with _closing(pieces):
            async for piece in pieces:
                held += piece
                ready = len(held) - self._partial_length(held)
                if ready:
                    yield self.text(held[:ready])
                    held = held[ready:]
        if held:
            yield self.text(held)

    def error(self, error: BaseException) -> BaseException:
        """The same for the message of an exception; its cause is dropped where that holds a secret."""
        if any(self.has_secret(str(cause)) for cause in _causes(error)):
            error.__cause__ = error.__context__ = None
        if not self.has_secret(str(error)):
            return error
        for name in ("message", "hint", "problems"):
            if hasattr(error, name):
                clean = self.value(getattr(error, name))
                setattr(error, name, tuple(clean) if isinstance(clean, list) else clean)
        error.args = tuple(self.value(part) for part in error.args)
        return (
            RuntimeError(f"{type(error).__name__}: {self.text(str(error))}") if self.has_secret(str(error)) else error
        )

    def has_secret(self, text: str) -> bool:
        """Whether the text contains a secret."""
        return self.text(text) != text

    def _partial_length(self, text: str) -> int:
        """The number of characters at the end that may be the beginning of a secret."""
        found = re.compile(_PARTIAL_URL).search(text, max(0, len(text) - 700))
        lengths = [len(found.group())] if found else [0]
        for form in self._forms:
            longest = min(len(form) - 1, len(text))
            lengths.append(next((length for length in range(longest, 0, -1) if text.endswith(form[:length])), 0))
        return max(lengths)


def secrets_of(env: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The secrets of an environment: variables named like keys, passwords of proxies, and the saved Hugging Face token."""
    for name, value in env.items():
        if _SECRET_VARIABLE.search(name) and not _PATH_VARIABLE.search(name):
            if not _is_file_path(value.strip()):
                yield value
        elif name.upper() in _URL_VARIABLES:
            yield from secrets_in(value)
    home = env.get("HF_HOME") or Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    for saved in (env.get("HF_TOKEN_PATH") or Path(home, "token"), Path(home, "stored_tokens")):
        try:
            lines = Path(saved).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            continue
        yield from (line.rpartition("=")[2] for line in lines if not line.startswith("["))


def secrets_in(url: str) -> Iterator[str]:
    """The password of a URL, or the token in its place."""
    for found in re.finditer(_USER, url) if "@" in url else ():  # compiled for an address that may have one only
        password = found[1].rpartition(":")[2]
        yield from {password, unquote(password)}


def _is_file_path(value: str) -> bool:
    """Whether it is the path of a file. A key in base64 may begin with `/` too, but no folder has its name."""
    if _FILE_PATH.match(value):
        return True
    try:
        return value.startswith("/") and Path("/", value.split("/")[1]).exists()
    except (OSError, ValueError):
        return False


def _is_distinctive(secret: str) -> bool:
    return not _NUMBER.fullmatch(secret) and len(secret) >= (LONGEST_WORD if _WORD.fullmatch(secret) else SHORTEST)


def _head(form: str) -> str:
    """Its first characters to search for; all where these may cut an escape in half, or occur in numbers, paths, URLs."""
    head = form[:HEAD]
    return form if "\\" in form or _COMMON_HEAD.search(head) or _NUMBER.fullmatch(head) else head


def _bearer_forms(secret: str) -> list[str]:
    return [f"{scheme} {secret}" for scheme in ("Bearer", "bearer")] if secret else []


def _forms(secret: str) -> Iterator[str]:
    encoded = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    encoded |= {_HEX.sub(lambda byte: byte.group().lower(), form) for form in encoded}
    in_json, in_bytes = dumps(secret)[1:-1], repr(secret.encode("utf-8", "replace"))[2:-1]
    for form in {secret, escape(secret), in_json, dumps(in_json)[1:-1], in_bytes, *encoded}:
        yield form
        yield form.encode("utf-8", "replace").decode("latin-1")
    for skipped in range(3):
        raw = bytes(skipped) + secret.encode("utf-8", "replace")
        first, last = (0, 2, 3)[skipped], len(raw) * 8 // 6
        for alphabet in (b64encode, urlsafe_b64encode):
            yield alphabet(raw).decode()[first:last]


@asynccontextmanager
async def _closing(pieces: AsyncIterator[str]) -> AsyncGenerator[None, None]:
    """Close the source of the pieces; not every iterator can be closed."""
    try:
        yield
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


def _common_length(form: str, text: str, start: int) -> int:
    pairs = zip(form, text[start : start + len(form)], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _replacement(length: int) -> str:
    return f"[removed{'*' * (length - 9)}]" if length >= 9 else "*" * length


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    while (cause := error.__cause__ or error.__context__) is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        error = cause
