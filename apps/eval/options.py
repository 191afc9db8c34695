"""`EvalOptions`: the options that both `eval` commands have."""

from dataclasses import dataclass
from pathlib import Path

from ...graph.settings import Settings
from ..cli.arguments import settings_of


@dataclass(frozen=True)
class EvalOptions:
    """How to evaluate, as typed."""

    home: Path | None
    llm: str | None
    limit: int | None
    out: Path | None
    jobs: int
    fresh: bool
    json: bool
    timeout: float | None = None

    def settings(self) -> Settings:
        """The environment's settings, overridden by these options."""
        return settings_of(home=self.home, llm=self.llm, timeout=self.timeout)
