"""`CommonOptions` and `Limits`: what several commands are given, as settings and options of a run."""

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

from ...graph.settings import Settings
from ...nodes.run_options import options_of
from .arguments import settings_of, thread_limits_of


@dataclass(frozen=True)
class CommonOptions:
    """The options that `run`, `chat`, `resume` and `retry` share."""

    home: Path | None
    llm: str | None
    timeout: float | None
    download: str | None
    out: Path | None
    json: bool
    where: str | None = None

    def settings(self) -> Settings:
        """The settings: options win over environment variables."""
        return settings_of(home=self.home, llm=self.llm, timeout=self.timeout, download=self.download, where=self.where)

    @property
    def again(self) -> str:
        """The options that a run does not keep, to be given again where it goes on; with a space before each."""
        given = {"home": self.home, "llm": self.llm, "download": self.download, "out": self.out}
        return "".join(f" --{name} {quote(str(value))}" for name, value in given.items() if value is not None)

    @property
    def at_home(self) -> str:
        """`--home DIR` with a space before it, where it was given."""
        return f" --home {quote(str(self.home))}" if self.home else ""


class Limits(NamedTuple):
    """What a run, and a call in it, may spend; None for no limit, or for the limit that the run has."""

    max_llm_calls: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    max_seconds: float | None = None
    deadline: str | None = None
    thread_budget: str | None = None
    """Of the conversation: `cost=2,calls=50`."""
    timeout: float | None = None
    """Of one call to an expert."""

    def options(self) -> dict[str, Any]:
        """Those that are given, by the names of `Options`. Raises `UsageError`."""
        given = {**self._asdict(), **thread_limits_of(self.thread_budget)}
        given = {name: limit for name, limit in given.items() if limit is not None and name != "thread_budget"}
        return options_of(given, None).model_dump(include=set(given))
