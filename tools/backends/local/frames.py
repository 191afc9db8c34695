"""Frames of a film, as pictures, evenly spaced over its length."""

from typing import TYPE_CHECKING, Any

from ....graph.call import Material
from ....graph.errors import ExpertError

if TYPE_CHECKING:
    from PIL import Image


def read_frames(material: Material, count: int) -> "list[Image.Image]":
    """At most `count` frames in order, RGB. Raises `ExpertError` (input fault) when it is no film.

    Two passes: containers lie about how many frames they hold.
    """
    import av
    from PIL import Image

    try:
        with av.open(str(material.path)) as container:
            total = sum(1 for _ in container.decode(video=0))
        wanted = (
            {round((place + 0.5) * total / count - 0.5) for place in range(count)}
            if total > count
            else set(range(total))
        )
        with av.open(str(material.path)) as container:
            found: list[Any] = [
                Image.fromarray(frame.to_ndarray(format="rgb24"))
                for number, frame in enumerate(container.decode(video=0))
                if number in wanted
            ]
    except FileNotFoundError:
        raise
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise ExpertError(f"{material.resource.label} can't be read as a video", input_fault=True) from error
    if not found:
        raise ExpertError(f"there are no pictures in {material.resource.label}", input_fault=True)
    return found
