"""canny-control: the edges of a picture, white on black (Canny 1986), as input for ControlNet."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.pictures import image_artifact, read_image
from ..registry import expert


@expert(
    "canny-control",
    name="canny",
    description="draws the edges of a picture, white on black",
    library="opencv-python-headless",
    requires=("cv2", "numpy"),
)
def draw_edges(call: Call) -> Sequence[Artifact]:
    """A picture of the same size. The thresholds follow the picture's median brightness."""
    import cv2
    import numpy as np
    from PIL import Image

    grey = cv2.GaussianBlur(cv2.cvtColor(np.asarray(read_image(call.one("image"))), cv2.COLOR_RGB2GRAY), (5, 5), 0)
    middle = float(np.median(grey))
    low, high = max(20.0, 0.66 * middle), max(60.0, min(200.0, 1.33 * middle))
    return [image_artifact(call, Image.fromarray(cv2.Canny(grey, min(low, high / 2), high)))]
