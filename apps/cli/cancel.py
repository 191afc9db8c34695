"""Does the work of `cancel`: ends a run, whichever process works on it."""

import asyncio
from pathlib import Path

from ...graph.errors import UsageError
from ...tools.redaction.configured_secrets import redactor_of
from .arguments import settings_of
from .console import note, print_json, report_errors


def cancel_run(name: str, *, home: Path | None, as_json: bool) -> None:
    """`hugginggpt cancel`."""

    async def work() -> str:
        from ...checkpoints.cancellation import cancel
        from ...checkpoints.history import History
        from ...checkpoints.open import open_storage

        settings = settings_of(home=home, llm="")
        async with open_storage(settings.home, redactor_of(settings)) as storage:
            run = await History(storage.ledger).run(name)
            if run.status == "refused":
                raise UsageError(f"the plan of run {run.run_id} was refused; there is nothing to cancel")
            if run.status == "cancelled":
                hint = f"hugginggpt resume {run.run_id} goes on with it"
                raise UsageError(f"run {run.run_id} is cancelled already", hint=hint)
            await cancel(storage.ledger.database, run.run_id)
            return run.run_id

    with report_errors():
        run_id = asyncio.run(work())
        if as_json:
            print_json({"run_id": run_id, "status": "cancelled"})
        note(f"run {run_id} is cancelled; to continue: hugginggpt resume {run_id}")
