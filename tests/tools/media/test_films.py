"""Films as phones and programs write them: upright, at their own times, with the sound track that players choose."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from embedded_calls import call_of
from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.media.sound import read_sound
from hugginggpt.tools.media.video_frames import frame_times, iterate_frames, video_pixels, video_shape
from materials import material
from paths import EXAMPLES, ROOT

THOUSANDTHS = Fraction(1, 1000)


def write_film(
    path: Path, times: list[int], *, tones: tuple[tuple[int, str], ...] = (), late: int = 0, cover: bool = False
) -> None:
    """Frames at these thousandths of a second, brighter each time; sound tracks of one pitch and a language, `late` too."""
    with av.open(str(path), "w") as out:
        if cover:
            still: Any = out.add_stream("mjpeg", rate=1)
            still.width = still.height = 64
            still.pix_fmt, still.disposition = "yuvj420p", av.stream.Disposition.attached_pic
        video: Any = out.add_stream("libx264", rate=1000, options={"preset": "ultrafast", "bf": "0"})
        video.width, video.height, video.pix_fmt, video.time_base = 96, 64, "yuv420p", THOUSANDTHS
        video.codec_context.time_base = THOUSANDTHS
        tracks: list[Any] = []
        for number, (_, language) in enumerate(tones):
            track: Any = out.add_stream("aac", rate=16_000, layout="mono")
            track.metadata["language"] = language
            last = number == len(tones) - 1
            track.disposition = av.stream.Disposition.default if last else av.stream.Disposition(0)
            tracks.append(track)
        if cover:
            out.mux(still.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), "u1"), format="rgb24")))
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), 5 * number, "u1"), format="rgb24")
            frame.pts, frame.time_base = time, THOUSANDTHS
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for track, (hertz, _) in zip(tracks, tones, strict=True):
            for n in range(16):
                wave = 0.5 * np.sin(2 * np.pi * hertz * (np.arange(1024) + 1024 * n) / 16_000)
                sound = av.AudioFrame.from_ndarray(wave[None].astype("f4"), "fltp", "mono")
                sound.sample_rate, sound.time_base, sound.pts = 16_000, Fraction(1, 16_000), 16 * late + 1024 * n
                out.mux(track.encode(sound))
            out.mux(track.encode(None))


def pitch(path: Path) -> float:
    sound, rate = read_sound(path, mono=True)
    return float(np.abs(np.fft.rfft(sound[0])).argmax() * rate / sound.shape[1])


def test_sound_that_begins_late_is_heard_late(tmp_path: Path) -> None:
    write_film(tmp_path / "a.mp4", [0, 1000, 2000, 3000], tones=((440, "eng"),), late=2000)
    sound, rate = read_sound(tmp_path / "a.mp4", mono=True)
    loud = np.flatnonzero(np.abs(sound[0]) > 0.1)
    assert loud[0] / rate == pytest.approx(2.0, abs=0.15)


def test_the_sound_track_flagged_as_default_is_used_and_named(tmp_path: Path) -> None:
    write_film(tmp_path / "a.mkv", [0, 500], tones=((440, "deu"), (880, "eng")))
    with collecting() as heard:
        assert pitch(tmp_path / "a.mkv") == pytest.approx(880, abs=20)
    assert heard.notes == ["a.mkv has 2 sound tracks; that of number 2 was used, eng"]


def test_frames_at_uneven_times_keep_them(tmp_path: Path) -> None:
    """As of a screen recorder, which writes a frame when something changes."""
    write_film(tmp_path / "a.mkv", [0, 100, 200, 2000, 4000])
    film = material(tmp_path / "a.mkv")
    assert frame_times(film) == pytest.approx([0, 0.1, 0.2, 2, 4], abs=0.01)
    shape = video_shape(film)
    levels = [int(pixels.mean()) for pixels in video_pixels(film, shape)]
    assert len(levels) == pytest.approx(shape.seconds * shape.rate, abs=1)
    for second, level in ((0.1, 5), (1.5, 10), (3, 15)):
        assert levels[round(second * shape.rate)] == pytest.approx(level, abs=2)


def test_a_film_that_was_turned_stands_upright_in_frames_and_in_what_is_made_of_it(tmp_path: Path) -> None:
    """A phone held upright writes lying pictures, and a matrix that turns them."""
    write_film(tmp_path / "plain.mp4", [100 * number for number in range(10)])
    turned(tmp_path / "plain.mp4", tmp_path / "phone.mp4")
    film = material(tmp_path / "phone.mp4")
    assert [frame.size for frame in iterate_frames(film, 1)] == [(64, 96)]
    call = call_of("mux", tmp_path, {"video": tmp_path / "phone.mp4", "audio": EXAMPLES / "hello.wav"}, "", {})
    made = registered()["embedded/mux"].function(call)[0].path
    assert made is not None
    assert [frame.size for frame in iterate_frames(material(made), 1)] == [(64, 96)]


def turned(source: Path, target: Path) -> None:
    """The file with the matrix of its video track (`tkhd`, ISO 14496-12, 8.3.2) set to a quarter turn."""
    data = bytearray(source.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one = (1 << 16).to_bytes(4, "big", signed=True)
    minus, none = (-(1 << 16)).to_bytes(4, "big", signed=True), bytes(4)
    data[at : at + 36] = none + one + none + minus + none * 4 + (1 << 30).to_bytes(4, "big")
    target.write_bytes(data)


def test_a_picture_on_the_cover_of_a_recording_is_no_film(tmp_path: Path) -> None:
    sound, rate = read_sound(EXAMPLES / "hello.wav")
    with av.open(str(tmp_path / "a.m4a"), "w", format="mp4") as out:
        track: Any = out.add_stream("aac", rate=rate, layout="mono")
        still: Any = out.add_stream("mjpeg", rate=1)
        still.width, still.height, still.pix_fmt = 64, 64, "yuvj420p"
        still.disposition = av.stream.Disposition.attached_pic
        out.mux(still.encode(av.VideoFrame.from_image(Image.new("RGB", (64, 64), "teal")).reformat(format="yuvj420p")))
        out.mux(still.encode(None))
        frame = av.AudioFrame.from_ndarray(sound, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        out.mux(track.encode(frame))
        out.mux(track.encode(None))
    assert read_sound(tmp_path / "a.m4a")[0].shape[1] > rate
    with pytest.raises(ExpertError, match=r"a\.m4a has no moving pictures in it"):
        frame_times(material(tmp_path / "a.m4a"))


def test_a_film_that_is_cut_short_is_reported(tmp_path: Path) -> None:
    write_film(tmp_path / "whole.mp4", [200 * n for n in range(50)])
    data = faststart(tmp_path / "whole.mp4", tmp_path / "fast.mp4")
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) - (len(data) - data.index(b"mdat")) // 2])
    with collecting() as heard:
        video_shape(material(tmp_path / "cut.mp4"))
    assert heard.lacks
    assert heard.lacks[0].startswith("cut.mp4 is cut short: ")


def faststart(source: Path, target: Path) -> bytes:
    """The same streams with the index in front."""
    with av.open(str(source)) as whole, av.open(str(target), "w", options={"movflags": "+faststart"}) as out:
        copy = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(whole.streams.video[0]):
            if packet.dts is not None:
                packet.stream = copy
                out.mux(packet)
    return target.read_bytes()


def test_the_subtitles_of_a_language_are_read_with_their_times(tmp_path: Path) -> None:
    film = ROOT / "tests" / "corpus" / "files" / "two_languages.mkv"
    read = registered()["embedded/subtitle-track"].function
    (made,) = read(call_of("subtitle-track", tmp_path, {"video": film}, "", {"track": "de", "format": "srt"}))
    assert (made.media_type, made.text) == (
        "application/x-subrip",
        "1\n00:00:00,000 --> 00:00:02,000\nKapitän Hanna Berg steht am Ruder.\n\n"
        "2\n00:00:02,000 --> 00:00:04,000\nDie Fähre geht um 06:40.\n",
    )
    with pytest.raises(ExpertError, match=r"no subtitles in French: the languages of its tracks are: en, de"):
        read(call_of("subtitle-track", tmp_path, {"video": film}, "", {"track": "fr"}))
