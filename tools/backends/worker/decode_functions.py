"""Functions from a `Call` to artifacts that decode media inside a worker process; `Decoder` calls them by name."""

import json
from collections.abc import Sequence
from typing import Any

from ....graph.call import Artifact, Call
from ...documents.readers import read
from ...media.browser_formats import playable_audio, playable_video
from ...media.image_data_urls import image_data_urls
from ...media.masks import Region
from ...media.pictures import image_bytes, open_image, read_image
from ...media.recording_parts import cut_recording
from ...media.sound import sound_artifact, sound_pieces
from ..answers import box_answer, image_answer, mask_answer

SCALE = 1000
"""Boxes of chat models are in thousandths of the picture's width and height."""


def _options(call: Call) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(call.text("options"))
    return read


def picture_to_send(call: Call) -> Sequence[Artifact]:
    """A picture in a form that servers accept."""
    path = call.scratch / "picture"
    path.write_bytes(image_bytes(call.one("image")))
    return [Artifact(output="image", kind="image", media_type="image/*", path=path)]


def audio_to_send(call: Call) -> Sequence[Artifact]:
    """A recording in pieces, as WAV."""
    options = _options(call)
    pieces = sound_pieces(call.one("audio"), **options)
    return [sound_artifact(call, piece, options["rate"], str(number)) for number, piece in enumerate(pieces)]


def data_urls(call: Call) -> Sequence[Artifact]:
    """Pictures and pages for a chat model: a data URL each."""
    urls = (url for material in call.inputs["materials"] for url in image_data_urls(call, material))
    return [Artifact(output="url", kind="text", media_type="text/plain", text=url) for url in urls]


def parts(call: Call) -> Sequence[Artifact]:
    """The parts of a recording, a JSON list; their files are in the scratch folder. A disk error is a JSON object."""
    try:
        cut = cut_recording(call.path("audio"), call.scratch)
    except OSError as error:
        text = json.dumps({"errno": error.errno, "strerror": error.strerror})
    else:
        text = json.dumps([part.model_dump(mode="json") for part in cut])
    return [Artifact(output="parts", kind="text", media_type="application/json", text=text)]


def document(call: Call) -> Sequence[Artifact]:
    """The text or table of a document, in a file."""
    options, path = _options(call), call.scratch / "text"
    found = read(call.path("document"), options["media_type"], options["label"])
    path.write_text(found.text, encoding="utf-8", newline="")
    return [
        Artifact(output="text", kind=found.kind, media_type=found.media_type, path=path, note="; ".join(found.notes))
    ]


def picture_answer(call: Call) -> Sequence[Artifact]:
    """A picture, decoded, as PNG."""
    with open_image(call.path("answer"), "the answer") as image:
        return image_answer(call, image)


def audio_answer(call: Call) -> Sequence[Artifact]:
    """Sound that browsers play."""
    return [playable_audio(call, call.path("answer").read_bytes())]


def video_answer(call: Call) -> Sequence[Artifact]:
    """A video that browsers play."""
    return [playable_video(call, call.path("answer").read_bytes())]


def boxes_answer(call: Call) -> Sequence[Artifact]:
    """The boxes, and the picture with the boxes drawn in."""
    image, options = read_image(call.one("image")), _options(call)
    rows = options["rows"]
    if options["thousandths"]:
        rows = [row | {"box": _in_pixels(row["box"], image.size)} for row in rows]
    return box_answer(call, image, rows)


def masks_answer(call: Call) -> Sequence[Artifact]:
    """The regions as one picture, and drawn over the input picture."""
    regions = list[Region]()
    for (label, score), mask in zip(_options(call)["regions"], call.inputs["masks"], strict=True):
        with open_image(mask.path, "a mask") as image:
            regions.append(Region(label, score, image.convert("L")))
    return mask_answer(call, read_image(call.one("image")), regions)


def _in_pixels(box: dict[str, float], size: tuple[int, int]) -> dict[str, float]:
    sides = {"xmin": size[0], "xmax": size[0], "ymin": size[1], "ymax": size[1]}
    return {side: box[side] * pixels / SCALE for side, pixels in sides.items()}
