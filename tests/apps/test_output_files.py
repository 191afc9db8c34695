"""`--out`: outputs are copied under readable names, with the suffix of their media type."""

import hashlib
from pathlib import Path

from hugginggpt.apps.cli.output_files import copy_out
from hugginggpt.graph.events import RunFinished
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Result


def test_an_output_stored_as_bin_by_an_earlier_version_is_copied_with_the_suffix_of_its_type(tmp_path: Path) -> None:
    stored, folder = tmp_path / "stored.bin", tmp_path / "out"
    stored.write_bytes(b"glTF")
    folder.mkdir()
    mesh = Resource(
        kind="mesh", media_type="model/gltf-binary", sha256=hashlib.sha256(b"glTF").hexdigest(), size=4, producer="0"
    )
    result = Result(task_id=0, key="0", task_type="image-to-3d", status="succeeded", outputs={"mesh": (mesh,)})
    event = RunFinished(
        run_id="r", thread_id="t", status="succeeded", answer="", plan=[],
        results=[result.model_dump(mode="json")], resources=[mesh.model_dump(mode="json") | {"path": str(stored)}],
    )  # fmt: skip
    assert copy_out(event, folder) == [folder / "0-image-to-3d.glb"]
    assert (folder / "0-image-to-3d.glb").read_bytes() == b"glTF"
