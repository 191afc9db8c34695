"""Audio models: speech recognition, text-to-speech, text-to-audio and audio classification."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ....languages import english_name, iso1
from ....media.sound import read_sound, sound_artifact
from ....repetition import endless_repetition
from ...accepts import needs_labels
from ...answers import garbage, label_answer, text_answer
from ...inputs import candidate_labels, required_text, spoken_text
from ..language_tokens import token_for
from ..loading import Source
from ..registry import local
from ..whisper import options_for as whisper_options

WINDOW_SECONDS = 30.0
"""Longer speech is transcribed in windows."""
MAX_UTTERANCE = 200
"""Characters spoken in one call of the model: models trained on sentences fail on paragraphs."""
PAUSE = 0.25
"""Seconds of silence between utterances."""
TEN_SECONDS = 512
"""In tokens of MusicGen, fifty a second."""
_MMS = re.compile(r"mms-tts-(\w{3})")


def speaks_language(task: Task, model_id: str) -> str | None:
    """For Facebook's MMS, which has one model a language, named in the model's name."""
    named, requested = _MMS.search(model_id), iso1(str(task.parameters.get("language", "")))
    if named and requested and token_for(requested, [f"{named[1]}_x", f">>{named[1]}<<"]) is None:
        return f"it does not speak {english_name(requested)}"
    return None


@local("automatic-speech-recognition")
def transcribe(call: Call, source: Source) -> Sequence[Artifact]:
    """The transcript; long recordings by Whisper's timestamps, or in overlapping windows."""
    pipe = source.pipeline(
        "automatic-speech-recognition", "AutoModelForCTC", "AutoModelForSpeechSeq2Seq", "AutoModelForMultimodalLM"
    )
    samples, rate = _samples(call, pipe)
    long = samples.shape[0] > WINDOW_SECONDS * rate
    if source.kind == "whisper":
        language = iso1(str(call.task.parameters.get("language", "")))
        options = whisper_options(pipe, source.model_id, language, long=long)
    else:
        options = {"chunk_length_s": WINDOW_SECONDS} if long else {}
    text = pipe({"raw": samples, "sampling_rate": rate}, **options)["text"]
    if not text.strip():
        raise ExpertError(f"{source.model_id} found no speech in {call.one('audio').resource.label}")
    if unit := endless_repetition(text):
        raise garbage(call, "transcript, but repeats itself without an end", unit)
    return text_answer(call, text)


@local("audio-classification")
def classify_audio(call: Call, source: Source) -> Sequence[Artifact]:
    """The ten likeliest labels."""
    pipe = source.pipeline("audio-classification", "AutoModelForAudioClassification")
    samples, rate = _samples(call, pipe)
    return label_answer(call, pipe({"raw": samples, "sampling_rate": rate}, top_k=10))


@local("zero-shot-audio-classification", accepts=needs_labels)
def classify_audio_by_given_labels(call: Call, source: Source) -> Sequence[Artifact]:
    """Each label with its score for the recording."""
    pipe = source.pipeline("zero-shot-audio-classification", "ClapModel")
    samples, _ = _samples(call, pipe)
    return label_answer(call, pipe(samples, candidate_labels=candidate_labels(call)))


@local("text-to-speech", accepts=speaks_language)
def text_to_speech(call: Call, source: Source) -> Sequence[Artifact]:
    """The text spoken, sentence by sentence, in the model's own voice: `voice` and `rate` have no effect."""
    import numpy as np

    pipe, parts, rate = _speech_pipeline(source), list[Any](), 0
    for utterance in _utterances(spoken_text(call)):
        speech = pipe(utterance)
        rate = int(speech["sampling_rate"])
        parts += [_mono(call, speech["audio"]), np.zeros(int(PAUSE * rate), dtype=np.float32)]
    return [sound_artifact(call, np.concatenate(parts[:-1])[None, :], rate)]


@local("text-to-audio")
def text_to_audio(call: Call, source: Source) -> Sequence[Artifact]:
    """About ten seconds of the sound that the prompt describes."""
    pipe = _speech_pipeline(source)
    options = {"generate_kwargs": {"max_new_tokens": TEN_SECONDS}} if source.kind.startswith("musicgen") else {}
    made = pipe(required_text(call, "prompt"), **options)
    return [sound_artifact(call, _mono(call, made["audio"])[None, :], int(made["sampling_rate"]))]


def _speech_pipeline(source: Source) -> Any:
    if source.kind == "speecht5":
        raise ExpertError(
            f"{source.model_id} needs a voice and a vocoder that are not in its repository", hint="choose a VITS model"
        )
    return source.pipeline("text-to-audio", "AutoModelForTextToWaveform")


def _samples(call: Call, pipe: Any) -> Any:
    """The recording in the model's format, one channel at its rate; and that rate."""
    rate = int(pipe.feature_extractor.sampling_rate)
    samples, _ = read_sound(call.one("audio"), rate=rate, mono=True)
    return samples[0], rate


def _mono(call: Call, audio: Any) -> Any:
    """A model's output as float32 of shape (time,); several channels are mixed."""
    import numpy as np

    samples = np.asarray(audio, dtype=np.float32)
    samples = samples.reshape(-1, samples.shape[-1]).mean(0)
    if samples.size == 0 or not np.isfinite(samples).all():
        raise garbage(call, "sound", f"{samples.size} samples")
    return samples / max(1.0, float(np.abs(samples).max()))


def _utterances(text: str) -> list[str]:
    gathered: list[str] = []
    for sentence in re.split(r"(?<=[.!?;:…])\s+|\n+", text):
        if not any(char.isalnum() for char in sentence):
            continue
        if gathered and len(gathered[-1]) + len(sentence) < MAX_UTTERANCE:
            gathered[-1] += f" {sentence.strip()}"
        else:
            gathered.append(sentence.strip())
    if not gathered:
        raise ExpertError("there are no words to speak", input_fault=True)
    return gathered
