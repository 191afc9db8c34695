"""object-detection, for frontal faces only: OpenCV's Haar cascade (Viola and Jones 2001).

Not covered: faces from the side, turned by more than about 15 degrees, or smaller than 30 pixels; who they are.
"""

from collections.abc import Sequence
from pathlib import Path

from .....graph.call import Artifact, Call
from .....graph.errors import ExpertError
from ....media.boxes import box, box_artifacts
from ....media.pictures import read_image
from ..goal_words import goal_filter
from ..registry import expert

FACES = r"faces?\b|facial|gesicht|visages?\b|caras?\b|rostros?\b|volti?\b|faccia|facce"


@expert(
    "object-detection",
    name="faces",
    description="finds frontal human faces; no other objects",
    library="opencv-python-headless",
    requires=("cv2", "numpy"),
    accepts=goal_filter(FACES, "it finds frontal faces only; other objects need a detection model"),
    partial=True,
)
def find_faces(call: Call) -> Sequence[Artifact]:
    """A box for each face, the largest first; an empty list without faces. The score grows with the cascade's certainty."""
    import cv2
    import numpy as np

    image = read_image(call.one("image"))
    grey = cv2.equalizeHist(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2GRAY))
    cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))
    if cascade.empty():
        raise ExpertError("OpenCV came without its face cascade", hint="pip install 'opencv-python-headless<5'")
    least = max(30, min(image.size) // 25)
    found, _, weights = cascade.detectMultiScale3(grey, 1.1, 6, minSize=(least, least), outputRejectLevels=True)
    ordered = sorted(zip(found, np.ravel(weights), strict=True), key=lambda pair: -int(pair[0][2]))
    boxes = [
        box("face", 1 / (1 + 2 ** -float(weight)), (x, y, x + width, y + height))
        for (x, y, width, height), weight in ordered
    ]
    return box_artifacts(call, image, boxes)
