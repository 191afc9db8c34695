"""Audio and video-classification tasks by tiny models in a real worker process."""

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hugginggpt.graph.call import Artifact
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.task import Task
from hugginggpt.tools.backends.local.tasks.audio import speaks_language
from hugginggpt.tools.media.sound import write_wav
from local_calls import Do


def read(artifact: Artifact) -> Any:
    return json.loads(artifact.text or "")


def seconds(artifact: Artifact) -> float:
    with wave.open(str(artifact.path)) as opened:
        return opened.getnframes() / opened.getframerate()


@pytest.fixture
def long_tone(tmp_path: Path) -> Path:
    """Forty seconds of noise."""
    path = tmp_path / "long.wav"
    write_wav(path, np.random.default_rng(0).normal(0, 0.2, (1, 40 * 16_000)).astype(np.float32), 16_000)
    return path


async def test_ctc_models_transcribe_speech_of_any_length(do: Do, tone: Path, long_tone: Path) -> None:
    short = (await do("automatic-speech-recognition", "wav2vec2_speech", {"audio": tone}))["text"].text
    long = (await do("automatic-speech-recognition", "wav2vec2_speech", {"audio": long_tone}))["text"].text
    assert short
    assert long
    assert len(long) > len(short)


async def test_whisper_transcribes_speech(do: Do, tone: Path) -> None:
    assert (await do("automatic-speech-recognition", "whisper", {"audio": tone}))["text"].text


@pytest.mark.parametrize(("language", "written"), [("German", "g"), ("en", "e")])
async def test_whisper_writes_down_the_named_language_and_translates_nothing(
    do: Do, tone: Path, language: str, written: str
) -> None:
    """Its `generation_config.json` names neither languages nor tasks; the vocabulary does."""
    made = await do("automatic-speech-recognition", "whisper_of_before", {"audio": tone}, language=language)
    assert made["text"].text == written


async def test_whisper_refuses_a_language_that_it_does_not_know(do: Do, tone: Path) -> None:
    with pytest.raises(ExpertError, match="does not know Japanese"):
        await do("automatic-speech-recognition", "whisper_of_before", {"audio": tone}, language="Japanese")


async def test_whisper_reads_a_long_recording_to_its_end_by_its_own_timestamps(do: Do, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    write_wav(path, np.random.default_rng(0).normal(0, 0.2, (1, 65 * 16_000)).astype(np.float32), 16_000)
    made = await do("automatic-speech-recognition", "whisper_of_before", {"audio": path}, language="de")
    assert (made["text"].text or "").count("g") == 3  # of three windows of 30 s


async def test_a_transcript_that_repeats_itself_without_an_end_is_a_failure(do: Do, tone: Path) -> None:
    with pytest.raises(ExpertError, match="repeats itself without an end"):
        await do("automatic-speech-recognition", "whisper_stuck", {"audio": tone}, language="de")


async def test_audio_classification_gives_labels(do: Do, tone: Path) -> None:
    rows = read((await do("audio-classification", "wav2vec2_kinds", {"audio": tone}))["labels"])
    assert {row["label"] for row in rows} == {"speech", "music"}


async def test_zero_shot_audio_classification_scores_the_given_labels(do: Do, tone: Path) -> None:
    made = await do("zero-shot-audio-classification", "clap", {"audio": tone}, candidate_labels=("a dog", "the city"))
    assert {row["label"] for row in read(made["labels"])} == {"a dog", "the city"}


async def test_text_to_speech_speaks_all_sentences_with_pauses_between_them(do: Do) -> None:
    one = await do("text-to-speech", "vits", {"text": "hello world."})
    many = await do("text-to-speech", "vits", {"text": "hello world. " * 40})
    assert seconds(many["audio"]) > seconds(one["audio"]) > 0


async def test_text_to_speech_without_words_is_the_input_s_fault(do: Do) -> None:
    with pytest.raises(ExpertError, match="no words to speak"):
        await do("text-to-speech", "vits", {"text": "..."})


async def test_text_to_audio_makes_ten_seconds(do: Do) -> None:
    assert 8 < seconds((await do("text-to-audio", "musicgen", {"prompt": "a happy song"}))["audio"]) < 12


async def test_video_classification_gives_labels(do: Do, film: Path) -> None:
    rows = read((await do("video-classification", "videomae", {"video": film}))["labels"])
    assert {row["label"] for row in rows} == {"running", "sitting"}


async def test_a_file_that_is_no_audio_is_the_input_s_fault(do: Do, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF1234WAVEnothing")
    with pytest.raises(ExpertError, match="can't be read as sound") as error:
        await do("audio-classification", "wav2vec2_kinds", {"audio": broken})
    assert error.value.input_fault


@pytest.mark.parametrize(("language", "fits"), [("English", True), ("fr", False), ("", True)])
def test_an_mms_voice_is_offered_for_its_language_only(language: str, fits: bool) -> None:
    task = Task(id=0, type="text-to-speech", parameters={"language": language} if language else {})
    assert (speaks_language(task, "facebook/mms-tts-eng") is None) is fits
