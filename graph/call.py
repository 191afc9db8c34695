"""`Call`: one call to an expert with its input files; `Artifact`: an output of it. Both cross processes as JSON."""

from pathlib import Path

from pydantic import Field, PrivateAttr

from .errors import StorageError, input_error, input_too_large
from .expert import Expert
from .resource import MOST_TEXT, Frozen, Kind, Resource
from .stored import check_stored
from .task import Task


class Material(Frozen):
    """A resource and the local file that holds its bytes."""

    resource: Resource
    path: Path
    """Of a short text that stands in a plan there is no file: `text` has it."""

    def text(self) -> str:
        """The content as text. Raises `ExpertError` where the file differs from what was recorded, or is too large."""
        if self.resource.text is not None:
            return self.resource.text
        self.check()
        if (size := self.path.stat().st_size) > MOST_TEXT:
            raise input_too_large(
                f"{self.resource.label} holds {size:,} bytes of text; {MOST_TEXT:,} are read at most",
                hint="Cut it into parts.",
            )
        return self.path.read_text(encoding="utf-8")

    def check(self) -> None:
        """Raises `ExpertError` where the file differs from what was recorded. A short text is not read from its file."""
        if self.resource.text is None and self.resource.sha256 is not None:
            check_stored(self.path, self.resource.sha256, self.resource.label)


class Part(Frozen):
    """A section of a recording, in a file of its own."""

    path: Path
    media_type: str
    begin: float
    """Seconds from the beginning of the whole."""
    end: float


class Call(Frozen):
    """One call to one expert, with its inputs as local files."""

    run_id: str
    key: str
    """Ledger key of the task."""
    task: Task
    """For type, parameters and goal; its inputs are references, `inputs` below are the data."""
    expert: Expert
    inputs: dict[str, tuple[Material, ...]]
    """By input name of the task type; more than one only where the input takes many."""
    folder: Path = Field(alias="scratch")
    """Where `scratch` is made."""
    timeout: float
    """Seconds the call may take."""
    _used: list[Path] = PrivateAttr(default_factory=list)
    _is_first: list[bool] = PrivateAttr(default_factory=list)

    @property
    def scratch(self) -> Path:
        """An empty folder of this call for the files it makes, made when first asked for, and deleted afterwards."""
        if not self._used:
            try:
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise StorageError.of(error) from error
            self._used.append(self.folder)
        return self.folder

    @property
    def used_scratch(self) -> bool:
        """Whether this process asked for it, also through a copy of the call."""
        return bool(self._used)

    @property
    def is_first(self) -> bool:
        """Whether a worker process has its first call of that expert with it."""
        return bool(self._is_first)

    def mark_as_first(self) -> None:
        """A worker process has its first call of that expert with it."""
        self._is_first.append(True)

    def check(self) -> None:
        """Check every input file; raises `ExpertError`. Each backend begins with it."""
        for materials in self.inputs.values():
            for material in materials:
                material.check()

    def has(self, name: str) -> bool:
        """Whether this optional input was given."""
        return bool(self.inputs.get(name))

    def one(self, name: str) -> Material:
        """The single material under `name`; raises `ExpertError` when there is none."""
        if not self.has(name):
            raise input_error(f"{self.task.type} needs {name}, and got none")
        return self.inputs[name][0]

    def text(self, name: str) -> str:
        """The text given under `name`."""
        return self.one(name).text()

    def path(self, name: str) -> Path:
        """The file given under `name`."""
        return self.one(name).path


class Artifact(Frozen):
    """One output of a call: text, or a file in the scratch folder.

    Boxes, labels and tables are text too, in one canonical form: a JSON list of objects, as the Hub's task API returns
    them: `{"label", "score", "box": {"xmin", "ymin", "xmax", "ymax"}}` in pixels; `{"label", "score"}` or
    `{"entity_group", "word", "score", "start", "end"}`; a row of a table by column name. `media_type` is
    `application/json` then.
    """

    output: str
    """Name of the output of the task type."""
    kind: Kind
    media_type: str
    text: str | None = None
    path: Path | None = None
    note: str = ""
    """A caveat for the reader, in a sentence without a full stop; usually empty."""
    lacks: str = ""
    """What of its source could not be read, as a sentence without a full stop: the task is done in part."""
