"""`write_glb`: a triangle mesh with vertex colours as a GLB file (binary glTF 2.0), which browsers and Blender open."""

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FLOAT, _UNSIGNED = 5126, 5125
_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963


def write_glb(
    path: Path, vertices: "NDArray[np.float32]", faces: "NDArray[Any]", colours: "list[NDArray[np.float32]] | None"
) -> None:
    """Vertices (n, 3), faces (m, 3) as indices of vertices, and red, green, blue of each vertex from 0 to 1."""
    import numpy as np

    up = vertices[:, [0, 2, 1]] * np.array([1, 1, -1])  # the models' z is up, glTF's is y
    blocks = [("POSITION", up.astype("<f4"), "VEC3", _FLOAT, _ARRAY_BUFFER)]
    if colours is not None:
        blocks.append(("COLOR_0", np.stack(colours, 1).clip(0, 1).astype("<f4"), "VEC3", _FLOAT, _ARRAY_BUFFER))
    blocks.append(("", faces.astype("<u4").reshape(-1), "SCALAR", _UNSIGNED, _ELEMENT_BUFFER))
    views, accessors, data = [], [], b""
    for name, array, form, number, target in blocks:
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": array.nbytes, "target": target})
        accessor: dict[str, Any] = {
            "bufferView": len(views) - 1,
            "componentType": number,
            "count": len(array),
            "type": form,
        }
        if name == "POSITION":
            accessor |= {"min": array.min(0).tolist(), "max": array.max(0).tolist()}
        accessors.append(accessor)
        data += array.tobytes()
    attributes = {name: place for place, (name, *_) in enumerate(blocks) if name}
    document = {
        "asset": {"version": "2.0", "generator": "hugginggpt"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": len(blocks) - 1}]}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data)}],
    }
    head = json.dumps(document).encode()
    head += b" " * (-len(head) % 4)
    data += b"\0" * (-len(data) % 4)
    total = 12 + 8 + len(head) + 8 + len(data)
    path.write_bytes(
        struct.pack("<4sII", b"glTF", 2, total)
        + struct.pack("<I4s", len(head), b"JSON")
        + head
        + struct.pack("<I4s", len(data), b"BIN\0")
        + data
    )
