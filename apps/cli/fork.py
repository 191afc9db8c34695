"""Does the work of `fork`: reads its changes, and shows the new run as `run` does."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ...graph.errors import InvalidPlan, UsageError
from ...graph.events import Event
from ...graph.plan import Plan
from .arguments import choices_of, settings_of_home
from .common_options import CommonOptions, Limits
from .console import note, plain, report_errors
from .shown_run import show_and_exit

if TYPE_CHECKING:
    from ..session import Session


def fork_run(
    common: CommonOptions,
    name: str | None,
    *,
    outputs: Sequence[str],
    models: Sequence[str],
    redo: Sequence[int],
    edit_plan: Path | None,
    at: str | None,
    thread: str | None,
    limits: Limits,
) -> NoReturn:
    """`hugginggpt fork`."""
    with report_errors(started=False):
        settings_of_home(common.home)
        values, chosen, plan = _outputs(outputs), choices_of(models), _plan_in(edit_plan)

    async def events(session: "Session") -> AsyncIterator[Event]:
        from ..changes import Changes

        changes = Changes(
            outputs=values,
            models=chosen,
            redo=redo,
            plan=plan,
            at=at,
            thread_id=thread,
            limits=limits.options(),
        )
        parent = await session.run(name)
        if name is None:
            note(f"from run {parent.run_id}: {plain(parent.request.text, 60)}")
        async for event in session.fork(parent, changes):
            yield event

    show_and_exit(common, events, again=f"fork {name or ''} ...".replace("  ", " "))


def _outputs(given: Sequence[str]) -> dict[str, str | Path]:
    """`--set NAME=VALUE`; a value that begins with `@` names a file, with `@@` it is a text that begins with `@`."""
    from ..changes import form_of_outputs, read_name

    found = dict[str, str | Path]()
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise UsageError(f"--set {each!r} must be TASK=VALUE", hint=form_of_outputs())
        read_name(name)
        if name in found:
            raise UsageError(f"--set names {name} twice", hint="leave one of them out")
        if value.startswith("@") and not value.startswith("@@"):
            found[name] = Path(value[1:])
            if not value[1:]:
                raise UsageError(f"--set {each!r} names no file", hint=form_of_outputs())
        else:
            found[name] = value[1:] if value.startswith("@@") else value
    return found


def _plan_in(file: Path | None) -> str | None:
    if file is None:
        return None
    hint = "`hugginggpt show RUN --plan` prints the plan of a run"
    try:
        text = file.read_text(encoding="utf-8")
        Plan.from_hugginggpt(text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {error}", hint=hint) from error
    except InvalidPlan as error:
        raise InvalidPlan(error.problems, hint=hint) from None
    return text
