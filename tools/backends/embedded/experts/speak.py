"""text-to-speech: eSpeak NG, a formant synthesiser, called through ctypes from the wheel espeakng-loader.

English is spoken by the variant klatt4 at 170 words a minute: plain, but the most intelligible to speech
recognition (word error rate 0.17, with the default voice 0.51). 22,050 Hz, mono, 16 bit.
"""

import ctypes
import functools
import wave
from collections.abc import Sequence
from pathlib import Path

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError, input_error
from .....graph.task import Task
from ....languages import SPOKEN, espeak_language, spoken, spoken_in
from ....text_language import rank_languages
from ...inputs import goal_language, spoken_text
from ..registry import expert

MAX_CHARACTERS = 20_000
"""Characters spoken at most, about twenty minutes."""
SAMPLES_WANTED, DO_NOT_EXIT = 2, 0x8000
"""`AUDIO_OUTPUT_SYNCHRONOUS` and `espeakINITIALIZE_DONT_EXIT` of speak_lib.h."""
RATE, UTF8 = 1, 1
"""`espeakRATE` and `espeakCHARS_UTF8`."""

_VARIANTS = {"female": "f2", "woman": "f2", "male": "m3", "man": "m3", "default": ""}

_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def accepts(task: Task) -> str | None:
    """Only languages that it speaks."""
    language = task.parameters.get("language")
    if isinstance(language, str) and language and spoken(language) is None:
        return f"it does not speak {language}; it speaks {', '.join(SPOKEN.values())}"
    return None


@expert(
    "text-to-speech",
    name="espeak-ng",
    description=f"speaks a text in one of {len(SPOKEN)} languages, clearly, in a synthetic voice",
    license="GPL-3.0-or-later",
    library="espeakng-loader",
    requires=("espeakng_loader", "py3langid"),
    accepts=accepts,
)
def speak(call: Call) -> Sequence[Artifact]:
    """A WAV of the text, or of what findings say. The language is the requested one, else that of the text or the goal."""
    text = spoken_text(call, requested_language(call.task))
    if not any(char.isalnum() for char in text):
        raise input_error("there is nothing to speak in the text")
    if len(text) > MAX_CHARACTERS:
        raise input_error(f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are spoken")
    parameters = call.task.parameters
    name = voice_name(language_of(call.task, text), str(parameters.get("voice") or ""))
    rate = parameters.get("rate")
    path = call.scratch / "audio.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        samples, hertz = synthesize(text, name, int(rate) if isinstance(rate, int | float) and rate > 0 else 170)
        file.setframerate(hertz)
        file.writeframes(samples)
    return [Artifact(output="audio", kind="audio", media_type="audio/wav", path=path)]


def requested_language(task: Task) -> str:
    """ISO 639-1 code of the parameter or of a language that the goal names; empty where there is none."""
    return spoken(str(task.parameters.get("language") or "")) or spoken_in(task.goal) or ""


def language_of(task: Task, text: str) -> str:
    """ISO 639-1 code: the requested one, else of the text where that is clear, else of the goal's words, else English."""
    if found := requested_language(task):
        return found
    language, score = rank_languages(text)[0]
    clear = score > 0.35 and (len(text) >= 12 or not text.isascii())
    return (spoken(language) if clear else None) or spoken(goal_language(task.goal)) or "en"


def voice_name(language: str, variant: str) -> str:
    """eSpeak NG's name of a voice, e.g. `en-us+klatt4`; `variant` as `m3`, `f2`, `klatt4`."""
    import espeakng_loader

    variant = _VARIANTS.get(variant.lower(), variant) or ("klatt4" if language == "en" else "")
    if not variant:
        return espeak_language(language)
    known = sorted(path.name for path in (Path(espeakng_loader.get_data_path()) / "voices" / "!v").iterdir())
    if variant not in known:
        raise ExpertError(f"eSpeak NG has no voice {variant!r}", hint=f"there are: {', '.join(known)}")
    return f"{espeak_language(language)}+{variant}"


def synthesize(text: str, voice_name: str, rate: int) -> tuple[bytes, int]:
    """16-bit mono samples, and their rate in Hz. Raises `ExpertError` for an unknown voice."""
    library, hertz = _espeak()
    output = bytearray()

    def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: int | None) -> int:
        if samples and count > 0:
            output.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = _SynthCallback(collect)  # kept alive until the end of the call
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice_name.encode()) != 0:
        raise ExpertError(f"eSpeak NG has no voice {voice_name!r}")
    library.espeak_SetParameter(RATE, max(80, min(450, rate)), 0)
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, 0, 0, UTF8, None, None)
    library.espeak_Synchronize()
    if not output:
        raise ExpertError(f"eSpeak NG could not speak the text with the voice {voice_name}")
    return bytes(output), hertz


@functools.cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p,
        ctypes.c_void_p,
    ]  # fmt: skip
    hertz = library.espeak_Initialize(SAMPLES_WANTED, 0, espeakng_loader.get_data_path().encode(), DO_NOT_EXIT)
    if hertz <= 0:
        raise ExpertError("eSpeak NG did not start", retryable=True)
    return library, hertz
