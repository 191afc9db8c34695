"""A hostile Hub or mirror

Paths and downloads are made from what a Hub returns: invalid names are refused, and nothing of such a response is used.
Model weights are loaded from safetensors only.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fences import Fence
from hostile import listening, silent
from hostile_hub import COMMIT, FILES, MODEL, HubAnswer, hostile_hub
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.expert import Expert
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.local import hub_download as hub_side
from hugginggpt.tools.backends.local.backend import LocalBackend
from hugginggpt.tools.backends.local.model_cache import find, write_ref
from hugginggpt.tools.catalog.hub_index import HubIndex
from hugginggpt.tools.catalog.hub_names import is_commit, is_file_inside
from hugginggpt.tools.scripted import ScriptedHub, model_card, redirect_hub_to, serve

FENCES = (
    Fence(
        "a commit of the hub",
        "tools/catalog/hub_names.py",
        "    if not is_commit(text):",
        "    if False:",
        "test_hub.py::test_invalid_names_and_sizes_are_refused_before_a_download[sha-../../../../victim]",
    ),
    Fence(
        "file names of the hub",
        "tools/catalog/hub_names.py",
        "        if not is_file_inside(name):",
        "        if False:",
        "test_hub.py::test_invalid_names_and_sizes_are_refused_before_a_download[name-../victim.json]",
    ),
    Fence(
        "sizes of the hub",
        "tools/catalog/hub_names.py",
        "        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= LARGEST_FILE:",
        "        if False:",
        "test_hub.py::test_invalid_names_and_sizes_are_refused_before_a_download[size--1]",
    ),
    Fence(
        "headers that become paths",
        "tools/net/hub_session.py",
        "is not None and not _FILE_NAME.fullmatch(value):",
        "is not None and False:",
        "test_hub.py::test_a_hub_writes_nothing_outside_of_its_cache[etag-../../../victim]",
    ),
    Fence(
        "a file larger than declared",
        "tools/backends/local/hub_download.py",
        "hub_limits(None, max_bytes=max(size, MAX_ERROR_BYTES), paths=True)",
        "hub_limits(None, max_bytes=10**12, paths=True)",
        "test_hub.py::test_a_file_larger_than_its_reported_size_is_not_downloaded",
    ),
    Fence(
        "a file of another size than declared",
        "tools/backends/local/hub_download.py",
        "    if (size := got.stat().st_size) != plan.files[name]:",
        "    if False and (size := got.stat().st_size):",
        "test_hub.py::test_a_hub_writes_nothing_outside_of_its_cache[size-a larger one]",
    ),
    Fence(
        "a hub sends elsewhere",
        "tools/net/ssrf_guard.py",
        "        if self._allowed is None or not self._proxy:\n            return self._allowed is None",
        "        if True:\n            return True",
        "test_hub.py::test_a_hub_writes_nothing_outside_of_its_cache[location-a private server]",
    ),
    Fence(
        "ids in a list of the hub",
        "tools/catalog/hub_names.py",
        "    if not is_model_id(text):",
        "    if False:",
        "test_hub.py::test_a_model_with_an_invalid_name_is_left_out_of_a_list",
    ),
    Fence(
        "a revision of an expert",
        "tools/backends/local/model_cache.py",
        "        sound = not revision or is_commit(revision) or revision in pinned_revisions()",
        "        sound = True",
        "test_hub.py::test_an_invalid_revision_is_refused",
    ),
    Fence(
        "what a ref in the cache says",
        "tools/backends/local/model_cache.py",
        "        if is_commit(commit):",
        "        if commit:",
        "test_hub.py::test_an_invalid_ref_in_the_cache_leads_to_no_folder",
    ),
    Fence(
        "a link in place of a ref",
        "tools/backends/local/model_cache.py",
        "    draft.replace(ref)",
        "    ref.write_text(draft.read_text())",
        "test_hub.py::test_a_link_in_place_of_a_ref_is_replaced",
    ),
)

VICTIM = "VICTIM"
"""Stands for the path of a file outside of the cache."""
_SHAS: list[Any] = [
    "../../../../victim", "../victim", "..", ".", VICTIM, "/", "a/b", "refs/main", "main", "HEAD", "", " ", "~", "~/victim",
    COMMIT[:-1], COMMIT + "0", COMMIT.upper(), COMMIT + "\n", " " + COMMIT, COMMIT[:-1] + "g", COMMIT + "/../../x",
    "..\\..\\victim", "%2e%2e%2fvictim", COMMIT + "\x00", "\x00", "c:\\victim", "\u0660" * 40, "\uff10" * 40, 7, 1.5, True,
    ["a"], {"a": 1}, "x" * 100_000, "\x1b]52;c;AAAA\x07", "--upload", "f" * 64,
]  # fmt: skip
_NAMES = [
    "../victim.json", "../../../../victim.json", "a/../../victim.json", "/victim.json", VICTIM + ".json", "..", ".", "",
    "a/..", "a//b.json", "./a.json", "a/./b.json", "..\\victim.json", "a\\..\\..\\victim.json", "c:victim.json",
    "c:\\victim.json", "\\\\server\\share\\victim.json", "//server/victim.json", "a\x00.json", "a\n.json", "a\r.json",
    "\x1b[2J.json", "a/.. /victim.json", "a/ ../victim.json", ".../victim.json", "x" * 300 + ".json", "a/" * 250 + "b.json",
    "a/", " ", "config.json/../../victim.json", "file:///victim.json", "https://evil.example/victim.json", 7, None, ["a"],
]  # fmt: skip
_ETAGS = [
    "../../../victim", '"../../../victim"', 'W/"../../../victim"', "../../../../../../victim", VICTIM, f'"{VICTIM}"', "..",
    ".", "a/b", "a/../../../victim", "..\\..\\victim", "c:\\victim", "/", "~/victim", "%2e%2e/victim", "a" * 300,
    "WWW//victim",    '""', "a..b", "\t..",
]  # fmt: skip
_COMMITS = ["../../../victim", VICTIM, "..", ".", "a/b", "/", "..\\victim", "a" * 300, "%2e%2e/x", "~"]
_SIZES: dict[str, Any] = {
    "-1": -1, "-10**12": -(10**12), "10**18": 10**18, "10**30": 10**30, "a text": "9", "a float": 9.5, "true": True,
    "a list": [9], "a smaller one": 3, "a larger one": 10_000,
}  # fmt: skip
_PLACES = [
    "file:///etc/passwd", "ftp://evil.example/x", "data:text/plain,x", "http://169.254.169.254/latest/", "http://[::1]:1/x",
    "http://168.63.129.16/x", "gopher://127.0.0.1/x", "http://10.0.0.1/x", "a private server",
]  # fmt: skip


def _cases() -> Iterator[tuple[str, HubAnswer]]:
    right = HubAnswer().siblings
    for sha in _SHAS:
        yield f"sha-{ascii(sha)[:30].strip(chr(39))}", HubAnswer(sha=sha)
    for name in _NAMES:
        yield f"name-{ascii(name)[:30].strip(chr(39))}", HubAnswer(siblings=[*right, {"rfilename": name, "size": 2}])
    for etag in _ETAGS:
        yield f"etag-{ascii(etag)[:30].strip(chr(39))}", HubAnswer(headers={"etag": etag})
        yield f"linked-{ascii(etag)[:30].strip(chr(39))}", HubAnswer(headers={"x-linked-etag": etag})
    for commit in _COMMITS:
        yield f"commit-{ascii(commit)[:30].strip(chr(39))}", HubAnswer(headers={"x-repo-commit": commit})
        yield (
            f"missing-{ascii(commit)[:30].strip(chr(39))}",
            HubAnswer(headers={"x-repo-commit": commit, "x-error-code": "EntryNotFound"}, status=404),
        )
    for name, size in _SIZES.items():
        yield f"size-{name}", HubAnswer(siblings=[right[0] | {"size": size}, right[1]])
    for place in _PLACES:
        yield f"location-{place[:30]}", HubAnswer(status=302, headers={"location": place, "x-linked-size": "22"})
    yield "body-longer", HubAnswer(body=b"x" * 100_000)
    yield "body-shorter", HubAnswer(body=b"x")
    for odd in (None, 7, "config.json", {"a": 1}, [None], [7], [[]], [{}], [{"rfilename": {}}]):
        yield f"siblings-{ascii(odd)[:30]}", HubAnswer(siblings=odd)


CASES = dict(_cases())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Hub's cache, in a folder with nothing else but a victim."""
    sandbox = tmp_path / "sandbox"
    (sandbox / "deep" / "cache").mkdir(parents=True)
    for victim in ("victim", "victim.json", "deep/victim", "deep/victim.json"):
        (sandbox / victim).write_text("mine")
    monkeypatch.setenv("HF_HUB_CACHE", str(sandbox / "deep" / "cache"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return sandbox / "deep" / "cache"


def outside(cache: Path) -> dict[str, str]:
    """All that lies beside the cache."""
    sandbox = cache.parent.parent
    files = (path for path in sandbox.rglob("*") if not path.is_relative_to(cache))
    return {str(path): path.read_text() if path.is_file() else "" for path in files}


def inside(cache: Path) -> list[str]:
    """What the cache has of the model's files, under any commit."""
    found = (path for path in cache.rglob("*") if path.is_file() and "snapshots" in path.parts)
    return [path.name for path in found if path.name not in FILES]


def with_victim(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return value.replace(VICTIM, path)
    if isinstance(value, list):
        return [with_victim(each, path) for each in value]
    return {key: with_victim(each, path) for key, each in value.items()} if isinstance(value, dict) else value


def bring() -> None:
    hub_side.download(hub_side.plan_download(MODEL, "", None), None, lambda _done, _total: None, Event())


@pytest.mark.parametrize("name", CASES)
def test_a_hub_writes_nothing_outside_of_its_cache(name: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a Hub returns as commit, file name, ETag, size or URL, nothing outside of its cache is written or called."""
    answer = CASES[name]
    before = outside(cache)
    with listening(silent) as private:
        victim = str(cache.parent / "victim")
        headers = {
            key: f"{private.url}/x" if value == "a private server" else value for key, value in answer.headers.items()
        }
        answer = HubAnswer(
            with_victim(answer.sha, victim), with_victim(answer.siblings, victim), with_victim(headers, victim),
            answer.status, answer.body,
        )  # fmt: skip
        with hostile_hub(answer) as url:
            monkeypatch.setenv("HF_ENDPOINT", url)
            with pytest.raises(ExpertError):
                bring()
        assert private.heads == []
    assert outside(cache) == before
    assert inside(cache) == []
    assert find(MODEL) is None


BEFORE = [
    name
    for name in CASES
    if name.startswith(("sha-", "name-", "size-")) and "er one" not in name and VICTIM not in name
]


@pytest.mark.parametrize("name", BEFORE)
def test_invalid_names_and_sizes_are_refused_before_a_download(
    name: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invalid commit, file name or size is refused before the user is asked to download."""
    with hostile_hub(CASES[name]) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(ExpertError):
            hub_side.plan_download(MODEL, "", None)
    assert list(cache.iterdir()) == []


def test_files_of_a_valid_hub_are_downloaded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a Hub with valid responses are downloaded, and found under their commit."""
    with hostile_hub(HubAnswer()) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        bring()
    found = find(MODEL)
    assert found is not None
    assert found.revision == COMMIT
    assert {path.name: path.read_bytes() for path in found.folder.iterdir()} == FILES


def test_a_file_larger_than_its_reported_size_is_not_downloaded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download ends where a file has more bytes than the user was asked to download."""
    with hostile_hub(HubAnswer(body=b"x" * 50_000_000)) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(ExpertError, match=r"at most 1\.0 MB"):
            bring()
    assert sum(path.stat().st_size for path in cache.rglob("*") if path.is_file()) < 1_000_000


def test_a_hub_s_error_for_a_small_file_is_reported(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Hub's reason for refusing a small file is reported, though it has more bytes than the file."""
    gated = HubAnswer(got=403, headers={"x-error-code": "GatedRepo"}, body=b'{"error": "' + b"x" * 5_000 + b'"}')
    with hostile_hub(gated) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(ExpertError, match="is gated: its terms must be accepted first"):
            bring()


def test_a_file_without_a_size_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without a size is refused with that reason, before the user is asked to download."""
    with hostile_hub(HubAnswer(siblings=[{"rfilename": "config.json", "size": None}])) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(ExpertError, match=r"the Hub gives the size of config\.json of 'some/model' as None"):
            hub_side.plan_download(MODEL, "", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60)
    | st.sampled_from(["../x.json", "/x.json", "config.json", "model.safetensors", COMMIT, ".."]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["rfilename", "size", "lfs", "x"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sha=JSON, more=st.lists(JSON, max_size=4))
def test_a_hub_s_response_is_used_only_where_it_is_valid(
    sha: Any, more: list[Any], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any JSON that a Hub returns for a model is refused, or gives a commit and files inside of the repository."""
    with hostile_hub(HubAnswer(sha=sha, siblings=[*HubAnswer().siblings, *more])) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with suppress(ExpertError):
            wanted = hub_side.plan_download(MODEL, "", None)
            assert is_commit(wanted.revision)
            assert all(is_file_inside(name) and size >= 0 for name, size in wanted.files.items())


@pytest.mark.parametrize(
    ("model_id", "sha"),
    [
        ("scripted/x", "../../x"), ("scripted/x", "main"), ("scripted/x", COMMIT.upper()), ("../../x", COMMIT),
        ("scripted/x\x00", COMMIT), ("scripted/\x1b]52;c;AAAA\x07", COMMIT), ("a/b/c", COMMIT), ("/abs", COMMIT),
        ("a/..", COMMIT), ("scripted/a--b", COMMIT), ("scripted/\u202egpj", COMMIT), ("", COMMIT),
    ],
)  # fmt: skip
def test_a_model_with_an_invalid_name_is_left_out_of_a_list(model_id: str, sha: str, home: Path) -> None:
    """A model with an invalid id or commit is left out of a Hub's list, and reported."""
    good = model_card("scripted/good", "summarization", sha=COMMIT)
    cards = {model_id: model_card(model_id, "summarization", sha=sha), "scripted/good": good}
    with serve(ScriptedHub(cards)) as server, redirect_hub_to(server.url):
        hub = HubIndex(Settings(home=home, hf_token="hf_x"))
        listed = {model.model_id for model in hub.refresh("summarization")}
    assert "scripted/good" in listed
    assert model_id not in listed
    assert "left out" in (hub.warning or "")


def test_a_model_with_an_invalid_name_is_left_out_of_a_cached_list(home: Path) -> None:
    """A model whose id or commit was made invalid in a cached list is left out, and reported."""
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        hub = HubIndex(Settings(home=home), online=False)
        hub.refresh("summarization")
    with closing(sqlite3.connect(home.with_name("cache") / "catalog.db")) as connection, connection:
        connection.execute("update hub_models set model = replace(model, ?, '../../../x')", ["0" * 39 + "1"])
    assert all(not model.revision or is_commit(model.revision) or "/" not in model.revision
               for model in hub.models("summarization"))  # fmt: skip
    assert "left out" in (hub.warning or "")


REVISIONS = [
    "../../../../victim",
    "/victim",
    "..",
    "main",
    "a/b",
    COMMIT[:-1],
    COMMIT + "/..",
    COMMIT.upper(),
    "folder-x",
    "\x00",
]


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_invalid_revision_is_refused(revision: str, cache: Path, home: Path) -> None:
    """A revision in a plan, a run or an edited expert that is not a commit is refused; no path is built from it."""
    aim = cache / "models--some--model" / "snapshots"
    for folder in (aim / revision.strip("\x00/"), aim / COMMIT / ".."):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in FILES.items():
                (folder / name).write_bytes(data)
    assert find(MODEL, revision) is None
    expert = Expert(model_id=MODEL, task_type="text-classification", backend="local", revision=revision)
    answer = LocalBackend(Settings(home=home, download="yes")).obstacle(expert, None)
    assert answer is not None
    assert "a revision is a commit, of 40 hexadecimal digits" in str(answer)
    with pytest.raises(ExpertError, match="40 hexadecimal digits"):
        hub_side.plan_download(MODEL, revision, None)


def test_an_invalid_ref_in_the_cache_leads_to_no_folder(cache: Path) -> None:
    """A ref in the cache that is not a commit, as a hostile Hub may have written it, leads to no folder."""
    away = cache.parent / "away"
    away.mkdir()
    for name, data in FILES.items():
        (away / name).write_bytes(data)
    refs = cache / "models--some--model" / "refs"
    refs.mkdir(parents=True)
    (cache / "models--some--model" / "snapshots").mkdir()
    for answer in ("../../../away", str(away)):
        (refs / "main").write_text(answer)
        assert find(MODEL) is None


def test_a_link_in_place_of_a_ref_is_replaced(cache: Path) -> None:
    """A link in place of a ref is replaced, and its target is not changed."""
    refs = cache / "models--some--model" / "refs"
    refs.mkdir(parents=True)
    victim = cache.parent / "victim"
    (refs / "main").symlink_to(victim)
    write_ref(MODEL, "", COMMIT)
    assert victim.read_text() == "mine"
    assert (refs / "main").read_text() == COMMIT
    for name, commit in (("../../x", COMMIT), ("", "../../x")):
        with pytest.raises(ExpertError):
            write_ref(MODEL, name, commit)
