"""`Resource`: a piece of data that tasks exchange, identified by the hash of its content; and the kinds of data."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["text", "image", "audio", "video", "boxes", "labels", "table", "mask", "embedding", "mesh", "document"]
KINDS: tuple[Kind, ...] = get_args(Kind)

INLINE_LIMIT = 8 * 1024
"""Bytes of text that a resource carries itself; longer text is in its file only."""

MOST_TEXT = 16 * 1024 * 1024
"""Bytes of text that are read at once: five times War and Peace."""

_SATISFIES: dict[Kind, Kind] = {"boxes": "text", "labels": "text", "table": "text", "mask": "image"}
"""Kinds with one canonical form of another kind: boxes, labels and tables read as text, a mask is a viewable image."""


def satisfies(kind: Kind, required: Kind) -> bool:
    """Whether data of `kind` can be used where `required` is required."""
    return required in (kind, _SATISFIES.get(kind))


class Frozen(BaseModel):
    """Base of all nouns: immutable, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Resource(Frozen):
    """Data by reference. Its bytes lie in the store under `sha256`; they never enter a checkpoint."""

    kind: Kind
    media_type: str
    """IANA media type, from the content and not from the name, e.g. `image/png`."""
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Lower-case hex of the content; None for a file that was named in the request but is not there, or can't be used."""
    size: int = 0
    """Bytes."""
    text: str | None = None
    """The content itself, when it is text (or has a canonical text form) of at most 8 KiB."""
    producer: str | None = None
    """Key of the task that made it (`2`, or `3[0]` inside a mapped task); None when the user gave it."""
    made_by: str | None = Field(default=None, exclude_if=lambda made_by: made_by is None)
    """Type of the task that made it, of what a conversation brings to a later request; else None."""
    name: str | None = None
    """What the user calls it: the path or URL given."""
    problem: str | None = Field(default=None, exclude_if=lambda problem: problem is None)
    """Why its content can't be used; None also for a file that is not there."""
    caveat: str | None = Field(default=None, exclude_if=lambda caveat: caveat is None)
    """What was not read of a given file, or how it was read, as a sentence without a full stop; a note on all made of it."""

    @property
    def missing(self) -> bool:
        """Named in the request, but not found or unusable: a task that needs it fails."""
        return self.sha256 is None

    @property
    def label(self) -> str:
        """A short readable name."""
        if self.name:
            return self.name.rstrip("/").rsplit("/", 1)[-1]
        return f"{self.kind} {self.sha256[:8]}" if self.sha256 else self.kind
