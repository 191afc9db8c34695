"""Pictures: reading one within the limits, and giving one back."""

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

from ...graph.call import Artifact, Call, Material
from ...graph.errors import ExpertError
from .limits import limits

if TYPE_CHECKING:
    from PIL import Image


def read_image(material: Material) -> "Image.Image":
    """The picture as RGB, upright as its EXIF says, transparency over white. Raises `ExpertError` (input fault)."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    most = limits().max_image_pixels
    try:
        with Image.open(material.path) as opened:
            if opened.width * opened.height > most:
                size = f"{opened.width} x {opened.height}"
                raise ExpertError(
                    f"{material.resource.label} has {size} pixels; the limit is {most:,}", input_fault=True
                )
            upright = ImageOps.exif_transpose(opened)
            if upright.has_transparency_data:
                layer = upright.convert("RGBA")
                return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
            return upright.convert("RGB")
    except Image.DecompressionBombError:
        raise ExpertError(f"{material.resource.label} is larger than {most:,} pixels", input_fault=True) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ExpertError(f"{material.resource.label} can't be read as an image", input_fault=True) from error


def image_bytes(material: Material) -> bytes:
    """The picture as every server takes it: PNG, or JPEG where that is what it was; upright, without transparency."""
    image = read_image(material)
    buffer = io.BytesIO()
    if material.resource.media_type == "image/jpeg":
        image.save(buffer, "JPEG", quality=95)
    else:
        image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def data_url(material: Material) -> str:
    """The picture inside a URL, as chat models take it."""
    form = "jpeg" if material.resource.media_type == "image/jpeg" else "png"
    return f"data:image/{form};base64,{base64.b64encode(image_bytes(material)).decode()}"


def image_artifact(call: Call, image: "Image.Image", output: str = "image", name: str = "") -> Artifact:
    """The picture as a PNG in the scratch folder; `name` tells several of one output apart."""
    path: Path = call.scratch / f"{name or output}.png"
    image.save(path, compress_level=4)
    return Artifact(output=output, kind="image", media_type="image/png", path=path)
