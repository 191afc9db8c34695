"""visual-question-answering and document-question-answering: answers about an image, or from an image of a page."""

import re
from collections.abc import Sequence
from typing import Any

from .....graph.call import Artifact, Call, Material
from .....graph.errors import ExpertError
from .....graph.extras import install
from ....media.pictures import read_image
from ...answers import text_answer
from ...inputs import required_text
from ..loading import Source, token_limit
from ..registry import local
from ..torch_device import device, dtype
from .image_text_to_text import VISION_AUTOS, multimodal_reply

LONGEST = 128
"""Tokens of an answer."""


@local("visual-question-answering")
def answer_from_image(call: Call, source: Source) -> Sequence[Artifact]:
    """ViLT chooses one of its known answers, BLIP generates one, chat models reply."""
    image, question = read_image(call.one("image")), required_text(call, "question")
    if source.kind == "vilt":
        model, processor = source.model("AutoModelForVisualQuestionAnswering", exact=True), source.processor()
        read = processor(image, question, truncation=True, return_tensors="pt").to(device())
        return text_answer(call, model.config.id2label[int(model(**read).logits[0].argmax())])
    if source.kind == "blip":
        model, processor = source.model("BlipForQuestionAnswering"), source.processor()
        read = processor(images=image, text=question, return_tensors="pt").to(device(), dtype())
        output = model.generate(**read, max_new_tokens=token_limit(model, 32))
        return text_answer(call, processor.tokenizer.decode(output[0], skip_special_tokens=True))
    source.class_for(VISION_AUTOS)
    return text_answer(call, multimodal_reply(source, f"{question} Answer briefly.", pictures=[image]))


@local("document-question-answering")
def answer_from_page(call: Call, source: Source) -> Sequence[Artifact]:
    """Donut reads the page itself; LayoutLM gets its words from the embedded OCR; chat models reply."""
    page, question = call.one("image"), required_text(call, "question")
    if not page.resource.media_type.startswith("image/"):
        raise ExpertError(
            f"it takes pictures of pages, not {page.resource.media_type}", hint="turn the page into a picture"
        )
    image = read_image(page)
    if source.kind == "vision-encoder-decoder":
        return text_answer(call, _donut_answer(source, image, question))
    if source.kind not in ("layoutlm", "layoutlmv2", "layoutlmv3"):
        source.class_for(VISION_AUTOS)
        return text_answer(
            call, multimodal_reply(source, f"{question} Answer from the document, briefly.", pictures=[image])
        )
    pipe = source.pipeline("document-question-answering", "AutoModelForDocumentQuestionAnswering")
    found = pipe(image=image, question=question, word_boxes=words_on_page(page, image))
    found = found[0] if isinstance(found, list) and found else found
    if not found or not found.get("answer"):
        raise ExpertError(f"{source.model_id} found no answer on the page")
    return text_answer(call, found["answer"])


def _donut_answer(source: Source, image: Any, question: str) -> str:
    model, tokenizer = source.model(*VISION_AUTOS), source.tokenizer()
    if "<s_docvqa>" not in tokenizer.get_vocab():
        raise ExpertError(f"{source.model_id} was not trained to answer questions about documents")
    pixels = source.part("AutoImageProcessor")(images=image, return_tensors="pt")["pixel_values"].to(device(), dtype())
    prompt = f"<s_docvqa><s_question>{question}</s_question><s_answer>"
    start = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"].to(device())
    room = token_limit(model, start.shape[1] + LONGEST) - start.shape[1]
    output = model.generate(pixel_values=pixels, decoder_input_ids=start, max_new_tokens=max(1, room))
    answer = str(tokenizer.decode(output[0, start.shape[1] :], skip_special_tokens=False)).partition("</s_answer>")[0]
    return re.sub(r"<[^>]*>", "", answer)


def words_on_page(page: Material, image: Any) -> list[tuple[str, list[int]]]:
    """The words on a page with boxes of 0 to 1000; a word's share of its line's width is by its number of letters."""
    try:
        import numpy as np

        from ...embedded.ocr import read_upright
    except ImportError:
        raise ExpertError("the words on the page are read by the extra `embedded`", hint=install("embedded")) from None
    pieces = read_upright(np.ascontiguousarray(np.asarray(image)[:, :, ::-1])).pieces
    if not pieces:
        raise ExpertError(f"no text was found in {page.resource.label}", input_fault=True)
    width = max(image.width, *(piece.right for piece in pieces))
    height = max(image.height, *(piece.bottom for piece in pieces))
    placed = []
    for piece in pieces:
        step = (piece.right - piece.left) / max(1, len(piece.text))
        for word in re.finditer(r"\S+", piece.text):
            left, right = piece.left + word.start() * step, piece.left + word.end() * step
            corners = (left / width, piece.top / height, right / width, piece.bottom / height)
            placed.append((word[0], [max(0, min(1000, round(1000 * corner))) for corner in corners]))
    return placed
