"""`cut_recording`, `quiet_pieces`: a recording in parts of at most `MAX_PART_SECONDS`, cut at quiet points."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from ...graph.call import Material, Part
from ...graph.errors import ExpertError, input_error, input_too_large
from .container import Unreadable, check_whole, open_container
from .sound import Samples, audio_stream, decode_track, mixed, quietest_point, write_wav

RATE = 16_000
"""Hz, mono: the input of speech models."""
MAX_PART_SECONDS = 120.0
MAX_SECONDS = 8 * 3600.0


def cut_recording(path: Path, folder: Path, *, most: float = MAX_SECONDS) -> Sequence[Part]:
    """The `Cutter` port: WAV files in `folder`; none for a short or unreadable recording. `ExpertError` beyond `most`."""
    if find_spec("av") is None:
        return ()
    import av

    try:
        with open_container(path, path.name, "sound") as container:
            seconds = (container.duration or 0) / av.time_base
            if not container.streams.audio or 0 < seconds <= MAX_PART_SECONDS:
                return ()
            track = audio_stream(container, path.name)
            parts = _written(_quietly_cut(decode_track(container, track, rate=RATE)), folder, most)
            if parts:
                check_whole(path, track, parts[-1].end, path.name)
            return parts
    except Unreadable:
        return ()


def quiet_pieces(recording: Material) -> Iterator[Samples]:
    """The samples at 16 kHz, of shape (time,), in pieces of `MAX_PART_SECONDS` at most. `ExpertError` (input fault)."""
    label, length = recording.resource.label, 0
    with open_container(recording.path, label, "sound") as container:
        track = audio_stream(container, label)
        for piece in _quietly_cut(decode_track(container, track, rate=RATE)):
            length += piece.shape[1]
            if length > MAX_SECONDS * RATE:
                raise _too_long(MAX_SECONDS)
            yield piece[0]
        check_whole(recording.path, track, length / RATE, label)
    if not length:
        raise input_error(f"{label} has no sound in it")


def _too_long(most: float) -> ExpertError:
    return input_too_large(f"the recording is longer than {most / 3600:g} hours", hint="Cut it, and give its parts.")


def _written(pieces: Iterable[Samples], folder: Path, most: float) -> Sequence[Part]:
    parts, begin = list[Part](), 0.0
    for samples in pieces:
        end = begin + samples.shape[1] / RATE
        if end > most:
            raise _too_long(most)
        parts.append(Part(path=folder / f"{len(parts)}.wav", media_type="audio/wav", begin=begin, end=end))
        write_wav(parts[-1].path, samples, RATE)
        begin = end
    return parts if len(parts) > 1 else ()


def _quietly_cut(frames: Iterable[Samples]) -> Iterator[Samples]:
    """Arrays of shape (1, time), each as long as a part may be, or a little shorter to end at a quiet point."""
    import numpy as np

    most, kept, length = int(MAX_PART_SECONDS * RATE), list[Samples](), 0
    for frame in frames:
        kept.append(frame)
        length += frame.shape[1]
        while length > most:
            whole = np.concatenate(kept, axis=1)
            end = quietest_point(whole[0, :most], RATE)
            yield mixed(whole[:, :end])
            kept, length = [whole[:, end:]], length - end
    if length:
        yield mixed(np.concatenate(kept, axis=1))
