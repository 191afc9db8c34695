"""The Hub's lists are cached and refreshed, and pinned models replace them where there are none."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.settings import Settings
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.catalog.cache import CatalogCache
from hugginggpt.tools.catalog.hub_index import FRESH, HubIndex
from hugginggpt.tools.catalog.pinned import pinned
from hugginggpt.tools.scripted import Reply, ScriptedHub, model_card, redirect_hub_to, serve

CARD = {
    "cardData": {"license": "mit", "base_model": "org/base", "language": ["en", "fr"]},
    "safetensors": {"parameters": {"F32": 5_000}, "total": 5_000},
    "usedStorage": 20_000,
}


def hub_with(home: Path, **given: Any) -> HubIndex:
    return HubIndex(Settings(home=home, hf_token="hf_mine"), online=True, **given)


def eventually(check: Any, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_every_pinned_model_has_a_known_type_and_a_description() -> None:
    for name in VOCABULARY:
        for model in pinned(name):
            assert model.model_id.count("/") == 1
            assert len(model.description) > 15
            assert model.size > 0


def test_without_network_the_pinned_models_are_returned_at_once(home: Path) -> None:
    with redirect_hub_to("http://127.0.0.1:9"):
        hub = hub_with(home)
        assert [m.model_id for m in hub.models("summarization")] == [m.model_id for m in pinned("summarization")]
        eventually(lambda: hub.warning)
    assert "can't be reached" in (hub.warning or "")
    assert hub.age("summarization") is None


def test_a_list_is_fetched_in_the_background_and_cached(home: Path) -> None:
    scripted = ScriptedHub({"org/mine": model_card("org/mine", "summarization", downloads=9_000, gated="auto", **CARD)})
    with serve(scripted) as server, redirect_hub_to(server.url):
        hub = hub_with(home)
        hub.models("summarization")
        eventually(lambda: hub.age("summarization") is not None)
    again = HubIndex(Settings(home=home))  # another process, offline
    first = again.models("summarization")[0]
    assert (first.model_id, first.downloads, first.license, first.size) == ("org/mine", 9_000, "mit", 5_000)
    assert first.gated
    assert first.safetensors
    assert first.servings[0].provider == "hf-inference"
    assert "org/base" in first.description
    listings = [request for request in server.requests if request.path.startswith("/api/models?")]
    assert len(listings) == 2
    assert all("authorization" in request.headers for request in listings)


def test_pinned_models_follow_those_of_the_hub(home: Path) -> None:
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        hub_with(home).refresh("summarization")
    names = [model.model_id for model in HubIndex(Settings(home=home)).models("summarization")]
    assert names[0] == "scripted/summarization"
    assert "facebook/bart-large-cnn" in names


def test_a_list_is_fetched_once_a_process(home: Path) -> None:
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        hub = hub_with(home)
        for _ in range(5):
            hub.models("summarization")
        eventually(lambda: hub.age("summarization") is not None)
    assert len([r for r in server.requests if r.path.startswith("/api/models?")]) == 2


def test_without_a_token_the_hub_is_not_called(home: Path) -> None:
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        HubIndex(Settings(home=home)).models("summarization")
        time.sleep(0.1)
    assert server.requests == []


def test_a_list_that_was_fetched_once_is_refreshed_without_a_token_too(
    home: Path,
) -> None:
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url):
        HubIndex(Settings(home=home)).refresh("summarization")
        (hub := HubIndex(Settings(home=home))).models("summarization")
        with closing(sqlite3.connect(home.with_name("cache") / "catalog.db")) as database, database:
            database.execute("update hub_models set fetched_at = fetched_at - ?", [2 * FRESH])
        hub.models("summarization")
        eventually(lambda: (hub.age("summarization") or FRESH) < FRESH)
        hub.models("translation")  # never fetched, so not refreshed
        time.sleep(0.1)
    assert len(server.requests) == 4  # two of each fetch


def test_a_hub_whose_list_never_ends_is_given_up(home: Path) -> None:
    headers = {"content-type": "application/json"}
    page = Reply(200, b"[]", headers, seconds=0.2)
    with serve(lambda _: page) as server, redirect_hub_to(server.url):
        headers["link"] = '<https://huggingface.co/api/models?cursor=next>; rel="next"'
        with pytest.raises(ExpertError, match="took longer than 1 s"):
            hub_with(home, timeout=1.0).refresh("summarization")


def test_a_model_is_fetched_by_its_id_with_the_token(home: Path) -> None:
    scripted = ScriptedHub({"me/secret": model_card("me/secret", "summarization", private=True)})
    with serve(scripted) as server, redirect_hub_to(server.url):
        assert hub_with(home).model("me/secret", "summarization").private
    (request,) = [r for r in server.requests if r.path.startswith("/api/models/me/secret")]
    assert request.headers["authorization"] == "Bearer hf_mine"


def test_a_model_that_does_not_exist_is_reported(home: Path) -> None:
    missing = pytest.raises(ExpertError, match=r"org/none answers 404")
    with serve(ScriptedHub()) as server, redirect_hub_to(server.url), missing as raised:
        hub_with(home).model("org/none", "summarization")
    assert raised.value.kind == "unknown_model"


def test_a_damaged_cache_is_ignored_and_replaced(home: Path) -> None:
    home.mkdir()
    (home / "catalog.db").write_bytes(b"this is no database" * 100)
    cache = CatalogCache(home)
    assert cache.models("summarization") == ([], None)
    assert cache.call_stats() == {}
    cache.record_call(("hf", "x", "m"), 1.0)
    assert cache.call_stats()["hf", "x", "m"].calls == 1


def test_a_cache_that_another_process_locks_can_be_read(home: Path) -> None:
    cache = CatalogCache(home)
    cache.record_call(("hf", "x", "m"), 1.0)
    holder = sqlite3.connect(home / "catalog.db")
    holder.execute("begin immediate")
    assert cache.call_stats()[("hf", "x", "m")].calls == 1
    holder.rollback()


def test_calls_to_an_expert_are_counted(home: Path) -> None:
    cache, expert = CatalogCache(home), ("hf", "together", "org/m")
    for seconds in (2.0, None, 4.0):
        cache.record_call(expert, seconds)
    stats = cache.call_stats()[expert]
    assert (stats.calls, stats.failures, stats.latency) == (3, 1, 3.0)
    assert stats.success_rate == pytest.approx(0.6)
