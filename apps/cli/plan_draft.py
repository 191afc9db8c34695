"""`PlanDraft`: asks at the terminal whether a plan that waits is run; it can be edited in `$EDITOR` until it can be run."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...graph.errors import InvalidInput, InvalidPlan
from .console import err, note, plain, warn
from .plan import print_with_estimate

if TYPE_CHECKING:
    from ..session import Session

_QUESTION = "Run this plan? [y]es, [n]o, [e]dit, [l]ater: "
_AGAIN = "[e]dit it again, run the plan as it [w]as, [n]o, [l]ater: "


def at_terminal() -> bool:
    """Whether a person can be asked: keyboard and screen are a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class PlanDraft:
    """The plan of one waiting run. What was typed stays in its file until it is run, whatever ends the command."""

    def __init__(self, session: "Session", run_id: str) -> None:
        self._session, self._run_id = session, run_id
        self.file: Path | None = None
        """With the edited plan; None while none was edited."""

    async def verdict(self) -> Any:
        """The reply, as `nodes/verdicts.py` reads it; None where the run is to go on waiting."""
        ready = self.file is None
        while True:
            question = _QUESTION if ready else _AGAIN
            err().print(question, end="", markup=False, soft_wrap=True)
            match (await asyncio.to_thread(sys.stdin.readline)).strip().lower()[:1]:
                case "y" if ready:
                    return {"approve": True, "plan": self.file.read_text("utf-8-sig")} if self.file else True
                case "w" if self.file:
                    return True
                case "n":
                    return False
                case "e":
                    ready = await self._edited()
                case "l" | "":
                    return None
                case "y":
                    warn("that plan can't be run: edit it again (e), or run the one before the edits (w)")
                case _:
                    note("type one of the letters in brackets")

    def kept(self) -> str:
        """How to go on with what was edited; empty where nothing was."""
        return (
            f"the edited plan is in {self.file}: hugginggpt resume {self._run_id} --edit {self.file}"
            if self.file
            else ""
        )

    def close(self) -> None:
        """Remove the file: its plan was run or refused."""
        if self.file:
            with suppress(OSError):
                self.file.unlink()

    async def _edited(self) -> bool:
        """Open the editor, and show the plan that it leaves; False, with the reason, where that can't be run."""
        import click

        from ..checked_plan import checked_plan

        run = await self._session.run(self._run_id)
        if self.file is None:
            number, name = tempfile.mkstemp(prefix=f"hugginggpt-{self._run_id}-", suffix=".json")
            self.file = Path(name)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(json.dumps(run.plan.to_hugginggpt(), indent=2, ensure_ascii=False) + "\n")
        try:
            with _interrupts_go_to_the_editor():
                await asyncio.to_thread(click.edit, filename=str(self.file))
            checked = await checked_plan(self._session.world, run, self.file.read_text("utf-8-sig"))
        except click.ClickException as error:
            warn(f"{plain(error.format_message())}; set EDITOR to a program that edits a text")
            return False
        except (InvalidPlan, InvalidInput, OSError, ValueError) as error:  # also of quotes in $EDITOR, or no UTF-8
            problems = error.problems if isinstance(error, InvalidPlan) else [str(error)]
            for problem in problems:
                warn(plain(f"the edited plan can't be run: {problem}"))
            return False
        if checked.plan.digest == run.plan.digest:
            note("the plan is as it was")
        print_with_estimate(err(), checked.plan, checked.estimate)
        for warning in checked.warnings:
            warn(plain(f"warning: {warning}"))
        return True


@contextmanager
def _interrupts_go_to_the_editor() -> Iterator[None]:
    """Ctrl-C in the body reaches the editor, which is of the same terminal, and does not end this command."""
    before: Callable[..., Any] | int | None = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
