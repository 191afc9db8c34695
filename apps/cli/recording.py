"""Connects `run --record FILE` and `run --replay FILE` to `tools/recording`, and reports differences at the end."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...graph.errors import UsageError
from ...graph.events import RunFinished
from ...graph.options import Options
from ...graph.settings import Settings
from ...tools.recording.recorder import Recorder
from ...tools.recording.replayer import Replayer
from ...tools.recording.scrub import Scrubber
from .console import err, note, plain, warn

DIFFERENT = 1
"""Exit code of a replay that differs from the recording."""
MOST_SHOWN = 20


def recorder(file: Path, request: str, files: Sequence[str], options: Options, settings: Settings) -> Recorder:
    """A new recording of a run. Raises `UsageError` if the file exists."""
    from ... import __version__

    model = None
    if settings.chat_model:
        from ...tools.chat_models.models import ChatModel
        from ...tools.chat_models.recorded import model_fields

        model = model_fields(ChatModel.of(settings.chat_model, settings))
    head = {
        "hugginggpt": __version__,
        "request": request,
        "files": list(files),
        "options": options.model_dump(mode="json"),
        "model": model,
    }
    return Recorder(file, head, Scrubber(settings))


def player(file: Path, settings: Settings) -> tuple[Replayer, Settings]:
    """The recording in a file, and settings that name its controller."""
    recording = Replayer(file, Scrubber(settings))
    model = recording.head.get("model")
    return recording, settings.model_copy(update={"llm": model["name"] if model else ""})


async def close_recording(recording: Recorder | Replayer, last: RunFinished | None, code: int) -> int:
    """Close the recording and report where it is, or where the replay differs from it; returns the exit code."""
    ended: dict[str, Any] = last.model_dump(mode="json", include={"status", "plan", "answer"}) if last else {}
    console = err()
    if isinstance(recording, Recorder):
        if last:
            await recording.end(ended)
        recording.close()
        console.print(f"recorded in {recording.file}", style="dim", soft_wrap=True, markup=False)
        return code
    departures = recording.all_differences(ended)
    if not departures:
        note(f"as recorded: {recording.replayed} exchanges")
        return code
    warn("differs from the recording:")
    for departure in departures[:MOST_SHOWN]:
        warn(f"- {plain(departure)}")
    if len(departures) > MOST_SHOWN:
        warn(f"- and {len(departures) - MOST_SHOWN} more")
    return DIFFERENT


def refuse_with_replay(given: Mapping[str, Any]) -> None:
    """Raises `UsageError` if an option is given that the recording sets itself."""
    if named := [name if name.isupper() else f"--{name}" for name, value in given.items() if value]:
        raise UsageError(
            f"{', '.join(named)} can't be combined with --replay", hint="a recording has its own request and choices"
        )
