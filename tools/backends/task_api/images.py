"""Functions registered with `method` that take or return an image: labels, boxes, regions, captions, new images."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ....graph.untrusted_json import read_untrusted_json
from ..accepts import images_of_pages_only, needs_labels
from ..answers import garbage, label_answer, part, text_answer
from ..inputs import candidate_labels
from ..worker.decoder import boxes_answer, masks_answer, picture_answer, picture_bytes, picture_urls
from .methods import method

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

TEXT_TO_IMAGE_PARAMETERS = ("negative_prompt", "width", "height", "seed")


@method("image-classification")
def classify_image(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of an image."""
    return label_answer(call, client.image_classification(picture_bytes(call, call.one("image"))))


@method("zero-shot-image-classification", uses=("candidate_labels",), accepts=needs_labels)
def classify_image_by_given_labels(client: InferenceClient, call: Call) -> list[Artifact]:
    """The user's own labels, each with its score."""
    image = picture_bytes(call, call.one("image"))
    return label_answer(call, client.zero_shot_image_classification(image, candidate_labels=candidate_labels(call)))


@method("object-detection")
def detect_objects(client: InferenceClient, call: Call) -> list[Artifact]:
    """Boxes around the objects found."""
    found = client.object_detection(picture_bytes(call, call.one("image")))
    return boxes_answer(call, call.one("image"), list(found))


@method("image-segmentation")
def segment_image(client: InferenceClient, call: Call) -> list[Artifact]:
    """Regions and their labels."""
    found = _undecoded_segments(client, picture_bytes(call, call.one("image")))
    try:
        regions = [(str(row["label"]), row.get("score"), b64decode(row["mask"], validate=True)) for row in found]
    except (TypeError, KeyError, AttributeError, ValueError):
        raise garbage(call, "list of regions", found) from None
    return masks_answer(call, call.one("image"), regions)


def _undecoded_segments(client: InferenceClient, image: bytes) -> Any:
    """What `client.image_segmentation` requests, without its last step: it decodes the masks in this process."""
    from huggingface_hub.inference._providers import get_provider_helper

    helper = get_provider_helper(client.provider, task="image-segmentation", model=client.model)
    request = helper.prepare_request(
        inputs=image, parameters={}, headers=client.headers, model=client.model, api_key=client.token
    )
    answer = helper.get_response(client._inner_post(request), request)
    return read_untrusted_json(answer) if isinstance(answer, bytes) else answer


@method("image-to-text")
def image_to_text(client: InferenceClient, call: Call) -> list[Artifact]:
    """A caption, or the text in the image: whatever the model was made for."""
    return text_answer(call, client.image_to_text(picture_bytes(call, call.one("image"))).generated_text)


@method("image-to-image", uses=("prompt",))
@method("image-text-to-image", provider_task="image-to-image")
def edit_image(client: InferenceClient, call: Call) -> list[Artifact]:
    """The image changed, as the prompt describes if there is one."""
    prompt = call.text("prompt") if call.has("prompt") else None
    return picture_answer(call, client.image_to_image(picture_bytes(call, call.one("image")), prompt=prompt))


@method("text-to-image", uses=TEXT_TO_IMAGE_PARAMETERS)
def text_to_image(client: InferenceClient, call: Call) -> list[Artifact]:
    """An image of what the prompt describes."""
    given: dict[str, Any] = {
        name: value for name, value in call.task.parameters.items() if name in TEXT_TO_IMAGE_PARAMETERS
    }
    return picture_answer(call, client.text_to_image(call.text("prompt"), **given))


@method("visual-question-answering")
def answer_from_image(client: InferenceClient, call: Call) -> list[Artifact]:
    """The likeliest answer about an image."""
    found: Any = client.visual_question_answering(
        picture_bytes(call, call.one("image")), question=call.text("question")
    )
    return text_answer(call, part(call, "list of answers", found, 0, "answer"))


@method("document-question-answering", accepts=images_of_pages_only)
def answer_from_page(client: InferenceClient, call: Call) -> list[Artifact]:
    """The likeliest answer from an image of a page."""
    page = picture_bytes(call, call.one("image"))
    found: Any = client.document_question_answering(page, question=call.text("question"))
    return text_answer(call, part(call, "list of answers", found, 0, "answer"))


@method("image-text-to-text", provider_task="conversational")
def image_text_to_text(client: InferenceClient, call: Call) -> list[Artifact]:
    """A vision-language model's reply; the image is part of the message, as a data URL."""
    (url,) = picture_urls(call, [call.one("image")], {})
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": call.text("prompt")}]
    reply = client.chat_completion([{"role": "user", "content": content}], max_tokens=2048)
    return text_answer(call, part(call, "reply", reply, "choices", 0, "message", "content"))
