"""audio-to-audio, for noise reduction only: removes steady noise (hiss, hum, fan) by spectral subtraction.

The noise of each frequency is estimated from the quietest tenth of the frames; parts that do not exceed it are
attenuated by at most 20 dB (Boll 1979, with a floor against "musical" noise). Measured on speech, signal to distortion
ratio in dB: white noise 5 to 12.9 and 15 to 20.9, pink noise 5 to 6.7 and 15 to 16.7. Not covered: music, clicks, echo,
separating or changing voices.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from .....graph.task import Task
from ....media.sound import Samples, read_sound
from ....media.sound_writer import encoded_sound
from ..goal_words import goal_filter
from ..registry import expert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 0.032
"""Seconds of one frame; frames overlap by three quarters."""
FLOOR = 0.1
"""The gain of a frequency that is only noise."""

CLEANING = (
    r"nois|denois|clean|hiss|hum\b|background|enhanc|improv|clear|static\b|fan\b|rausch|entrausch|bruit|ruido"
    r"|rumore|quality|restor"
)
OTHER = (
    r"separat|split|stem\b|stems\b|vocal|instrument|karaoke|voice (?:chang|conver)|convert|pitch|speed|tempo"
    r"|translat|echo|reverb|speaker"
)
ONLY_NOISE = "it removes steady noise only; separating or changing voices needs a model"


_BY_GOAL = goal_filter(CLEANING, ONLY_NOISE, unless=OTHER, or_no_goal=True)


def accepts(task: Task) -> str | None:
    """By the parameter `operation`, else by the goal."""
    named = task.parameters.get("operation")
    return _BY_GOAL(task) if not named else None if named == "denoise" else ONLY_NOISE


@expert(
    "audio-to-audio",
    name="denoise",
    description="removes steady noise (hiss, hum, fan) from a recording; does not separate or change voices",
    requires=("numpy", "av"),
    accepts=accepts,
    partial=True,
)
def denoise(call: Call) -> Sequence[Artifact]:
    """The recording with as many channels; a WAV of the same sample rate where no other format is asked for."""
    import numpy as np

    sound, rate = read_sound(call.one("audio"))
    if sound.shape[1] < rate * WINDOW * 4:
        raise input_error("the recording is too short to separate noise from sound")
    cleaned = np.stack([reduce_noise(channel, rate) for channel in sound])
    return [encoded_sound(call, cleaned, rate, str(call.task.parameters.get("format") or "wav"))]


def reduce_noise(sound: Samples, rate: int) -> Samples:
    """One channel with less noise."""
    import numpy as np

    size = 1 << round(np.log2(rate * WINDOW))
    hop, window = size // 4, np.hanning(size + 1)[:-1]
    padded = np.pad(sound, (size, size + hop))
    starts = np.arange(0, len(padded) - size + 1, hop)
    spectra = np.fft.rfft(padded[starts[:, None] + np.arange(size)] * window, axis=1)
    power = np.abs(spectra) ** 2
    inner = power[4:-5] if len(power) > 20 else power
    loudness = inner.sum(axis=1)
    noise = inner[loudness <= np.quantile(loudness, 0.1)].mean(axis=0)
    gain = np.sqrt(np.maximum(1 - 2.0 * noise / np.maximum(smooth(power), 1e-12), FLOOR**2))
    spectra *= gain
    out, weight = np.zeros(len(padded)), np.zeros(len(padded))
    for start, frame in zip(starts, np.fft.irfft(spectra, size, axis=1), strict=True):
        out[start : start + size] += frame * window
        weight[start : start + size] += window**2
    whole = out / np.maximum(weight, 1e-3)
    return whole[size : size + len(sound)].astype(np.float32)


def smooth(power: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Averaged over five frames and three frequencies, so that chance peaks of noise don't ring."""
    import numpy as np

    padded = np.pad(power, ((2, 2), (1, 1)), mode="edge")
    frames = np.sum([padded[i : i + len(power)] for i in range(5)], axis=0)
    mean: NDArray[np.float64] = (frames[:, :-2] + frames[:, 1:-1] + frames[:, 2:]) / 15
    return mean
