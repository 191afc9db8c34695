"""Recordings as phones, recorders and programs write them: all that is said is heard, at its time."""

import io
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.embedded.speech import SAMPLE_RATE, find_speech, spoken_parts
from hugginggpt.tools.content import identify
from hugginggpt.tools.media.sound import mixed, read_sound, write_wav
from paths import EXAMPLES


@pytest.fixture(scope="module")
def voice() -> Any:
    """About two seconds of speech at 16 kHz, of shape (time,)."""
    return read_sound(EXAMPLES / "hello.wav", rate=SAMPLE_RATE, mono=True)[0][0]


def spoken_at(sound: Any) -> list[tuple[float, float]]:
    return [(round(start, 1), round(end, 1)) for start, end, _ in find_speech(np.asarray(sound, np.float32), "a.wav")]


def test_speech_is_found_in_a_minute_of_silence(voice: Any) -> None:
    quiet = np.zeros(30 * SAMPLE_RATE, np.float32)
    ((start, end),) = spoken_at(np.concatenate([quiet, voice, quiet]))
    assert abs(start - 30) < 0.5
    assert abs(end - 30 - len(voice) / SAMPLE_RATE) < 0.5


@pytest.mark.parametrize("below", ["hum", "offset"])
def test_speech_is_found_over_hum_as_loud_and_over_a_constant_offset(voice: Any, below: str) -> None:
    loud = float(np.sqrt(np.mean(voice**2)))
    time = np.arange(len(voice)) / SAMPLE_RATE
    added = 1.4 * loud * np.sin(2 * np.pi * 50 * time) if below == "hum" else 0.05
    assert spoken_at(voice * 0.5 + added)


@pytest.mark.parametrize("level", [0.1, 0.02])
def test_where_noise_may_hide_speech_that_is_reported_and_no_speech_is_not_claimed(level: float) -> None:
    noise = np.random.default_rng(0).normal(0, level, 5 * SAMPLE_RATE)
    with pytest.raises(ExpertError, match=r"can't be determined whether anyone speaks in a\.wav"):
        spoken_at(noise)
    assert spoken_at(noise * 0.001 / level) == []  # the hiss of a microphone


def test_only_what_is_spoken_is_read_with_the_pauses_of_a_talk() -> None:
    segments = [(10.0, 12.0, 1.0), (13.0, 15.0, 1.0), (60.0, 61.0, 1.0)]
    assert list(spoken_parts(segments)) == [(9.5, 15.5), (59.5, 61.5)]


def test_channels_that_cancel_each_other_are_heard(voice: Any) -> None:
    assert np.abs(mixed(np.stack([voice, -voice]))).max() > 0.5 * np.abs(voice).max()
    other = np.roll(voice, 9000)
    assert np.allclose(mixed(np.stack([voice, other])), (voice + other) / 2)  # both people of an interview
    assert np.allclose(mixed(np.stack([voice, np.zeros_like(voice)])), voice / 2)


def test_speech_in_the_middle_of_5_1_is_heard(voice: Any, tmp_path: Path) -> None:
    six = np.zeros((6, len(voice)), np.float32)
    six[2] = voice
    encode(tmp_path / "a.flac", six, "flac", layout="5.1")
    assert np.abs(read_sound(tmp_path / "a.flac", mono=True)[0]).max() > 0.1


def encode(
    path: Path, sound: Any, codec: str, *, layout: str = "mono", rate: int = SAMPLE_RATE, format: str = ""
) -> None:
    with av.open(str(path), "w", format=format or None) as container:
        stream: Any = container.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(
            stream.codec_context.format,
            layout,
            stream.codec_context.sample_rate,
            stream.codec_context.frame_size or 1024,
        )
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.atleast_2d(sound)), "fltp", layout)
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


CONTAINERS = {
    "a.opus": ("libopus", 48_000, "ogg"), "a.m4a": ("aac", 44_100, "ipod"), "b.m4a": ("aac", 44_100, "mp4"),
    "a.amr": ("libopencore_amrnb", 8_000, "amr"), "a.weba": ("libopus", 48_000, "webm"), "a.flac": ("flac", 16_000, "flac"),
    "a.aiff": ("pcm_s16be", 16_000, "aiff"), "a.mp3": ("libmp3lame", 44_100, "mp3"), "a.mka": ("aac", 44_100, "matroska"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_of_a_recording_is_read_whole(voice: Any, tmp_path: Path, name: str) -> None:
    codec, rate, form = CONTAINERS[name]
    encode(tmp_path / name, voice, codec, rate=rate, format=form)
    content = identify((tmp_path / name).read_bytes(), name, Settings(home=tmp_path))
    assert content.kind == ("video" if name == "a.mka" else "audio")
    with collecting() as heard:
        sound, hertz = read_sound(tmp_path / name, mono=True)
    assert sound.shape[1] / hertz == pytest.approx(len(voice) / SAMPLE_RATE, abs=0.2)
    assert heard.lacks == []


def wav_bytes(sound: Any) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.asarray(sound) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_that_was_streamed_is_read_whatever_its_header_says(voice: Any, tmp_path: Path, size: int) -> None:
    data = wav_bytes(voice)
    data = data[:4] + size.to_bytes(4, "little") + data[8:40] + size.to_bytes(4, "little") + data[44:]
    (tmp_path / "a.wav").write_bytes(data)
    assert identify(data, "a.wav", Settings(home=tmp_path)).kind == "audio"
    assert read_sound(tmp_path / "a.wav")[0].shape == (1, len(voice))


def test_a_recording_that_is_cut_short_is_read_and_the_loss_reported(tmp_path: Path) -> None:
    data = wav_bytes(np.zeros(10 * SAMPLE_RATE))
    (tmp_path / "a.wav").write_bytes(data[: len(data) // 2])
    with collecting() as heard:
        read_sound(tmp_path / "a.wav")
    assert heard.lacks == ["a.wav is cut short: 5.0 of 10.0 seconds are there"]


@pytest.mark.parametrize("name", ["a.mka", "a.webm", "a.ogg", "a.opus"])
@pytest.mark.parametrize("share", [0.5, 0.98])
def test_a_container_that_states_no_length_is_reported_where_its_last_part_is_cut(
    tmp_path: Path, name: str, share: float
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 10 * SAMPLE_RATE)
    encode(tmp_path / name, noise.astype(np.float32), "aac" if name == "a.mka" else "libopus", rate=48_000)
    with collecting() as heard:
        read_sound(tmp_path / name)
    assert heard.lacks == []
    data = (tmp_path / name).read_bytes()
    (tmp_path / f"cut-{name}").write_bytes(data[: int(len(data) * share)])
    with collecting() as heard:
        read_sound(tmp_path / f"cut-{name}")
    assert [f"cut-{name} is cut short" in text for text in heard.lacks] == [True]


def test_a_length_that_is_only_estimated_is_no_promise(tmp_path: Path) -> None:
    time = np.arange(30 * SAMPLE_RATE) / SAMPLE_RATE
    loud = np.random.default_rng(0).normal(0, 0.2, 30 * SAMPLE_RATE)
    encode(tmp_path / "a.aac", np.where(time < 27, 0, loud).astype(np.float32), "aac")
    with collecting() as heard:
        read_sound(tmp_path / "a.aac")
    assert heard.lacks == []


def test_a_wav_without_sound_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.zeros((1, 0), np.float32), 8000)
    with pytest.raises(Exception, match=r"a\.wav holds no sound \(0 seconds\)"):
        identify((tmp_path / "a.wav").read_bytes(), "a.wav", Settings(home=tmp_path))
