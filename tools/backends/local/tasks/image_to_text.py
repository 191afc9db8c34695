"""image-to-text: a caption of an image, or the line of text in it (TrOCR), as the model was trained."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pictures import read_image
from ...answers import text_answer
from ..loading import Source, token_limit
from ..registry import local
from ..torch_device import device, dtype
from .image_text_to_text import VISION_AUTOS, multimodal_reply

CAPTION_PROMPT = "Describe this image in one or two sentences."
LONGEST = 128
"""Tokens of a caption."""


@local("image-to-text")
def image_to_text(call: Call, source: Source) -> Sequence[Artifact]:
    """The model's caption; chat models are prompted to describe the image."""
    image = read_image(call.one("image"))
    if source.kind == "vision-encoder-decoder":
        return text_answer(call, _decoded(source, image))
    processor = source.processor()
    if processor.chat_template:
        return text_answer(call, multimodal_reply(source, CAPTION_PROMPT, pictures=[image]))
    model = source.model(*VISION_AUTOS)
    read = processor(images=image, return_tensors="pt").to(device(), dtype())
    read.pop("input_ids", None)  # some processors put a start token there, some nothing
    given = {name: read[name] for name in read if name != "attention_mask"}
    output = model.generate(**given, max_new_tokens=token_limit(model, LONGEST))
    return text_answer(call, processor.tokenizer.decode(output[0], skip_special_tokens=True))


def _decoded(source: Source, image: object) -> str:
    """The text of a vision encoder with a text decoder of another family."""
    model = source.model(*VISION_AUTOS)
    pixels = source.part("AutoImageProcessor")(images=image, return_tensors="pt")["pixel_values"]
    output = model.generate(pixel_values=pixels.to(device(), dtype()), max_new_tokens=token_limit(model, LONGEST))
    return str(source.tokenizer().decode(output[0], skip_special_tokens=True))
