"""hed-control and scribble-control: soft edges and bold strokes, by XDoG (Winnemöller 2011), not by the network HED."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .....graph.call import Artifact, Call
from ....media.pictures import Pixels, image_artifact, read_image
from ..registry import expert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FINE, BROAD = 1.0, 1.6
"""Sigma of the smaller Gaussian in pixels of a picture 512 high, and the larger one over it."""
STRENGTH = 12.0
STROKE = 0.35
"""Softness above which an edge becomes a stroke."""


@expert(
    "hed-control",
    name="soft-edges",
    description="draws soft edges, white on black, by a difference of Gaussians in place of the network HED",
    library="opencv-python-headless",
    requires=("cv2", "numpy"),
    partial=True,
)
def draw_soft_edges(call: Call) -> Sequence[Artifact]:
    """A picture of the same size."""
    import numpy as np
    from PIL import Image

    soft = soft_edges(np.asarray(read_image(call.one("image"))))
    return [image_artifact(call, Image.fromarray((soft * 255).round().astype(np.uint8)))]


@expert(
    "scribble-control",
    name="strokes",
    description="draws bold strokes along edges, white on black, as if scribbled; by a difference of Gaussians",
    library="opencv-python-headless",
    requires=("cv2", "numpy"),
    partial=True,
)
def draw_strokes(call: Call) -> Sequence[Artifact]:
    """A picture of the same size; specks are left out."""
    import cv2
    import numpy as np
    from PIL import Image

    soft = soft_edges(np.asarray(read_image(call.one("image"))))
    strokes = (soft > STROKE).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    large = [number for number in range(1, count) if stats[number, cv2.CC_STAT_AREA] >= 0.0004 * strokes.size]
    kept = np.isin(labels, large).astype(np.uint8) * 255
    width = max(2, round(min(kept.shape) / 170))
    thick = cv2.dilate(kept, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    return [image_artifact(call, Image.fromarray(thick))]


def soft_edges(pixels: Pixels) -> "NDArray[np.float32]":
    """0 to 1 for every pixel of (height, width, 3): how much it differs from its surroundings."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    sigma = FINE * max(1.0, min(grey.shape) / 512)
    fine, broad = cv2.GaussianBlur(grey, (0, 0), sigma), cv2.GaussianBlur(grey, (0, 0), sigma * BROAD)
    return np.asarray(np.tanh(STRENGTH * np.abs(fine - broad)), dtype=np.float32)
