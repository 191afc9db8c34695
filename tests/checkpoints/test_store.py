"""The store: a file's name is the hash of its content, files are complete or absent, and nothing is left over."""

import asyncio
import hashlib
import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hugginggpt.checkpoints.home import prepare_home
from hugginggpt.checkpoints.store import FileStore
from hugginggpt.graph.call import Artifact, Call, Material
from hugginggpt.graph.errors import ExpertError, StorageError
from hugginggpt.graph.redactor import Redactor
from hugginggpt.graph.resource import INLINE_LIMIT, Resource
from hugginggpt.tools.scripted import scripted_expert
from samples import call_of


@pytest.fixture
def store(home: Path) -> FileStore:
    return FileStore(prepare_home(home))


def left_over(home: Path) -> list[Path]:
    return list((home / "scratch").iterdir())


@given(data=st.binary(min_size=1, max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_stored_bytes_are_found_by_their_hash(store: FileStore, data: bytes) -> None:
    sha256, size = asyncio.run(store.put_bytes(data, "image/png"))
    assert (sha256, size) == (hashlib.sha256(data).hexdigest(), len(data))
    path = store.path(Resource(kind="image", media_type="image/png", sha256=sha256))
    assert path.read_bytes() == data
    assert path.suffix == ".png"


@pytest.mark.parametrize("media_type", ["model/gltf-binary", "image/tiff", "video/quicktime"])
async def test_a_file_stored_as_bin_by_an_earlier_version_is_found_and_not_stored_again(
    home: Path, media_type: str
) -> None:
    prepare_home(home)
    data, draft = b"content of " + media_type.encode(), home / "draft"
    sha256 = hashlib.sha256(data).hexdigest()
    earlier = home / "resources" / sha256[:2] / f"{sha256[2:]}.bin"
    earlier.parent.mkdir()
    earlier.write_bytes(data)
    store = FileStore(home)
    assert store.path(Resource(kind="mesh", media_type=media_type, sha256=sha256)) == earlier
    await store.put_bytes(data, media_type)
    draft.write_bytes(data)
    await store.adopt(Artifact(output="mesh", kind="mesh", media_type=media_type, path=draft), "1")
    assert list(earlier.parent.iterdir()) == [earlier]


async def test_a_file_of_a_new_home_has_the_suffix_of_its_type(store: FileStore) -> None:
    sha256, _ = await store.put_bytes(b"glTF", "model/gltf-binary")
    assert store.path(Resource(kind="mesh", media_type="model/gltf-binary", sha256=sha256)).suffix == ".glb"


async def test_a_file_stored_under_two_suffixes_is_found_under_that_of_its_type(home: Path) -> None:
    prepare_home(home)
    sha256, _ = await FileStore(home).put_bytes(b"<p>", "text/plain")
    (home / "resources" / sha256[:2] / f"{sha256[2:]}.bin").write_bytes(b"<p>")
    store = FileStore(home)
    found = [store.path(Resource(kind="text", media_type=t, sha256=sha256)).suffix for t in ("text/plain", "text/html")]
    assert found == [".txt", ".bin"]


async def test_a_broken_file_stored_as_bin_is_written_again(home: Path) -> None:
    prepare_home(home)
    sha256 = hashlib.sha256(b"whole").hexdigest()
    earlier = home / "resources" / sha256[:2] / f"{sha256[2:]}.bin"
    earlier.parent.mkdir()
    earlier.write_bytes(b"changed")
    store = FileStore(home)
    await store.put_bytes(b"whole", "model/gltf-binary")
    assert store.path(Resource(kind="mesh", media_type="model/gltf-binary", sha256=sha256)).read_bytes() == b"whole"


async def test_files_are_searched_for_secrets_outside_the_event_loop(home: Path) -> None:
    class NotingThreads(Redactor):
        def text(self, text: str) -> str:
            threads.add(threading.current_thread())
            return super().text(text)

    threads: set[threading.Thread] = set()
    store = FileStore(prepare_home(home), NotingThreads(["sk-some-key-9"]))
    sha256, size = await store.put_bytes(b"a sk-some-key-9", "text/plain")
    resource = await store.put_text("a sk-some-key-9", producer="0")
    assert (resource.sha256, resource.size, resource.text) == (sha256, size, "a [removed****]")
    assert threads
    assert threading.current_thread() not in threads


async def test_equal_content_is_stored_once(store: FileStore, home: Path) -> None:
    await asyncio.gather(*(store.put_bytes(b"the same", "text/plain") for _ in range(20)))
    assert len([path for path in (home / "resources").rglob("*") if path.is_file()]) == 1
    assert left_over(home) == []


async def test_files_are_readable_by_their_owner_only(store: FileStore) -> None:
    resource = await store.put_text("secret", producer="0")
    assert store.path(resource).stat().st_mode & 0o777 == 0o600


async def test_short_text_is_kept_inline_and_long_text_in_its_file_only(store: FileStore) -> None:
    short, long = await store.put_text("ä" * 10), await store.put_text("ä" * INLINE_LIMIT)
    assert short.text == "ä" * 10
    assert long.text is None
    assert store.path(long).read_text("utf-8") == "ä" * INLINE_LIMIT


async def test_a_short_text_of_the_plan_is_no_file_and_can_be_read(store: FileStore, home: Path) -> None:
    given = await store.put_text("ä" * 10)
    material = Material(resource=given, path=store.path(given))
    material.check()
    assert material.text() == "ä" * 10
    assert [path for path in (home / "resources").rglob("*") if path.is_file()] == []


async def test_a_call_makes_its_scratch_folder_when_it_is_first_used(store: FileStore, home: Path) -> None:
    call = call_of("summarization", scripted_expert("summarization"), store.unused_folder())
    assert (call.used_scratch, left_over(home)) == (False, [])
    file = call.model_copy(update={"timeout": 1.0}).scratch / "file"
    file.write_text("x")
    assert (call.used_scratch, call.folder) == (True, file.parent)
    assert Call.model_validate_json(call.model_dump_json()).scratch == file.parent
    await store.remove_folder(call.folder)
    assert left_over(home) == []


async def test_text_that_is_not_valid_unicode_is_stored_with_question_marks(store: FileStore) -> None:
    assert (await store.put_text("a\ud800b")).text == "a?b"


async def test_an_output_of_an_expert_is_moved_into_the_store(store: FileStore, home: Path) -> None:
    async with store.scratch() as folder:
        draft = folder / "image"
        draft.write_bytes(b"x" * 100_000)
        made = await store.adopt(Artifact(output="image", kind="image", media_type="image/png", path=draft), "3[1]")
        assert not draft.exists()
    assert (made.producer, made.size, made.text) == ("3[1]", 100_000, None)
    assert store.path(made).read_bytes() == b"x" * 100_000
    assert left_over(home) == []


async def test_boxes_keep_their_text(store: FileStore) -> None:
    text = json.dumps([{"label": "face", "score": 1.0}])
    made = await store.adopt(Artifact(output="boxes", kind="boxes", media_type="application/json", text=text), "1")
    assert (made.kind, made.text, store.path(made).suffix) == ("boxes", text, ".json")


@pytest.mark.parametrize("content", [None, b""], ids=["no file", "an empty file"])
async def test_an_expert_without_output_has_failed(store: FileStore, content: bytes | None) -> None:
    async with store.scratch() as folder:
        draft = folder / "image"
        if content is not None:
            draft.write_bytes(content)
        with pytest.raises(ExpertError, match="returned an empty image as picture"):
            await store.adopt(Artifact(output="picture", kind="image", media_type="image/png", path=draft), "1")


async def test_a_scratch_folder_is_removed_with_its_content(store: FileStore, home: Path) -> None:
    async def fail() -> None:
        async with store.scratch() as folder:
            (folder / "deep").mkdir()
            (folder / "deep" / "file").write_text("x")
            raise ValueError("oops")

    with pytest.raises(ValueError, match="oops"):
        await fail()
    assert left_over(home) == []


async def test_a_home_that_can_t_be_made_is_an_error_with_a_hint(home: Path) -> None:
    store = FileStore(home)
    home.write_text("a file")
    with pytest.raises(StorageError, match="can't be written") as caught:
        await store.put_text("x", producer="0")
    assert "Settings(home=DIR)" in caught.value.hint
    with pytest.raises(StorageError):
        async with store.scratch():
            pass


async def test_a_missing_resource_has_no_path(store: FileStore) -> None:
    with pytest.raises(StorageError, match="named in the request, but was not found"):
        store.path(Resource(kind="image", media_type="image/*", name="gone.png"))
