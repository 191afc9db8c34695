"""Talking about pictures, sounds and films: models with a chat template for more than words.

A film is shown as frames, evenly spaced: that needs no decoder of transformers' own (and no torchvision).
"""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ....media.sound import read_sound
from ....media.video_frames import read_frames
from ...answers import text_answer
from ...inputs import required_text
from ..loading import Source
from ..registry import local
from ..torch_device import device, dtype

SEEING = ("AutoModelForImageTextToText", "AutoModelForMultimodalLM")
HEARING = ("AutoModelForMultimodalLM", "AutoModelForSeq2SeqLM")
FRAMES = 8
"""Of a film."""
MOST_NEW = 512
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


@local("image-text-to-text")
def talk_about_picture(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to an instruction about a picture."""
    return text_answer(call, said(source, required_text(call, "prompt"), pictures=[read_image(call.one("image"))]))


@local("video-text-to-text")
def talk_about_film(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to an instruction about a film, of which the model sees some frames."""
    pictures = read_frames(call.one("video"), FRAMES)
    prompt = f"These are {len(pictures)} frames of a video, in order. {required_text(call, 'prompt')}"
    return text_answer(call, said(source, prompt, pictures=pictures))


@local("audio-text-to-text")
def talk_about_sound(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to an instruction about a sound."""
    rate = _rate(source)
    samples, _ = read_sound(call.one("audio"), rate=rate, mono=True)
    return text_answer(call, said(source, required_text(call, "prompt"), sounds=[samples[0]], rate=rate))


@local("any-to-any")
def talk_about_anything(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply in words to whatever was given. Speech and pictures that a model could reply with are not asked for."""
    if not any(call.has(name) for name in ("prompt", "image", "audio", "video")):
        raise ExpertError("any-to-any needs something to reply to", input_fault=True)
    prompt = required_text(call, "prompt") if call.has("prompt") else "Describe this."
    pictures = [read_image(call.one("image"))] if call.has("image") else []
    pictures += read_frames(call.one("video"), FRAMES) if call.has("video") else []
    rate = _rate(source) if call.has("audio") else 0
    sounds = [read_sound(call.one("audio"), rate=rate, mono=True)[0][0]] if call.has("audio") else []
    return text_answer(call, said(source, prompt, pictures=pictures, sounds=sounds, rate=rate))


def said(
    source: Source, prompt: str, *, pictures: Sequence[Any] = (), sounds: Sequence[Any] = (), rate: int = 0
) -> str:
    """The model's reply to a prompt with pictures and sounds before it, by its chat template where it has one."""
    processor = source.processor()
    asked: dict[str, Any] = {"images": list(pictures)} if pictures else {}
    if sounds:
        asked |= {"audio": list(sounds), "sampling_rate": rate}
    read = processor(text=[_asked(source, processor, prompt, len(pictures), len(sounds))], return_tensors="pt", **asked)
    model = source.model(*(HEARING if sounds else SEEING))
    read = read.to(device(), dtype())
    options = {"return_audio": False} if source.kind.endswith(("_omni", "_omni_moe")) else {}  # those can also speak
    made = model.generate(**read, max_new_tokens=MOST_NEW, **options)
    given = read["input_ids"].shape[1]
    new = made[0, given:] if not model.config.is_encoder_decoder else made[0]
    return _THOUGHTS.sub("", str(processor.tokenizer.decode(new, skip_special_tokens=True))).strip()


def _asked(source: Source, processor: Any, prompt: str, pictures: int, sounds: int) -> str:
    """The prompt as the model wants to read it, with a place for each picture and sound."""
    if not processor.chat_template:
        if sounds or pictures > 1:
            raise ExpertError(f"{source.model_id} has no chat template: it takes one picture and words")
        return prompt
    content = [{"type": "image"}] * pictures + [{"type": "audio", "audio": None}] * sounds
    messages = [{"role": "user", "content": [*content, {"type": "text", "text": prompt}]}]
    # by the tokenizer: processors' own ways of doing it look for a part for films first
    return str(
        processor.tokenizer.apply_chat_template(
            messages, chat_template=processor.chat_template, add_generation_prompt=True, tokenize=False
        )
    )


def _rate(source: Source) -> int:
    """Samples a second that the model hears."""
    extractor = getattr(source.processor(), "feature_extractor", None)
    if extractor is None:
        raise ExpertError(f"{source.model_id} does not hear")
    return int(extractor.sampling_rate)
