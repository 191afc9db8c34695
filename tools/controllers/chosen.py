"""`Controllers`: the controller of each run: that of the settings, or of the model that the run's options name."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from ...graph.choice import Choice
from ...graph.errors import HuggingGPTError, UsageError
from ...graph.expert import Assignment
from ...graph.ports import Callbacks, Controller, NoCallbacks
from ...graph.result import Proposal, Request, Run
from ...graph.settings import RULES

_NO_CALLBACKS = NoCallbacks()


class Controllers:
    """Called with `Options.llm`. `make` builds the controller of a model, once; it reads files, so it runs in a thread."""

    def __init__(self, default: Controller, make: Callable[[str], Controller]) -> None:
        self._default = default
        self._make = make
        self._made = dict[str, Controller]()

    async def __call__(self, llm: str) -> Controller:
        """Raises `UsageError` for a model that is unknown, lacks its key, or whose address only the settings may name."""
        if not llm:
            return self._default
        if "@" in llm or "://" in llm:
            raise UsageError(
                f"options.llm names the address of a server ({llm.partition('@')[0][:80]}), which only the settings may",
                hint="Set HUGGINGGPT_LLM=PROVIDER:MODEL@URL where the server or program is started.",
            )
        if llm not in self._made:
            self._made[llm] = await asyncio.to_thread(self._make, "" if llm == RULES else llm)
        return self._made[llm]


class RefusingController:
    """The `Controller` port where the settings allow none: states can be read, and each run ends with the reason."""

    name = "none"

    def __init__(self, error: HuggingGPTError) -> None:
        self._error = error

    async def plan(self, request: Request, callbacks: Callbacks = _NO_CALLBACKS) -> Proposal:
        """Raise the reason."""
        raise self._error

    def differences(self, choice: Choice) -> Sequence[str]:
        """Raise the reason."""
        raise self._error

    async def choose(self, choices: Sequence[Choice], callbacks: Callbacks = _NO_CALLBACKS) -> Sequence[Assignment]:
        """Raise the reason."""
        raise self._error

    async def answer(
        self, run: Run, paths: Mapping[str, Path], callbacks: Callbacks = _NO_CALLBACKS
    ) -> AsyncIterator[str]:
        """Raise the reason."""
        raise self._error
        yield ""
