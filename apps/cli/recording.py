"""`run --record FILE`, `run --replay FILE`: a tape for a run, and what is said of it at the end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from ...graph.events import RunFinished
from ...graph.result import Options
from ...graph.settings import Settings
from ...tools.recording.recorder import Recorder
from ...tools.recording.replayer import Replayer
from ...tools.recording.scrub import Scrubber
from .console import err, plain

DEPARTED = 1
"""Exit code of a replay that was not as recorded."""
MOST_SHOWN = 20


def recorder(file: Path, request: str, files: Sequence[str], options: Options, settings: Settings) -> Recorder:
    """A new tape for a run. Raises `UsageError` when the file is there already."""
    from ... import __version__

    model = None
    if settings.llm:
        from ...tools.chat_models.models import ChatModel
        from ...tools.chat_models.recorded import model_fields

        model = model_fields(ChatModel.of(settings.llm, settings))
    head = {
        "hugginggpt": __version__,
        "request": request,
        "files": list(files),
        "options": options.model_dump(mode="json"),
        "model": model,
    }
    return Recorder(file, head, Scrubber(settings))


def player(file: Path, settings: Settings) -> tuple[Replayer, Settings]:
    """The tape of a recorded run, and settings that name its controller."""
    tape = Replayer(file, Scrubber(settings))
    model = tape.head.get("model")
    return tape, settings.model_copy(update={"llm": model["name"] if model else ""})


async def end_of(tape: Recorder | Replayer, last: RunFinished | None, code: int) -> int:
    """Close the tape and say what it holds, or where the run departed from it; gives the exit code."""
    ended: dict[str, Any] = last.model_dump(mode="json", include={"status", "plan", "answer"}) if last else {}
    console = err()
    if isinstance(tape, Recorder):
        if last:
            await tape.end(ended)
        tape.close()
        console.print(f"recorded in {tape.file}", style="dim", soft_wrap=True, markup=False)
        return code
    departures = tape.all_differences(ended)
    if not departures:
        console.print(f"as recorded: {tape.replayed} exchanges", style="dim", soft_wrap=True)
        return code
    console.print("departs from the recording:", style="yellow")
    for departure in departures[:MOST_SHOWN]:
        console.print(f"- {plain(departure)}", style="yellow", soft_wrap=True)
    if len(departures) > MOST_SHOWN:
        console.print(f"- and {len(departures) - MOST_SHOWN} more", style="yellow")
    return DEPARTED


def refuse_beside_replay(given: Mapping[str, Any]) -> None:
    """All that a recording settles by itself."""
    if named := [name if name.isupper() else f"--{name}" for name, value in given.items() if value]:
        raise UsageError(
            f"{', '.join(named)} can't stand beside --replay", hint="a recording brings its request and its choices"
        )
