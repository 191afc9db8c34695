"""Long recordings: one too long for a single call is transcribed part by part, each part durable, into one text."""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hugginggpt.apps.session import Session
from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.checkpoints.store import FileStore
from hugginggpt.graph.call import Artifact, Call, Material, Part
from hugginggpt.graph.errors import ExpertError, StorageError
from hugginggpt.graph.events import Event, TaskStarted
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.task import Task
from hugginggpt.nodes.long_recordings import parts_of
from hugginggpt.tools.backends.worker.decoder import Decoder
from hugginggpt.tools.backends.worker.pool import Workers
from hugginggpt.tools.media.recording_parts import MAX_PART_SECONDS, RATE, cut_recording
from hugginggpt.tools.media.sound import read_sound, write_wav
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, ask, last

TRANSCRIBE = [
    {"task": "automatic-speech-recognition", "id": 0, "dep": [-1], "args": {"audio": "talk.wav"}},
    {"task": "summarization", "id": 1, "dep": [0], "args": {"text": "<resource>-0"}},
]


class Transcriber(ScriptedBackend):
    """Transcribes the name of the part that it is given; `failures`: errors by key of the part, raised one a call."""

    def __init__(self, failures: dict[str, list[ExpertError]] | None = None) -> None:
        super().__init__()
        self.failures = failures or {}

    async def run(self, call: Call) -> Sequence[Artifact]:
        if call.task.type != "automatic-speech-recognition":
            return await super().run(call)
        self.calls.append(call.key)
        if self.failures.get(call.key):
            raise self.failures[call.key].pop()
        words = f"words of {call.inputs['audio'][0].resource.name}"
        return [Artifact(output="text", kind="text", media_type="text/plain", text=words)]


def recording(seconds: float, *quiet: float, rate: int = 8000) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Noise, with half a second of silence around each of `quiet`."""
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (1, int(seconds * rate))).astype(np.float32)
    for at in quiet:
        sound[:, int((at - 0.25) * rate) : int((at + 0.25) * rate)] = 0
    return sound


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_wav(tmp_path / "talk.wav", recording(300, 110, 220), 8000)
    return tmp_path / "talk.wav"


def text_of(events: list[Event]) -> str:
    text: str = last(events).results[0]["outputs"]["text"]["text"]
    return text


def test_a_long_recording_is_cut_at_its_pauses_and_nothing_is_lost(talk: Path, tmp_path: Path) -> None:
    parts = cut_recording(talk, tmp_path)
    assert [round(part.begin) for part in parts] == [0, 110, 220]
    assert all(0 < part.end - part.begin <= MAX_PART_SECONDS for part in parts)
    assert [part.begin for part in parts[1:]] == [part.end for part in parts[:-1]]
    pieces = [read_sound(part.path)[0] for part in parts]
    whole, rate = read_sound(talk, rate=RATE, mono=True)
    joined = np.concatenate(pieces, axis=1)
    assert rate == RATE
    assert abs(joined.shape[1] - 300 * RATE) < RATE / 100
    assert np.abs(joined[:, :RATE] - whole[:, :RATE]).max() < 1e-3


def test_a_short_recording_or_a_file_without_sound_is_not_cut(tmp_path: Path) -> None:
    write_wav(tmp_path / "short.wav", recording(MAX_PART_SECONDS - 1), 8000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF\x24\0\0\0WAVEjunk")
    for path in (tmp_path / "short.wav", tmp_path / "broken.wav", Path(__file__)):
        assert cut_recording(path, tmp_path) == ()


def test_a_recording_over_the_limit_is_refused_whatever_its_header_claims(talk: Path, tmp_path: Path) -> None:
    streamed = bytearray(talk.read_bytes())
    streamed[40:44] = b"\xff\xff\xff\xff"
    talk.write_bytes(streamed)
    assert len(cut_recording(talk, tmp_path)) == 3
    with pytest.raises(ExpertError, match="longer than"):
        cut_recording(talk, tmp_path, most=250)


async def test_each_part_has_a_row_of_its_own_and_the_text_is_one(talk: Path, scripted: OpenScripted) -> None:
    backend = Transcriber()
    async with scripted(TRANSCRIBE, backend=backend) as world:
        events = await ask(world, files=["talk.wav"])
        session = Session(world)
        members = await session.history.members((await session.history.run()).epoch)
        assert last(events).status == "succeeded"
        assert [row.key for row in members] == ["0[0]", "0[1]", "0[2]"]
        assert text_of(events) == "\n".join(f"words of talk.wav from {at}" for at in ("0:00", "1:50", "3:40"))
    assert sorted(backend.calls) == ["0[0]", "0[1]", "0[2]", "1"]


async def test_a_part_without_words_is_named_in_its_place(talk: Path, scripted: OpenScripted) -> None:
    backend = Transcriber({"0[1]": [ExpertError("no speech was found", input_fault=True)]})
    async with scripted(TRANSCRIBE, backend=backend) as world:
        events = await ask(world, files=["talk.wav"])
        assert last(events).status == "succeeded"
        assert text_of(events).splitlines()[1] == "[nothing from 1:50 to 3:40: no speech was found]"


async def test_a_retry_repeats_only_the_parts_that_failed(talk: Path, scripted: OpenScripted) -> None:
    backend = Transcriber({"0[2]": [ExpertError("out of memory")]})
    async with scripted(TRANSCRIBE, backend=backend) as world:
        events = await ask(world, files=["talk.wav"])
        assert "1 of 3 failed: 0[2]: out of memory" in last(events).results[0]["error"]
        backend.calls.clear()
        session = Session(world)
        again = [event async for event in session.retry(await session.history.run())]
        assert last(again).status == "succeeded"
        assert text_of(again).count("words of") == 3
    assert backend.calls == ["0[2]", "1"]


async def test_each_recording_of_a_list_is_cut_into_parts(talk: Path, scripted: OpenScripted) -> None:
    write_wav(talk.parent / "other.wav", recording(130, 110), 8000)
    plan = [
        {"task": "automatic-speech-recognition", "id": 0, "dep": [-1], "args": {"audio": ["talk.wav", "other.wav"]}}
    ]
    async with scripted(plan, backend=Transcriber()) as world:
        events = await ask(world, files=["talk.wav", "other.wav"])
        made = last(events).results[0]["outputs"]["text"]
    assert [text["text"].count("words of") for text in made] == [3, 2]
    assert {event.key for event in events if isinstance(event, TaskStarted)} >= {"0[0][2]", "0[1][1]"}


async def test_a_recording_of_silence_only_is_a_failure(talk: Path, scripted: OpenScripted) -> None:
    failures = {f"0[{n}]": [ExpertError("no speech was found", input_fault=True)] for n in range(3)}
    async with scripted(TRANSCRIBE, backend=Transcriber(failures)) as world:
        events = await ask(world, files=["talk.wav"])
    assert "3 of 3 failed: 0[0]: no speech was found" in last(events).results[0]["error"]


async def test_a_disk_too_full_for_the_parts_ends_the_run_and_blames_no_expert(home: Path, talk: Path) -> None:
    def cut(_path: Path, _folder: Path) -> Sequence[Part]:
        raise OSError(errno.ENOSPC, "No space left on device")

    prepare_home(home)
    store = FileStore(home)
    sha256, size = await store.put_bytes(talk.read_bytes(), "audio/wav")
    sound = Resource(kind="audio", media_type="audio/wav", sha256=sha256, size=size, name="talk.wav")
    inputs = {"audio": (Material(resource=sound, path=store.path(sound)),)}
    with pytest.raises(StorageError, match=r"talk\.wav can't be cut into parts: No space left"):
        await parts_of(Task(id=0, type="automatic-speech-recognition"), "0", inputs, store, cut)


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
def test_the_worker_that_cuts_reports_a_full_disk_as_one(talk: Path, tmp_path: Path) -> None:
    import resource

    workers, (soft, hard) = (
        Workers(Settings(home=tmp_path / "home", workers=1)),
        resource.getrlimit(resource.RLIMIT_FSIZE),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))  # which the worker inherits
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            Decoder(workers).cut(talk, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        workers.close()


def test_a_worker_cuts_as_this_process_would(talk: Path, tmp_path: Path) -> None:
    decoder = Decoder(Workers(Settings(home=tmp_path / "home", workers=1)))
    try:
        parts = decoder.cut(talk, tmp_path)
    finally:
        decoder.close()
    assert [(part.begin, part.end) for part in parts] == [
        (part.begin, part.end) for part in cut_recording(talk, tmp_path)
    ]
    assert all(read_sound(part.path)[1] == RATE for part in parts)
