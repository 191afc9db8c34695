"""Proxies and redirects

Calls to servers that the user configured go through the environment's proxy; servers on this machine are always called
directly; URLs in texts and responses are read through a proxy only where `HUGGINGGPT_FETCH_PROXY` is set.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fences import Fence
from hostile import Wire, forwarding, listening, socks5
from hugginggpt.graph.errors import ControllerError, ExpertError, InvalidInput, UsageError
from hugginggpt.graph.ports import NoCallbacks
from hugginggpt.graph.settings import Settings
from hugginggpt.tools.backends.endpoint.backend import EndpointBackend
from hugginggpt.tools.backends.endpoint.endpoints_file import Api, Endpoint, add_endpoint
from hugginggpt.tools.backends.endpoint.probe import probe
from hugginggpt.tools.chat_models.client import ChatClient
from hugginggpt.tools.chat_models.models import ChatModel
from hugginggpt.tools.net.download import download
from hugginggpt.tools.net.proxies import proxy_for
from hugginggpt.tools.scripted import Received, Reply, Server, as_json, chat, serve
from samples import call_of
from shell import Shell

FENCES = (
    Fence(
        "this machine is asked directly",
        "tools/net/proxies.py",
        "    if is_loopback(host):\n        return None",
        "    if False:\n        return None",
        "test_proxies.py::test_servers_on_this_machine_are_called_directly",
    ),
    Fence(
        "redirects of configured servers",
        "tools/net/configured_transport.py",
        "        if there != here:",
        "        if False:",
        "test_proxies.py::test_a_chat_model_s_redirect_to_another_server_is_not_followed[307]",
    ),
    Fence(
        "a fetch proxy and private addresses",
        "tools/net/ssrf_guard.py",
        "        if is_loopback(host):\n            raise",
        "        if False:\n            raise",
        "test_proxies.py::test_a_private_address_is_refused_before_the_fetch_proxy",
    ),
)
KEY = "sk-canary"


def clear(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def proxied(kind: str, monkeypatch: pytest.MonkeyPatch, answer: Any) -> Iterator[tuple[Wire, Server]]:
    """A server known to a proxy only, by the name `model.example`; and the environment that names the proxy."""
    clear(monkeypatch)
    with serve(answer) as server:
        known = {"model.example": int(server.url.rpartition(":")[2])}
        with listening(socks5(known) if kind == "socks5" else forwarding(known)) as proxy:
            if kind == "socks5":
                monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
            else:
                monkeypatch.setenv("HTTP_PROXY", proxy.url)
            yield proxy, server


async def ask(url: str, **given: Any) -> str:
    settings = Settings.model_validate(
        {"home": "/nonexistent", "timeout": 5, "retries": 0, "llm_api_key": KEY, **given}
    )
    client = ChatClient(ChatModel.of(f"openai:m@{url}/v1", settings), settings)
    return (await client.complete("choose", [("user", "hi")], NoCallbacks())).text


async def call(url: str, home: Path, folder: Path, task: str = "summarization", api: Api = "tasks") -> Any:
    add_endpoint(home.with_name("config"), Endpoint(name="mine", url=url, task_type=task, api=api))
    backend = EndpointBackend(Settings(home=home))
    return await backend.run(call_of(task, backend.experts(task)[0], folder))


def summary(received: Received) -> Reply:
    if received.path.endswith("/chat/completions"):
        return chat("Gladly.").to(received)
    if received.path == "/embed":
        return as_json([[0.5]])
    return as_json([{"summary_text": "short"}])


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_configured_servers_are_called_through_the_environment_s_proxy(
    kind: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Configured chat models and servers are called through HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, also SOCKS."""
    with proxied(kind, monkeypatch, summary) as (proxy, server), warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        with caplog.at_level(logging.INFO):
            assert await ask("http://model.example") == "Gladly."
        await call("http://model.example", home, tmp_path)
        await call("http://model.example", home, tmp_path, "feature-extraction", "tei")
        probe("http://model.example", None)
    assert len(proxy.heads) >= 4
    assert len(server.requests) >= 4
    assert "proxy" not in caplog.text.lower()


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_servers_on_this_machine_are_called_directly(
    kind: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chat model or server on this machine is called directly, whatever proxies the environment names."""
    with proxied(kind, monkeypatch, summary) as (proxy, server):
        assert await ask(server.url) == "Gladly."
        await call(server.url, home, tmp_path)
        await call(server.url, home, tmp_path, "feature-extraction", "tei")
        probe(server.url.replace("127.0.0.1", "localhost"), None)
    assert proxy.heads == []
    assert len(server.requests) >= 4


@pytest.mark.parametrize(
    ("url", "env", "proxy"),
    [
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://api.example/v1", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://api.example/v1", {"HTTP_PROXY": "p:1"}, "http://p:1"),
        ("http://api.example/v1", {"ALL_PROXY": "socks5://p:1"}, "socks5://p:1"),
        ("https://api.example/v1", {"ALL_PROXY": "socks5://p:1", "HTTPS_PROXY": "http://q:2"}, "http://q:2"),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example"}, "http://p:1"),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "api.example"}, None),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example"}, None),
        ("https://api.example/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("http://10.1.2.3:8000", {"HTTP_PROXY": "http://p:1", "NO_PROXY": "192.168.0.0/16, 10.0.0.0/8"}, None),
        ("http://10.1.2.3:8000", {"HTTP_PROXY": "http://p:1", "NO_PROXY": "192.168.0.0/16"}, "http://p:1"),
        ("http://127.0.0.1:8000", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://127.8.0.1:8000", {"ALL_PROXY": "http://p:1"}, None),
        ("http://localhost:8000", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://LOCALHOST.:8000", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://[::1]:8000", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://[::ffff:127.0.0.1]:8000", {"HTTP_PROXY": "http://p:1"}, None),
    ],
)
def test_which_proxy_an_address_has(
    url: str, env: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names, domains, addresses and networks in NO_PROXY are called directly; this machine always is."""
    clear(monkeypatch)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(url) == proxy


async def test_urls_in_texts_are_read_through_the_fetch_proxy_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL in a request is read directly, or through HUGGINGGPT_FETCH_PROXY; other proxy variables are not used."""
    with proxied("http", monkeypatch, lambda _: Reply(body=b"hello")) as (proxy, _):
        with pytest.raises(InvalidInput, match="can't be reached"):
            await download("http://model.example/a.txt", Settings(home=home))
        assert proxy.heads == []
        settings = Settings(home=home, fetch_proxy=proxy.url)
        assert (await download("http://model.example/a.txt", settings)).data == b"hello"
    with proxied("socks5", monkeypatch, lambda _: Reply(body=b"hello")) as (proxy, _):
        settings = Settings(home=home, fetch_proxy=f"socks5://127.0.0.1:{proxy.port}")
        assert (await download("http://model.example/a.txt", settings)).data == b"hello"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "169.254.169.254", "10.0.0.1", "x.localhost"]
)
async def test_a_private_address_is_refused_before_the_fetch_proxy(
    host: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch proxy resolves names itself; a URL with an address of this machine or its network is refused before."""
    with proxied("http", monkeypatch, lambda _: Reply()) as (proxy, _):
        with pytest.raises(InvalidInput, match="private network"):
            await download(f"http://{host}/a.txt", Settings(home=home, fetch_proxy=proxy.url))
        assert proxy.heads == []


def test_doctor_reports_what_checks_addresses(shell: Shell) -> None:
    """`doctor` reports whether this program checks the addresses of URLs itself or leaves names to a fetch proxy."""
    printed = shell("doctor", "--json").out
    assert "this program resolves" in printed
    printed = shell("doctor", "--json", HUGGINGGPT_FETCH_PROXY="http://user:secret@127.0.0.1:9").out
    assert "http://127.0.0.1:9" in printed
    assert "it is the guard" in printed
    assert "secret" not in printed


def test_an_invalid_fetch_proxy_is_refused(home: Path) -> None:
    """A fetch proxy that is not the URL of a proxy is refused with that reason, and never ignored."""
    for wrong in ("proxy:3128", "ftp://proxy", "http://"):
        with pytest.raises(UsageError, match="FETCH_PROXY"):
            Settings.from_env({"HUGGINGGPT_FETCH_PROXY": wrong}, home=home)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_chat_model_s_redirect_to_another_server_is_not_followed(status: int) -> None:
    """A chat model's redirect to another server is reported with both URLs; neither key nor text is sent there."""
    with (
        serve(lambda request: chat("Gladly.").to(request)) as other,
        serve(lambda r: Reply(status, headers={"location": f"{other.url}{r.path}"})) as server,
    ):
        with pytest.raises(ControllerError) as raised:
            await ask(server.url)
        assert f"{server.url} redirects to {other.url}" in str(raised.value)
    assert other.requests == []


@pytest.mark.parametrize(
    ("task", "api"),
    [
        ("summarization", "tasks"), ("text-to-video", "tasks"), ("tabular-regression", "tasks"),
        ("feature-extraction", "tei"), ("text-to-speech", "openai"), ("text-to-image", "openai"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [302, 307])
async def test_a_redirect_of_a_user_s_server_to_another_is_not_followed(
    task: str, api: Api, status: int, home: Path, tmp_path: Path
) -> None:
    """A redirect of a server of the user's to another is reported with both URLs; neither key nor file is sent there."""
    with (
        serve(lambda _: Reply()) as other,
        serve(lambda _: Reply(status, headers={"location": f"{other.url}/x"})) as server,
    ):
        with pytest.raises(ExpertError) as raised:
            await call(server.url, home, tmp_path, task, api)
        assert f"{server.url} redirects to {other.url}" in str(raised.value)
        with pytest.raises(ExpertError, match="redirects to"):
            probe(server.url, None)
    assert other.requests == []
