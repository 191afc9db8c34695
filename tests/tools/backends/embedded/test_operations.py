"""Pictures, sounds and films changed by arithmetic: brightness, parts, formats, volume, times."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageCms

from embedded_calls import RunExpert, call_of
from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.task import Scalar
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.media.container import open_container
from hugginggpt.tools.media.sound import read_sound, write_wav
from hugginggpt.tools.media.video_writer import write_video


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """200 x 100, from dark to bright, left to right."""
    path = tmp_path / "ramp.png"
    Image.fromarray(np.tile(np.linspace(50, 150, 200).astype(np.uint8)[None, :, None], (100, 1, 3))).save(path)
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds, ten frames a second, from black to bright, with a tone that begins in the second half."""
    path = tmp_path / "film.mp4"
    tone = np.concatenate([np.zeros(8000), 0.5 * np.sin(np.arange(8000) / 5)]).astype(np.float32)[None]
    write_video(path, (np.full((64, 96, 3), 10 * n, np.uint8) for n in range(20)), Fraction(10), (96, 64), (tone, 8000))
    return path


def pixels(made: Artifact) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    assert made.path is not None
    return np.asarray(Image.open(made.path).convert("RGB")).astype(float)


def seconds(path: Path | None) -> tuple[float, bool]:
    """The length of a film, and whether it has sound."""
    assert path is not None
    with open_container(path, "film") as container:
        frames = sum(1 for _ in container.decode(video=0))
        return frames / 10, bool(container.streams.audio)


def test_brightness_and_contrast_follow_the_percent(run_expert: RunExpert, ramp: Path) -> None:
    def changed(operation: str, **given: Scalar) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        return pixels(run_expert("retouch", {"image": ramp}, operation=operation, **given)["image"])

    before = np.asarray(Image.open(ramp)).astype(float)
    assert changed("brighten").mean() > changed("brighten", percent=10).mean() > before.mean()
    assert changed("darken").mean() < before.mean()
    assert changed("contrast").std() > 1.2 * before.std()


def test_the_format_is_the_one_that_was_asked_for(run_expert: RunExpert, ramp: Path) -> None:
    made = run_expert("retouch", {"image": ramp}, operation="format", format="jpg")["image"]
    assert made.media_type == "image/jpeg"
    assert made.path is not None
    assert Image.open(made.path).format == "JPEG"


@pytest.mark.parametrize(
    ("given", "size", "brighter"),
    [
        ({"part": "left", "pixels": 30}, (30, 100), False),
        ({"part": "right", "share": 0.25}, (50, 100), True),
        ({"part": "top", "share": 0.5}, (200, 50), None),
        ({"part": "square"}, (100, 100), None),
        ({"part": "middle", "width": 60, "height": 20}, (60, 20), None),
    ],
)
def test_a_named_part_is_cut_out(
    run_expert: RunExpert, ramp: Path, given: dict[str, Scalar], size: tuple[int, int], brighter: bool | None
) -> None:
    part = pixels(run_expert("crop", {"image": ramp}, **given)["image"])
    assert (part.shape[1], part.shape[0]) == size
    assert brighter is None or bool(part.mean() > 100) is brighter


def test_frames_are_taken_at_times(film: Path, tmp_path: Path) -> None:
    def greys(**given: Scalar) -> list[float]:
        scratch = tmp_path / "-".join(f"{name}{value}" for name, value in given.items())
        scratch.mkdir()
        made = registered()["embedded/frames"].function(call_of("frames", scratch, {"video": film}, "", given))
        return [float(pixels(frame).mean()) for frame in made]

    assert np.allclose(greys(every_seconds=1.0), [0, 100], atol=5)
    assert np.allclose(greys(at_seconds=0.5), [50], atol=5)
    assert np.allclose(greys(which="last"), [190], atol=5)
    with pytest.raises(ExpertError, match="no frame at 30 s"):
        greys(at_seconds=30.0)


def test_a_part_of_a_film_has_its_pictures_and_its_sound(run_expert: RunExpert, film: Path) -> None:
    made = run_expert("trim-video", {"video": film}, start_seconds=1.0)["video"]
    length, sounds = seconds(made.path)
    assert (abs(length - 1) < 0.15, sounds) == (True, True)
    assert made.path is not None
    sound, rate = read_sound(made.path)
    assert abs(sound.shape[1] / rate - 1) < 0.15
    assert np.abs(sound[:, : rate // 2]).max() > 0.3  # the tone that began after one second


def test_a_muted_film_is_as_long_as_before(run_expert: RunExpert, film: Path) -> None:
    assert seconds(run_expert("mute", {"video": film})["video"].path) == (2.0, False)


def test_the_sound_track_of_a_film_is_taken_by_its_language_or_number(run_expert: RunExpert, tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(2)]
        for stream, language in zip(streams, ("ger", "eng"), strict=True):
            stream.metadata["language"] = language
        for stream, length in zip(streams, (8000, 16000), strict=True):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, length), np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = 8000, 0
            container.mux(stream.encode(frame))
    lengths = []
    for track in ("de", "en", "1", "-1"):
        made = run_expert("sound-track", {"video": path}, track=track)["audio"].path
        assert made is not None
        sound, rate = read_sound(made)
        lengths.append(sound.shape[1] / rate)
    assert lengths == [1.0, 2.0, 1.0, 2.0]
    with pytest.raises(ExpertError, match="no sound track in French: the languages of its tracks are: de, en"):
        run_expert("sound-track", {"video": path}, track="fr")


def test_of_a_film_without_sound_it_is_said_that_there_was_none_to_remove(run_expert: RunExpert, film: Path) -> None:
    made = run_expert("mute", {"video": film})["video"].path
    assert made is not None
    silent = made.rename(film.with_name("silent.mp4"))
    assert "had no sound to remove" in run_expert("mute", {"video": silent})["video"].note


def test_a_part_of_a_recording_has_the_format_that_was_asked_for(run_expert: RunExpert, film: Path) -> None:
    sound = run_expert("sound-track", {"video": film})["audio"].path
    assert sound is not None
    part = run_expert("trim-audio", {"audio": sound}, start_seconds=1.0, format="mp3")["audio"]
    assert part.media_type == "audio/mpeg"


@pytest.mark.parametrize(
    ("given", "length", "loud"),
    [({"end_seconds": 1.0}, 1.0, False), ({"start_seconds": -0.5}, 0.5, True), ({"end_seconds": -0.5}, 1.5, True)],
)
def test_a_part_of_a_recording_is_cut_to_the_sample(
    run_expert: RunExpert, tmp_path: Path, given: dict[str, Scalar], length: float, loud: bool
) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, np.concatenate([np.zeros(8000), np.full(8000, 0.5)]).astype(np.float32)[None], 8000)
    made = run_expert("trim-audio", {"audio": path}, **given)["audio"]
    assert made.path is not None
    sound, rate = read_sound(made.path)
    assert sound.shape[1] == length * rate
    assert bool(np.abs(sound).max() > 0.4) is loud


@pytest.mark.parametrize(("end", "noted"), [(1.5, False), (2.0, False), (5.0, True)])
def test_a_part_that_goes_on_after_the_end_is_noted(
    run_expert: RunExpert, tmp_path: Path, film: Path, end: float, noted: bool
) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, np.zeros((1, 16000), np.float32), 8000)
    sound = run_expert("trim-audio", {"audio": path}, start_seconds=1.0, end_seconds=end)["audio"]
    assert ("ends at 2.0 s, before 5 s" in sound.note) is noted
    cut = run_expert("trim-video", {"video": film}, start_seconds=1.0, end_seconds=end)["video"]
    assert bool(cut.note) is noted


def test_a_part_beyond_the_end_is_an_error(run_expert: RunExpert, examples: Path) -> None:
    with pytest.raises(ExpertError, match=r"has no such part: it is \d+\.\d s long"):
        run_expert("trim-audio", {"audio": examples / "hello.wav"}, start_seconds=500.0)


def test_a_recording_gets_louder_up_to_its_peak(run_expert: RunExpert, tmp_path: Path) -> None:
    def peak(value: float, operation: str, **given: Scalar) -> float:
        path = tmp_path / "a.wav"
        write_wav(path, np.full((1, 8000), value, np.float32), 8000)
        made = run_expert("sound-edit", {"audio": path}, operation=operation, **given)["audio"]
        assert made.path is not None
        return round(float(np.abs(read_sound(made.path)[0]).max()), 2)

    assert (peak(0.2, "louder"), peak(0.8, "louder"), peak(0.8, "quieter", percent=25)) == (0.4, 1.0, 0.6)
    with pytest.raises(ExpertError, match="without distortion"):
        peak(1.0, "louder")


def test_a_recording_that_gets_less_loud_than_asked_says_how_much(run_expert: RunExpert, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, np.full((1, 8000), 0.8, np.float32), 8000)
    notes = [run_expert("sound-edit", {"audio": path}, operation="louder", percent=p)["audio"].note for p in (50, 10)]
    assert notes[0].startswith("only 25 % louder, not 50 %")
    assert notes[1] == ""


@pytest.mark.parametrize(("mode", "level"), [("RGBA", (10, 20, 30, 77)), ("I;16", 40_000)])
def test_a_part_of_a_picture_keeps_its_transparency_and_its_deep_greys(
    run_expert: RunExpert, tmp_path: Path, mode: str, level: int | tuple[int, ...]
) -> None:
    picture = Image.new(mode, (60, 40))
    picture.putpixel((50, 10), level)
    picture.save(tmp_path / "a.png")

    made = run_expert("crop", {"image": tmp_path / "a.png"}, left=40, top=0, right=60, bottom=20)["image"].path

    with Image.open(str(made)) as part:
        assert (part.mode, part.size, part.getpixel((10, 10))) == (mode, (20, 20), level)


def test_the_colour_profile_of_a_grey_picture_is_not_that_of_the_colours_made_of_it(
    run_expert: RunExpert, tmp_path: Path
) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[16:20] = b"GRAY"
    Image.new("L", (60, 40), 200).save(tmp_path / "a.png", icc_profile=bytes(profile))

    made = run_expert("retouch", {"image": tmp_path / "a.png"}, operation="blur")["image"].path

    with Image.open(str(made)) as blurred:
        assert (blurred.mode, blurred.info.get("icc_profile")) == ("RGB", None)
