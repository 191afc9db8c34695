"""image-to-text: a picture described in a sentence, or the line of text in it read (TrOCR), as the model was trained."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pictures import read_image
from ...answers import text_answer
from ..loading import Source, places
from ..registry import local
from ..torch_device import device, dtype
from .image_text_to_text import SEEING, said

WISH = "Describe this image in one or two sentences."
"""To models that need to be told."""
LONGEST = 128
"""Tokens of a caption."""


@local("image-to-text")
def describe(call: Call, source: Source) -> Sequence[Artifact]:
    """What the model says of the picture by itself; chat models are asked to describe it."""
    image = read_image(call.one("image"))
    if source.kind == "vision-encoder-decoder":
        return text_answer(call, _decoded(source, image))
    processor = source.processor()
    if processor.chat_template:
        return text_answer(call, said(source, WISH, pictures=[image]))
    model = source.model(*SEEING)
    read = processor(images=image, return_tensors="pt").to(device(), dtype())
    read.pop("input_ids", None)  # some put a start there, some nothing
    given = {name: read[name] for name in read if name != "attention_mask"}
    made = model.generate(**given, max_new_tokens=places(model, LONGEST))
    return text_answer(call, processor.tokenizer.decode(made[0], skip_special_tokens=True))


def _decoded(source: Source, image: object) -> str:
    """An encoder that sees and a decoder that writes, each from a family of its own."""
    model = source.model(*SEEING)
    pixels = source.part("AutoImageProcessor")(images=image, return_tensors="pt")["pixel_values"]
    made = model.generate(pixel_values=pixels.to(device(), dtype()), max_new_tokens=places(model, LONGEST))
    return str(source.tokenizer().decode(made[0], skip_special_tokens=True))
