"""Pictures in or out."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from ....graph.call import Artifact, Call
from ....graph.errors import ExpertError
from ....graph.untrusted_json import read_untrusted_json
from ..accepts import pictures_only
from ..answers import garbage, label_answer, text_answer
from ..local.tasks.text import needs_labels
from ..worker.decoder import boxes_answer, masks_answer, picture_answer, picture_bytes, picture_urls
from .methods import method
from .texts import wanted_labels

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient

PAINTING = ("negative_prompt", "width", "height", "seed")


@method("image-classification")
def classify(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of a picture."""
    return label_answer(call, client.image_classification(picture_bytes(call, call.one("image"))))


@method("zero-shot-image-classification", heeds=("candidate_labels",), accepts=needs_labels)
def classify_as_told(client: InferenceClient, call: Call) -> list[Artifact]:
    """Labels of one's own."""
    image = picture_bytes(call, call.one("image"))
    return label_answer(call, client.zero_shot_image_classification(image, candidate_labels=wanted_labels(call)))


@method("object-detection")
def detect(client: InferenceClient, call: Call) -> list[Artifact]:
    """Boxes around what was found."""
    found = client.object_detection(picture_bytes(call, call.one("image")))
    return boxes_answer(call, call.one("image"), list(found))


@method("image-segmentation")
def segment(client: InferenceClient, call: Call) -> list[Artifact]:
    """Regions and what they are."""
    found = _undecoded_segments(client, picture_bytes(call, call.one("image")))
    try:
        regions = [(str(row["label"]), row.get("score"), b64decode(row["mask"], validate=True)) for row in found]
    except (TypeError, KeyError, AttributeError, ValueError):
        raise garbage(call, "list of regions", found) from None
    return masks_answer(call, call.one("image"), regions)


def _undecoded_segments(client: InferenceClient, image: bytes) -> Any:
    """As `client.image_segmentation` asks, without its last step: that decodes the masks, in this process."""
    from huggingface_hub.inference._providers import get_provider_helper

    helper = get_provider_helper(client.provider, task="image-segmentation", model=client.model)
    request = helper.prepare_request(
        inputs=image, parameters={}, headers=client.headers, model=client.model, api_key=client.token
    )
    answer = helper.get_response(client._inner_post(request), request)
    return read_untrusted_json(answer) if isinstance(answer, bytes) else answer


@method("image-to-text")
def describe(client: InferenceClient, call: Call) -> list[Artifact]:
    """A caption, or the text in the picture: whatever the model was made for."""
    return text_answer(call, client.image_to_text(picture_bytes(call, call.one("image"))).generated_text)


@method("image-to-image", heeds=("prompt",))
@method("image-text-to-image", provider_task="image-to-image")
def edit(client: InferenceClient, call: Call) -> list[Artifact]:
    """The picture changed, as told in words where there are any."""
    prompt = call.text("prompt") if call.has("prompt") else None
    return picture_answer(call, client.image_to_image(picture_bytes(call, call.one("image")), prompt=prompt))


@method("text-to-image", heeds=PAINTING)
def paint(client: InferenceClient, call: Call) -> list[Artifact]:
    """A picture of what the prompt says."""
    given: dict[str, Any] = {name: value for name, value in call.task.parameters.items() if name in PAINTING}
    return picture_answer(call, client.text_to_image(call.text("prompt"), **given))


@method("visual-question-answering")
def ask_picture(client: InferenceClient, call: Call) -> list[Artifact]:
    """The likeliest answer about a picture."""
    found: Any = client.visual_question_answering(
        picture_bytes(call, call.one("image")), question=call.text("question")
    )
    return text_answer(call, found[0].answer)


@method("document-question-answering", accepts=pictures_only)
def ask_page(client: InferenceClient, call: Call) -> list[Artifact]:
    """The likeliest answer from a page."""
    page = call.one("image")
    if not page.resource.media_type.startswith("image/"):
        raise ExpertError(
            f"{call.expert.model_id} is shown pictures of pages, and {page.resource.label} is none", kind="wrong_task"
        )
    found: Any = client.document_question_answering(picture_bytes(call, page), question=call.text("question"))
    return text_answer(call, found[0].answer)


@method("image-text-to-text", provider_task="conversational")
def instruct(client: InferenceClient, call: Call) -> list[Artifact]:
    """What a vision-language model replies; the picture is part of the message, as a data URL."""
    (url,) = picture_urls(call, [call.one("image")], {})
    content = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": call.text("prompt")},
    ]
    reply = client.chat_completion([{"role": "user", "content": content}], max_tokens=2048)
    return text_answer(call, reply.choices[0].message.content)
