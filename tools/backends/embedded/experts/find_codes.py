"""object-detection, for codes only: QR, Data Matrix, Aztec, PDF417 and the usual barcodes, read by zxing-cpp."""

from collections.abc import Sequence

from .....graph.call import Artifact, Call
from ....media.boxes import box, box_artifacts
from ....media.pictures import read_image
from ..goal_words import goal_filter
from ..registry import expert

CODES = (
    r"qr\b|qr-?codes?\b|bar ?-?codes?\b|codes?\b|ean\b|upc\b|isbn\b|data ?matrix|aztec|pdf417|strichcode"
    r"|codes?-barres|código"
)


@expert(
    "object-detection",
    name="codes",
    description="finds and reads barcodes and QR codes; the label is the content of the code; no other objects",
    library="zxing-cpp",
    requires=("zxingcpp", "numpy"),
    accepts=goal_filter(CODES, "it reads barcodes and QR codes only; other objects need a detection model"),
    partial=True,
)
def find_codes(call: Call) -> Sequence[Artifact]:
    """A box for each code, its content as the label (`QR Code: https://...`). No codes give an empty list."""
    import numpy as np
    import zxingcpp

    image = read_image(call.one("image"))
    boxes = []
    for code in zxingcpp.read_barcodes(np.asarray(image.convert("L"))):
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        kind = str(code.format).removeprefix("BarcodeFormat.")
        boxes.append(box(f"{kind}: {code.text}", 1.0, (min(xs), min(ys), max(xs), max(ys))))
    return box_artifacts(call, image, boxes)
