"""mlsd-control: the straight lines of a picture, white on black, by OpenCV's LSD (not the network M-LSD)."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pictures import image_artifact, read_image
from ..registry import expert

SHORTEST = 0.03
"""Of the picture's diagonal: shorter lines are texture."""


@expert(
    "mlsd-control",
    name="lsd",
    description="draws the straight lines of a picture, white on black; LSD in place of the M-LSD network",
    library="opencv-python-headless",
    requires=("cv2", "numpy"),
    partial=True,
)
def draw_lines(call: Call) -> Sequence[Artifact]:
    """A picture of the same size. Curves come out as short pieces, most of which are left out."""
    import cv2
    import numpy as np
    from PIL import Image

    grey = cv2.cvtColor(np.asarray(read_image(call.one("image"))), cv2.COLOR_RGB2GRAY)
    found = cv2.createLineSegmentDetector().detect(grey)[0]
    canvas = np.zeros_like(grey)
    least = SHORTEST * float(np.hypot(*grey.shape))
    for left, top, right, bottom in [] if found is None else found.reshape(-1, 4):
        if np.hypot(right - left, bottom - top) >= least:
            start, end = (round(float(left)), round(float(top))), (round(float(right)), round(float(bottom)))
            cv2.line(canvas, start, end, 255, 1)
    return [image_artifact(call, Image.fromarray(canvas))]
