"""`preview`: a picture as half blocks of two colours each, where the terminal can show them."""

import sys
from pathlib import Path

from rich.text import Text

from ...graph.resource import Resource
from .console import out

_COLUMNS, _ROWS = 60, 40
"""Most columns; most rows of pixels, of which two share a line."""


def preview(resource: Resource, file: Path) -> Text | None:
    """None where it is no picture, can't be read, or stdout is no terminal with colours."""
    console = out()
    if (
        resource.kind not in ("image", "mask")
        or not sys.stdout.isatty()
        or console.color_system not in ("truecolor", "256")
    ):
        return None
    from ...graph.call import Material
    from ...graph.errors import HuggingGPTError
    from ...tools.media.pictures import read_image

    try:
        picture = read_image(Material(resource=resource, path=file))
    except (HuggingGPTError, OSError):
        return None
    picture.thumbnail((min(_COLUMNS, console.width), _ROWS))
    shown = Text()
    pixels, (width, height) = picture.load(), picture.size
    for y in range(0, height, 2):
        for x in range(width):
            upper = pixels[x, y]  # type: ignore[index]
            lower = pixels[x, min(y + 1, height - 1)]  # type: ignore[index]
            shown.append("▀", style=f"rgb({','.join(map(str, upper))}) on rgb({','.join(map(str, lower))})")  # type: ignore[arg-type]
        shown.append("\n")
    return shown
