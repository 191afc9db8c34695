"""Sound: speech written down, texts said, music made, and sounds told apart."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from .....graph.task import Task
from ....languages import english_name, iso1
from ....media.sound import read_sound, sound_artifact
from ...accepts import needs_labels
from ...answers import garbage, label_answer, text_answer
from ...inputs import candidate_labels, required_text
from ..language_tokens import token_for
from ..loading import Source
from ..registry import local

AT_ONCE = 30.0
"""Seconds of speech that are written down in one piece."""
LONGEST_SAID = 200
"""Characters that are said in one breath: what was trained on sentences gets lost in paragraphs."""
PAUSE = 0.25
"""Seconds between them."""
TEN_SECONDS = 512
"""Tokens of MusicGen, fifty a second."""
_MMS = re.compile(r"mms-tts-(\w{3})")


def speaks(task: Task, model_id: str) -> str | None:
    """Facebook's MMS has a model a language, and says which in its name."""
    named, wanted = _MMS.search(model_id), iso1(str(task.parameters.get("language", "")))
    if named and wanted and token_for(wanted, [f"{named[1]}_x", f">>{named[1]}<<"]) is None:
        return f"it does not speak {english_name(wanted)}"
    return None


@local("automatic-speech-recognition")
def transcribe(call: Call, source: Source) -> Sequence[Artifact]:
    """The words, long sounds in pieces: Whisper by its own timestamps, others by windows that overlap."""
    pipe = source.pipeline(
        "automatic-speech-recognition", "AutoModelForCTC", "AutoModelForSpeechSeq2Seq", "AutoModelForMultimodalLM"
    )
    samples, rate = _heard(call, pipe)
    options: dict[str, Any] = {}
    if samples.shape[0] > AT_ONCE * rate:
        options = {"return_timestamps": True} if source.kind == "whisper" else {"chunk_length_s": AT_ONCE}
    language = iso1(str(call.task.parameters.get("language", "")))
    if language and source.kind == "whisper" and getattr(pipe.model.generation_config, "is_multilingual", False):
        options["generate_kwargs"] = {"language": language, "task": "transcribe"}
    text = pipe({"raw": samples, "sampling_rate": rate}, **options)["text"]
    if not text.strip():
        raise ExpertError(f"{source.model_id} heard no words in {call.one('audio').resource.label}")
    return text_answer(call, text)


@local("audio-classification")
def classify_sound(call: Call, source: Source) -> Sequence[Artifact]:
    """The ten likeliest labels."""
    pipe = source.pipeline("audio-classification", "AutoModelForAudioClassification")
    samples, rate = _heard(call, pipe)
    return label_answer(call, pipe({"raw": samples, "sampling_rate": rate}, top_k=10))


@local("zero-shot-audio-classification", accepts=needs_labels)
def classify_sound_freely(call: Call, source: Source) -> Sequence[Artifact]:
    """Each label by how well it goes with the sound."""
    pipe = source.pipeline("zero-shot-audio-classification", "ClapModel")
    samples, _ = _heard(call, pipe)
    return label_answer(call, pipe(samples, candidate_labels=candidate_labels(call)))


@local("text-to-speech", accepts=speaks)
def speak(call: Call, source: Source) -> Sequence[Artifact]:
    """The text said, sentence after sentence. The model's own voice: `voice` and `rate` are not heeded."""
    import numpy as np

    pipe, parts, rate = _speaker(source), list[Any](), 0
    for breath in _breaths(required_text(call, "text")):
        made = pipe(breath)
        rate = int(made["sampling_rate"])
        parts += [_mono(call, made["audio"]), np.zeros(int(PAUSE * rate), dtype=np.float32)]
    return [sound_artifact(call, np.concatenate(parts[:-1])[None, :], rate)]


@local("text-to-audio")
def compose(call: Call, source: Source) -> Sequence[Artifact]:
    """About ten seconds of what is described."""
    pipe = _speaker(source)
    options = {"generate_kwargs": {"max_new_tokens": TEN_SECONDS}} if source.kind.startswith("musicgen") else {}
    made = pipe(required_text(call, "prompt"), **options)
    return [sound_artifact(call, _mono(call, made["audio"])[None, :], int(made["sampling_rate"]))]


def _speaker(source: Source) -> Any:
    if source.kind == "speecht5":
        raise ExpertError(
            f"{source.model_id} needs a voice and a vocoder that are not in its repository", hint="take a VITS model"
        )
    return source.pipeline("text-to-audio", "AutoModelForTextToWaveform")


def _heard(call: Call, pipe: Any) -> Any:
    """The sound as the model takes it: one channel, at its rate."""
    rate = int(pipe.feature_extractor.sampling_rate)
    samples, _ = read_sound(call.one("audio"), rate=rate, mono=True)
    return samples[0], rate


def _mono(call: Call, audio: Any) -> Any:
    """What a model made as float32 of shape (time,); several channels are mixed."""
    import numpy as np

    samples = np.asarray(audio, dtype=np.float32)
    samples = samples.reshape(-1, samples.shape[-1]).mean(0)
    if samples.size == 0 or not np.isfinite(samples).all():
        raise garbage(call, "sound", f"{samples.size} samples")
    return samples / max(1.0, float(np.abs(samples).max()))


def _breaths(text: str) -> list[str]:
    """Sentences, gathered while they are short."""
    gathered: list[str] = []
    for sentence in re.split(r"(?<=[.!?;:…])\s+|\n+", text):
        if not any(char.isalnum() for char in sentence):
            continue
        if gathered and len(gathered[-1]) + len(sentence) < LONGEST_SAID:
            gathered[-1] += f" {sentence.strip()}"
        else:
            gathered.append(sentence.strip())
    if not gathered:
        raise ExpertError("there are no words to say", input_fault=True)
    return gathered
