"""`GivenFile`: a file as a caller hands it over; read from content blocks of messages, and named in them by reference.

`given_file` reads the blocks of OpenAI (`image_url`, `input_audio`, `file`), of LangChain (standard blocks v0 and v1), of
Anthropic (`source`) and vLLM (`audio_url`, `video_url`). LangChain's own translation fails on some of these (docs/log.md).
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .errors import InvalidInput
from .resource import Kind, Resource

Block = dict[str, Any]

_HOLDERS: Final = (
    "image_url", "audio_url", "video_url", "input_audio", "image", "audio", "video", "file", "source",
)  # fmt: skip
"""Keys under which a block has its content as an object, or as a URL."""
_TYPES: Final = frozenset(_HOLDERS) - {"source"} | {"input_image", "input_file", "document", "media", "text-plain"}
_TEXTS: Final = frozenset(("text", "input_text", "output_text"))
_OF_KIND: Final[Mapping[Kind, str]] = {"image": "image", "mask": "image", "audio": "audio", "video": "video"}
"""LangChain's type of block for a kind; all others are files."""
_READABLE = "text, image, audio, video, file (OpenAI's and LangChain's forms), with data, a data URL or an http URL"
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class GivenFile(NamedTuple):
    """A file as a caller hands it over: exactly one of `data`, `base64`, `url`, `file_id` is set."""

    data: bytes = b""
    base64: str = ""
    url: str = ""
    """A data URL, an http URL or a path."""
    file_id: str = ""
    """The hash of a file that is stored already, as references to it say."""
    name: str = ""
    """A file name, without folders; empty where the caller gave none."""
    media_type: str = ""
    """As the caller declares it; the content decides."""

    @property
    def holds_data(self) -> bool:
        """Its content came with it and is to be stored; else it is read, or stored already."""
        return bool(self.data or self.base64 or is_data_url(self.url))


def is_data_url(text: str) -> bool:
    """Whether `text` is a `data:` URL (RFC 2397)."""
    return text[:5].lower() == "data:"


def text_of(block: Any) -> str | None:
    """The text of a text block; None for any other."""
    if isinstance(block, str):
        return block
    text = block.get("text") if isinstance(block, Mapping) and block.get("type") in _TEXTS else None
    return text if isinstance(text, str) else None


def given_file(block: Any) -> GivenFile:
    """The file in a content block. Raises `InvalidInput`, which never repeats the block's data."""
    if not isinstance(block, Mapping) or block.get("type") not in _TYPES:
        what = block.get("type") if isinstance(block, Mapping) else type(block).__name__
        raise InvalidInput(
            f"a content block of the type {_short(what)} can't be read", hint=f"These types can: {_READABLE}."
        )
    inner = dict(block)
    for key in _HOLDERS:
        if isinstance(held := block.get(key), Mapping):
            inner |= held
        elif isinstance(held, str):
            inner.setdefault("url", held)
    texts = {key: value for key, value in inner.items() if isinstance(value, str) and value}
    described = {**texts, **_texts_in(inner.get("metadata")), **_texts_in(inner.get("extras"))}
    name = next((described[key] for key in ("filename", "file_name", "name", "title") if key in described), "")
    declared = texts.get("mime_type") or texts.get("media_type") or ""
    if not declared and "format" in texts:
        declared = f"audio/{texts['format']}"
    given = GivenFile(name=file_name(name), media_type=declared)
    data = next((inner[key] for key in ("base64", "data", "file_data") if inner.get(key)), None)
    if isinstance(data, bytes | bytearray):
        return given._replace(data=bytes(data))
    if isinstance(data, str):
        return given._replace(url=data) if is_data_url(data) else given._replace(base64=data)
    if url := texts.get("url") or texts.get("file_url"):
        return given._replace(url=url)
    if "text" in texts:
        return given._replace(data=texts["text"].encode("utf-8", "replace"), media_type=declared or "text/plain")
    if file_id := texts.get("file_id") or (texts.get("id") if texts.get("source_type") == "id" else None):
        return given._replace(file_id=file_id)
    raise InvalidInput(
        f"a content block of the type {_short(block['type'])} holds no content", hint=f"These can be read: {_READABLE}."
    )


def link_to(given: GivenFile, block: Mapping[str, Any]) -> Block:
    """A block of LangChain's that names a file by its URL, for a block in any other form."""
    kind = next((kind for kind in ("image", "audio", "video") if kind in str(block.get("type"))), "file")
    described = {"extras": {"name": given.name}} if given.name else {}
    return {"type": kind, "url": given.url, **described}


def file_name(name: str) -> str:
    """The last part of a name that a caller gave, printable and at most 120 characters long."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    clean = "".join(character for character in last if character.isprintable()).strip()
    return "" if clean in {".", ".."} else clean[-120:]


def reference_to(resource: Resource) -> Block:
    """A block that names a stored file: LangChain's, with the hash as `file_id`. It holds no bytes."""
    described = resource.model_dump(
        mode="json", exclude_defaults=True, exclude={"media_type", "sha256", "producer", "made_by"}
    )
    block_type = _OF_KIND.get(resource.kind, "file")
    return {"type": block_type, "file_id": resource.sha256, "mime_type": resource.media_type, "extras": described}


def referred(block: Any) -> Resource | None:
    """The resource that `reference_to` was made of; None for any other block."""
    if not isinstance(block, Mapping) or not is_hash(block.get("file_id")) or not isinstance(block.get("extras"), dict):
        return None
    fields = {key: value for key, value in block["extras"].items() if key in Resource.model_fields}
    return Resource.model_validate(fields | {"media_type": block.get("mime_type"), "sha256": block["file_id"]})


def is_hash(text: Any) -> bool:
    """Whether a `file_id` is that of a file in our store."""
    return isinstance(text, str) and _HASH.fullmatch(text) is not None


def _texts_in(value: Any) -> dict[str, str]:
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, Mapping) else {}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
