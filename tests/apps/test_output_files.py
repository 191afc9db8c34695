"""`--out`: outputs are copied under readable names, with the suffix of their media type."""

import hashlib
import os
import sys
from pathlib import Path

import pytest

from hugginggpt.apps.cli.output_files import copy_out
from hugginggpt.graph.plan import Plan
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Result
from hugginggpt.graph.task import Ref, Task
from in_process import command


def test_an_output_stored_as_bin_by_an_earlier_version_is_copied_with_the_suffix_of_its_type(tmp_path: Path) -> None:
    stored, folder = tmp_path / "stored.bin", tmp_path / "out"
    stored.write_bytes(b"glTF")
    folder.mkdir()
    mesh = Resource(
        kind="mesh", media_type="model/gltf-binary", sha256=hashlib.sha256(b"glTF").hexdigest(), size=4, producer="0"
    )
    result = Result(task_id=0, key="0", task_type="image-to-3d", status="succeeded", outputs={"mesh": (mesh,)})
    copies = copy_out([result], {mesh.sha256 or "": stored}, None, folder)
    assert copies == {str(stored): [folder / "0-image-to-3d.glb"]}
    assert (folder / "0-image-to-3d.glb").read_bytes() == b"glTF"


@pytest.mark.covers("command run, chat: media out")
def test_a_copy_is_called_by_its_source_and_what_it_is(tmp_path: Path) -> None:
    """The number is the one that the answer cites; pages are numbered."""
    stored = tmp_path / "stored.png"
    stored.write_bytes(b"png")
    made = Resource(kind="image", media_type="image/png", sha256=hashlib.sha256(b"png").hexdigest(), size=3)
    photo = Resource(kind="image", media_type="image/png", name="~/my photo (1).png", sha256="0" * 64)
    crop = Task(id=0, type="crop", inputs={"image": photo})
    grey = Task(
        id=1, type="image-to-image", inputs={"image": Ref(task_id=0)}, parameters={"operation": "grayscale"}
    )  # fmt: skip
    results = [
        Result(task_id=0, key="0", task_type="crop", status="succeeded", outputs={"image": (made, made)}),
        Result(task_id=1, key="1", task_type="image-to-image", status="succeeded", outputs={"image": (made,)}),
    ]
    copy_out(results, {made.sha256 or "": stored}, Plan(tasks=(crop, grey)), tmp_path)
    names = {path.name for path in tmp_path.iterdir()} - {"stored.png"}
    assert names == {"0-my-photo-1-cropped-1.png", "0-my-photo-1-cropped-2.png", "1-my-photo-1-grayscale.png"}


@pytest.mark.parametrize(
    ("operation", "name"), [("louder", "louder"), ("format", "converted"), ("denoise", "cleaned"), ("", "changed")]
)
def test_a_changed_recording_is_called_by_the_operation(tmp_path: Path, operation: str, name: str) -> None:
    stored = tmp_path / "stored.wav"
    stored.write_bytes(b"wav")
    made = Resource(kind="audio", media_type="audio/wav", sha256=hashlib.sha256(b"wav").hexdigest(), size=3)
    talk = Resource(kind="audio", media_type="audio/wav", name="talk.wav", sha256="0" * 64)
    task = Task(
        id=0, type="audio-to-audio", inputs={"audio": talk}, parameters={"operation": operation} if operation else {}
    )
    result = Result(task_id=0, key="0", task_type="audio-to-audio", status="succeeded", outputs={"audio": (made,)})
    copy_out([result], {made.sha256 or "": stored}, Plan(tasks=(task,)), tmp_path)
    assert (tmp_path / f"0-talk-{name}.wav").is_file()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs a folder in which no file can be made")
def test_a_finished_run_whose_outputs_can_t_be_copied_is_not_said_to_go_on(home: Path) -> None:
    """The folder went away or is full: where the files are is said, and no command that would be refused."""
    done = command("run", 'How many words are in "a b c"?', "--home", str(home), "--out", "/proc/self/task")
    assert (done.code, "3" in done.out) == (1, True)
    assert "`hugginggpt resources` lists where each file is" in done.err
    assert "resume" not in done.err
