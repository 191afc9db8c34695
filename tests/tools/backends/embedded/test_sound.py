"""The sound and video experts, on speech that we made ourselves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.embedded.experts.denoise import reduce_noise
from hugginggpt.tools.backends.embedded.experts.speak import language_of, synthesize, voice_name
from hugginggpt.tools.languages import SPOKEN
from hugginggpt.tools.media.sound import read_sound, write_wav

RunExpert = Callable[..., dict[str, Artifact]]

SENTENCES = [
    "he opened the window and looked at the street",
    "the train to the city leaves in ten minutes",
    "there is a small river behind the house",
]


def file(made: dict[str, Artifact], output: str) -> Path:
    path = made[output].path
    assert path is not None
    return path


def seconds(path: Path) -> float:
    sound, rate = read_sound(path)
    return sound.shape[1] / rate


def streams(path: Path) -> dict[str, Any]:
    """Codec and seconds of each stream, and the pixel format and size of the pictures."""
    with av.open(str(path)) as container:
        found: dict[str, Any] = {
            stream.type: (stream.codec_context.name, float((stream.duration or 0) * (stream.time_base or 0)))
            for stream in container.streams
        }
        picture = container.streams.video[0]
        return found | {"format": picture.codec_context.pix_fmt, "size": (picture.width, picture.height)}


def distortion(sound: Any, clean: Any) -> float:
    """Scale-invariant signal to distortion ratio, in dB."""
    part = (sound @ clean) / (clean @ clean) * clean
    return float(10 * np.log10((part @ part) / ((sound - part) @ (sound - part))))


def test_speech_is_mono_wav_of_a_plausible_length(run_expert: RunExpert) -> None:
    path = file(
        run_expert("espeak-ng", {"text": "The total is twenty-one euros and forty cents."}, language="English"), "audio"
    )
    sound, rate = read_sound(path)
    assert (sound.shape[0], rate) == (1, 22050)
    assert 1.5 < seconds(path) < 6
    assert np.abs(sound).max() > 0.1


def test_spoken_text_is_recognised_again(run_expert: RunExpert) -> None:
    spoken = recognised = 0
    for sentence in SENTENCES:
        audio = file(run_expert("espeak-ng", {"text": sentence}, language="en"), "audio")
        words = (run_expert("pocketsphinx", {"audio": audio})["text"].text or "").split()
        spoken += len(sentence.split())
        recognised += sum(word in words for word in sentence.split())
    assert recognised / spoken > 0.75


def test_a_long_text_is_spoken_to_its_end(run_expert: RunExpert, examples: Path) -> None:
    article = (examples / "article.txt").read_text()
    path = file(run_expert("espeak-ng", {"text": article}, language="en"), "audio")
    assert seconds(path) == pytest.approx(len(article.split()) * 60 / 170, rel=0.35)


def test_languages_sound_different_and_the_rate_is_respected(run_expert: RunExpert) -> None:
    text = "El total es de veintiún euros."
    spanish, english, slow = (
        read_sound(file(run_expert("espeak-ng", {"text": text}, language=language, rate=rate), "audio"))[0]
        for language, rate in (("Spanish", 170), ("en", 170), ("es", 100))
    )
    assert spanish.shape != english.shape
    assert slow.shape[1] > 1.3 * spanish.shape[1]


@pytest.mark.parametrize(
    ("text", "goal", "language", "code"),
    [
        ("Der Zug nach München fährt um neun Uhr ab.", "", "", "de"),
        ("The train leaves at nine o'clock.", "", "", "en"),
        ("21.40 EUR", "", "", "en"),
        ("21.40 EUR", "say the total aloud in Spanish", "", "es"),
        ("Der Zug", "say it in Spanish", "pt-BR", "pt"),
    ],
)
def test_the_language_is_the_requested_one_or_that_of_the_text(text: str, goal: str, language: str, code: str) -> None:
    parameters = {"language": language} if language else {}
    assert language_of(Task(id=0, type="text-to-speech", goal=goal, parameters=parameters), text) == code


def test_an_unknown_voice_is_an_error_that_names_it(run_expert: RunExpert) -> None:
    with pytest.raises(ExpertError, match=r"no voice 'elvis'"):
        run_expert("espeak-ng", {"text": "hello"}, language="en", voice="elvis")


def test_speech_is_recognised_in_any_container(run_expert: RunExpert, examples: Path, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "hello.mp3"), "w") as out, av.open(str(examples / "hello.wav")) as source:
        stream = out.add_stream("mp3", rate=44100)
        resampler = av.AudioResampler(format="s16p", layout="stereo", rate=44100, frame_size=1152)
        for frame in [*source.decode(audio=0), None]:
            for part in resampler.resample(frame):
                out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    assert "welcome to the museum" in (run_expert("pocketsphinx", {"audio": tmp_path / "hello.mp3"})["text"].text or "")


@pytest.mark.parametrize(
    ("level", "why"), [(0.0, "no speech was found in"), (0.1, "can't be determined whether anyone speaks in")]
)
def test_no_words_are_recognised_in_silence_or_noise(
    run_expert: RunExpert, tmp_path: Path, level: float, why: str
) -> None:
    noise = np.random.default_rng(0).normal(0, 1, (1, 32000)) * level
    write_wav(tmp_path / "nothing.wav", noise.astype(np.float32), 16000)
    with pytest.raises(ExpertError, match=rf"{why} nothing\.wav"):
        run_expert("pocketsphinx", {"audio": tmp_path / "nothing.wav"})


def test_sound_over_the_limit_is_refused(run_expert: RunExpert, tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", np.zeros((1, 8000 * 601), np.float32), 8000)
    with pytest.raises(ExpertError, match="longer than the limit of 600 s"):
        run_expert("denoise", {"audio": tmp_path / "long.wav"})


def test_a_picture_is_refused_as_a_recording(run_expert: RunExpert, examples: Path) -> None:
    with pytest.raises(ExpertError) as error:
        run_expert("pocketsphinx", {"audio": examples / "harbour.jpg"})
    assert error.value.input_fault


@pytest.mark.parametrize(("before", "gain"), [(5, 5), (15, 3)])
def test_denoising_raises_the_signal_to_noise_ratio_of_speech(
    run_expert: RunExpert, before: float, gain: float
) -> None:
    clean, rate = read_sound(file(run_expert("espeak-ng", {"text": SENTENCES[1]}, language="en"), "audio"), rate=16000)
    voice = np.pad(clean[0].astype(float), rate // 2)
    noise = np.random.default_rng(0).normal(0, 1, len(voice))
    noise *= np.sqrt((voice @ voice) / (noise @ noise)) / 10 ** (before / 20)
    made = reduce_noise((voice + noise).astype(np.float32), rate)
    assert distortion(made.astype(float), voice) > before + gain


def test_a_cleaned_recording_keeps_rate_channels_and_length(
    run_expert: RunExpert, examples: Path, tmp_path: Path
) -> None:
    mono, _ = read_sound(examples / "noisy.wav")
    write_wav(tmp_path / "stereo.wav", np.concatenate([mono, mono * 0.5]), 16000)
    made, rate = read_sound(file(run_expert("denoise", {"audio": tmp_path / "stereo.wav"}), "audio"))
    assert rate == 16000
    assert made.shape == (2, mono.shape[1])
    quiet = slice(1000, 6000)  # before the first word
    assert np.std(made[0, quiet]) < 0.3 * np.std(mono[0, quiet])


def test_a_narrated_slideshow_is_as_long_as_its_narration(run_expert: RunExpert, examples: Path) -> None:
    pictures = [examples / name for name in ("harbour.jpg", "receipt.jpg", "night.jpg")]
    found = streams(file(run_expert("slideshow", {"images": pictures, "audio": examples / "hello.wav"}), "video"))
    length = seconds(examples / "hello.wav")
    assert found["video"] == ("h264", pytest.approx(length, abs=0.1))
    assert found["audio"] == ("aac", pytest.approx(length, abs=0.1))
    assert found["format"] == "yuv420p"
    assert found["size"] == (640, 480)


def test_a_silent_slideshow_gives_each_picture_three_seconds_and_motion(
    run_expert: RunExpert, examples: Path, tmp_path: Path
) -> None:
    with Image.open(examples / "hills.jpg") as opened:
        opened.resize((321, 241)).save(tmp_path / "odd.png")
    path = file(run_expert("slideshow", {"images": [tmp_path / "odd.png", examples / "night.jpg"]}), "video")
    found = streams(path)
    assert found["video"][1] == pytest.approx(6, abs=0.1)
    assert "audio" not in found
    assert all(side % 2 == 0 for side in found["size"])
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray").astype(float) for frame in container.decode(video=0)]
    assert np.abs(frames[0] - frames[60]).mean() > 1


def test_a_video_is_repeated_under_a_longer_sound_track(run_expert: RunExpert, examples: Path) -> None:
    video = file(run_expert("slideshow", {"images": examples / "harbour.jpg"}), "video")
    found = streams(file(run_expert("mux", {"video": video, "audio": examples / "noisy.wav"}), "video"))
    assert found["video"][1] == pytest.approx(seconds(examples / "noisy.wav"), abs=0.1)
    assert found["audio"][1] == pytest.approx(seconds(examples / "noisy.wav"), abs=0.1)


def test_a_shorter_sound_track_ends_in_silence(run_expert: RunExpert, examples: Path) -> None:
    video = file(run_expert("slideshow", {"images": examples / "harbour.jpg"}), "video")
    found = streams(file(run_expert("mux", {"video": video, "audio": examples / "hello.wav"}), "video"))
    assert found["video"][1] == pytest.approx(3, abs=0.1)
    assert found["audio"][1] == pytest.approx(3, abs=0.1)


def speech(run_expert: RunExpert, tmp_path: Path, text: str) -> Any:
    return read_sound(
        file(run_expert("espeak-ng", {"text": text}, language="English"), "audio"), rate=16000, mono=True
    )[0]


def speech_rows(run_expert: RunExpert, tmp_path: Path, sound: Any) -> list[dict[str, Any]]:
    write_wav(tmp_path / "speech.wav", np.asarray(sound, np.float32), 16000)
    rows: list[dict[str, Any]] = json.loads(
        run_expert("pocketsphinx-vad", {"audio": tmp_path / "speech.wav"})["labels"].text or ""
    )
    return rows


def test_the_times_of_speech_are_found(run_expert: RunExpert, tmp_path: Path) -> None:
    spoken, silence = speech(run_expert, tmp_path, SENTENCES[0]), np.zeros((1, 32000), np.float32)
    rows = speech_rows(run_expert, tmp_path, np.concatenate([silence, spoken, silence, spoken], axis=1))
    length = spoken.shape[1] / 16000
    assert [row["label"] for row in rows] == ["speech", "speech"]
    for row, start in zip(rows, (2.0, 4.0 + length), strict=True):
        assert abs(row["start"] - start) < 0.35
        assert abs(row["end"] - start - length) < 0.35
        assert row["score"] > 0.7


def test_silence_is_no_speech_and_of_noise_and_a_held_chord_it_cant_be_told(
    run_expert: RunExpert, tmp_path: Path
) -> None:
    time = np.arange(48000) / 16000
    chord = sum(0.1 * np.sin(2 * np.pi * hertz * time) for hertz in (262, 330, 392))
    assert speech_rows(run_expert, tmp_path, np.zeros((1, 48000))) == []
    for sound in (np.random.default_rng(0).normal(0, 0.1, 48000), chord):
        with pytest.raises(ExpertError, match=r"can't be determined whether anyone speaks in speech\.wav"):
            speech_rows(run_expert, tmp_path, np.asarray(sound)[None])


def test_every_language_of_the_table_has_a_voice() -> None:
    """Also French, whose voice is called `fr` and not `fr-fr`."""
    said = {"zh": "你好", "ko": "안녕하세요", "ka": "გამარჯობა"}
    for code in SPOKEN:
        samples, _ = synthesize(said.get(code, "one two three 1 2 3"), voice_name(code, ""), 170)
        assert len(samples) > 10_000, code


def test_of_findings_speech_says_what_they_say_and_no_field_names(run_expert: RunExpert) -> None:
    """It lasts as long as the words alone."""
    found = '[{"entity_group": "MONEY", "word": "870 EUR", "score": 1.0, "start": 3, "end": 10}]'
    of_findings, of_words = (
        read_sound(file(run_expert("espeak-ng", {"text": text}, language="en"), "audio"))[0]
        for text in (found, "870 EUR")
    )
    assert of_findings.shape == of_words.shape


def test_a_short_text_is_spoken_in_the_language_of_the_request() -> None:
    """The text alone is too short to decide."""
    task = Task(id=0, type="text-to-speech", goal="Sag „Hallo“ laut, bitte")
    assert language_of(task, "Hallo") == "de"


def test_the_times_of_speech_are_found_in_a_recording_of_eleven_minutes(run_expert: RunExpert, tmp_path: Path) -> None:
    spoken = speech(run_expert, tmp_path, SENTENCES[0])
    quiet = np.zeros((1, 660 * 16_000), np.float32)

    rows = speech_rows(run_expert, tmp_path, np.concatenate([quiet, spoken, quiet[:, : 16_000 * 30]], axis=1))

    assert len(rows) == 1
    assert abs(rows[0]["start"] - 660) < 0.5
    assert abs(rows[0]["end"] - 660 - spoken.shape[1] / 16_000) < 0.5
