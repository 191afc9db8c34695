"""image-to-image without a model: denoise, grayscale, resize, rotate, flip, blur, sharpen, brightness, format."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from .....graph.errors import input_error
from .....graph.task import Task
from ....media.pictures import image_artifact, open_image
from ..goal_words import goal_and_prompt, has_word
from ..registry import expert

WORDS: dict[str, str] = {
    "denoise": r"denois|de-nois|nois[ey]|grain|entrausch|débruit",
    "grayscale": r"gr[ae]y|black.and.white|monochrom|b&w|desaturat|graustufen|schwarz-?weiß|noir et blanc",
    "resize": r"resiz|re-siz|rescal|scale\b|enlarg|shrink|smaller|bigger|larger|half (?:the |its )?size|thumbnail"
    r"|downscal|\d+ ?(?:x|by|×) ?\d+|twice (?:the|as)|double (?:the|its) size|\d+ ?(?:px|pixels?) (?:wide|high|tall)",
    "rotate": r"rotat|turn (?:\w+ ){0,4}(?:left|right|upside|clockwise|counter|by|\d)|upside down|drehe?n?\b",
    "flip": r"flip|mirror|spiegel",
    "blur": r"blur|soften",
    "sharpen": r"sharpen",
    "brighten": r"bright|lighten",
    "darken": r"darken|darker",
    "contrast": r"(?:more|higher|stronger|increase \w+|add) contrast|contrast",
    "invert": r"invert|negative\b",
    "format": r"(?:in)?to (?:an? )?(?:png|jpe?g|webp|gif|bmp|tiff)\b",
}
"""Words that ask for each operation."""

INVENTING = (
    r"restor|colori|super-?resol|super resol|upscal|styl|paint|cartoon|anime|sketch|draw|add\b|remov|replac|swap|edit"
    r"|insert|inpaint|outpaint|erase|background|turn (?:it|the \w+|this|him|her) into a\b|look like|as if|transform"
    r"|deblur|unblur|scratch|enhanc|improv|sky\b|season|hair|smil|detail|resolution"
)
REMOVING_NOISE = r"(?:remov\w*|reduc\w*|take out|clean up|get rid of) (?:the |all |its |some |image )*(?:nois|grain)"


def operation_of(task: Task) -> str | None:
    """The operation by the parameter `operation`, else by the words of goal and prompt; None for none or several."""
    named = str(task.parameters.get("operation") or "").strip().lower()
    if named in WORDS or named == "enlarge":
        return named
    words = named or goal_and_prompt(task)
    if has_word(words, INVENTING) and not has_word(words, REMOVING_NOISE):
        return None
    found = [name for name, form in WORDS.items() if has_word(words, form)]
    if not found and not words:
        given = set(task.parameters)
        return "rotate" if "angle" in given else "resize" if given & {"scale", "width", "height"} else None
    return found[0] if len(found) == 1 else None


def accepts(task: Task) -> str | None:
    """Tasks that ask for one operation which needs no model."""
    unspecified = not goal_and_prompt(task) and not task.parameters
    if unspecified or operation_of(task) is not None:
        return None
    return f"it supports one of {', '.join(WORDS)}, and no edit that must invent pixels; that needs an image model"


@expert(
    "image-to-image",
    name="retouch",
    description="denoises, greys, resizes, rotates, flips, blurs, sharpens, brightens; restores and restyles nothing",
    library="pillow",
    requires=("cv2", "numpy", "PIL"),
    accepts=accepts,
    partial=True,
)
def retouch(call: Call) -> Sequence[Artifact]:
    """The picture, changed."""
    from ..image_operations import OPERATIONS
    from ..picture_layers import in_own_mode

    task = call.task
    if not task.goal and call.has("prompt"):
        task = task.model_copy(update={"goal": call.text("prompt")})
    operation = operation_of(task)
    if operation is None:
        raise input_error(f"it is not clear what to do with the picture; it can {', '.join(WORDS)}")
    change = OPERATIONS[operation]
    format = str(task.parameters.get("format") or "png")
    material = call.one("image")
    with open_image(material.path, material.resource.label) as image:
        changed = in_own_mode(image, material.resource.label, operation, format, lambda layer: change(layer, task))
    return [image_artifact(call, changed, format=format)]
