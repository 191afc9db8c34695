"""Multimodal chat models: image-text-to-text, video-text-to-text, audio-text-to-text and any-to-any."""

from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.pictures import read_image
from ....media.sound import read_sound
from ....media.video_frames import iterate_frames
from ...answers import text_answer
from ...inputs import required_text
from ..loading import Source
from ..registry import local
from ..torch_device import device, dtype
from .text_generation import MOST_NEW, THOUGHTS

VISION_AUTOS = ("AutoModelForImageTextToText", "AutoModelForMultimodalLM")
AUDIO_AUTOS = ("AutoModelForMultimodalLM", "AutoModelForSeq2SeqLM")
FRAMES = 8


@local("image-text-to-text")
def image_text_to_text(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to a prompt about an image."""
    return text_answer(
        call, multimodal_reply(source, required_text(call, "prompt"), pictures=[read_image(call.one("image"))])
    )


@local("video-text-to-text")
def video_text_to_text(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to a prompt about a video, of which the model gets some frames."""
    pictures = list(iterate_frames(call.one("video"), FRAMES))
    prompt = f"These are {len(pictures)} frames of a video, in order. {required_text(call, 'prompt')}"
    return text_answer(call, multimodal_reply(source, prompt, pictures=pictures))


@local("audio-text-to-text")
def audio_text_to_text(call: Call, source: Source) -> Sequence[Artifact]:
    """A reply to a prompt about a recording."""
    rate = _rate(source)
    samples, _ = read_sound(call.one("audio"), rate=rate, mono=True)
    return text_answer(call, multimodal_reply(source, required_text(call, "prompt"), sounds=[samples[0]], rate=rate))


@local("any-to-any")
def any_to_any(call: Call, source: Source) -> Sequence[Artifact]:
    """A text reply to the given inputs. Speech and images that a model could reply with are not requested."""
    if not any(call.has(name) for name in ("prompt", "image", "audio", "video")):
        raise ExpertError("any-to-any needs something to reply to", input_fault=True)
    prompt = required_text(call, "prompt") if call.has("prompt") else "Describe this."
    pictures = [read_image(call.one("image"))] if call.has("image") else []
    pictures += list(iterate_frames(call.one("video"), FRAMES)) if call.has("video") else []
    rate = _rate(source) if call.has("audio") else 0
    sounds = [read_sound(call.one("audio"), rate=rate, mono=True)[0][0]] if call.has("audio") else []
    return text_answer(call, multimodal_reply(source, prompt, pictures=pictures, sounds=sounds, rate=rate))


def multimodal_reply(
    source: Source, prompt: str, *, pictures: Sequence[Any] = (), sounds: Sequence[Any] = (), rate: int = 0
) -> str:
    """The model's reply to a prompt after pictures and sounds, by its chat template where it has one."""
    processor = source.processor()
    media: dict[str, Any] = {"images": list(pictures)} if pictures else {}
    if sounds:
        media |= {"audio": list(sounds), "sampling_rate": rate}
    read = processor(
        text=[_prompt(source, processor, prompt, len(pictures), len(sounds))], return_tensors="pt", **media
    )
    model = source.model(*(AUDIO_AUTOS if sounds else VISION_AUTOS))
    read = read.to(device(), dtype())
    options = {"return_audio": False} if source.kind.endswith(("_omni", "_omni_moe")) else {}  # those can also speak
    output = model.generate(**read, max_new_tokens=MOST_NEW, **options)
    given = read["input_ids"].shape[1]
    new = output[0, given:] if not model.config.is_encoder_decoder else output[0]
    return THOUGHTS.sub("", str(processor.tokenizer.decode(new, skip_special_tokens=True))).strip()


def _prompt(source: Source, processor: Any, prompt: str, pictures: int, sounds: int) -> str:
    if not processor.chat_template:
        if sounds or pictures > 1:
            raise ExpertError(f"{source.model_id} has no chat template: it takes one picture and text")
        return prompt
    content = [{"type": "image"}] * pictures + [{"type": "audio", "audio": None}] * sounds
    messages = [{"role": "user", "content": [*content, {"type": "text", "text": prompt}]}]
    # by the tokenizer: processors' own methods need a video part first
    return str(
        processor.tokenizer.apply_chat_template(
            messages, chat_template=processor.chat_template, add_generation_prompt=True, tokenize=False
        )
    )


def _rate(source: Source) -> int:
    extractor = getattr(source.processor(), "feature_extractor", None)
    if extractor is None:
        raise ExpertError(f"{source.model_id} takes no audio")
    return int(extractor.sampling_rate)
