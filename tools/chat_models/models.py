"""Models: which chat model a name means, where it is, and the key that belongs there.

openai:MODEL            OpenAI, or the server at OPENAI_BASE_URL; OPENAI_API_KEY goes to that one and no other
openai:MODEL@URL        any OpenAI-compatible server; HUGGINGGPT_LLM_API_KEY, if set, goes there
ollama: vllm: llamacpp: lmstudio:    the same, at the address where that server listens unless told otherwise
hf:MODEL                the router of Hugging Face Inference Providers; HF_TOKEN
huggingface:MODEL[@URL] langchain-huggingface's client: Inference Providers, or an Inference Endpoint at URL
huggingface-local:MODEL langchain-huggingface's pipeline, in this process: a folder, or a model of the Hub; HF_TOKEN
PROVIDER:MODEL          whatever else LangChain's `init_chat_model` knows (anthropic, google_genai, mistralai, ...)
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from ...graph.errors import UsageError
from ...graph.settings import Settings
from ..net.addresses import without_secrets
from ..net.configured_transport import MAX_STREAM_BYTES, ConfiguredTransport
from ..net.httpx_compat import httpx_module_of
from ..net.hub_session import hub_limits
from .connections import unused
from .local import LocalChat, check_packages, load
from .providers import check_provider

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LOCAL_SERVERS = {
    "ollama": "http://127.0.0.1:11434/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
}
"""Where these servers listen by default, as their manuals say."""

LOCAL = "huggingface-local"
_PLACES = {"openai": "api.openai.com", "huggingface": "huggingface.co", LOCAL: "this machine"}
ROUTER = "https://router.huggingface.co/v1"
_NOBODY = {"OpenAI-Organization": "", "OpenAI-Project": ""}
"""For servers other than OpenAI's: else the client tells them what OPENAI_ORG_ID and OPENAI_PROJECT_ID say."""
NO_KEY = SecretStr("none-needed")
"""What a server without keys is sent, so that no saved key reaches it."""

Method = Literal["json_schema", "function_calling", "json_mode", "plain"]
"""How a model can be held to a form, the strictest first."""

_NAME = re.compile(r"(?P<provider>[a-z][\w-]*):(?P<model>\S.*?)(?:@(?P<url>https?://\S+))?", re.IGNORECASE)
_OWN_KEY = "HUGGINGGPT_LLM_API_KEY"
_EXAMPLES = "Name one as openai:MODEL, ollama:MODEL, hf:MODEL or openai:MODEL@URL, e.g. openai:gpt-5-mini."


@dataclass(frozen=True)
class ChatModel:
    """A chat model by provider, name and place."""

    name: str
    """As the user wrote it, without the place."""
    provider: str
    model: str
    base_url: str | None = None
    """None for where its client goes by itself."""
    key: SecretStr | None = None
    key_name: str = "its provider's key"
    """The environment variable that the key comes from."""

    @classmethod
    def of(cls, spec: str, settings: Settings) -> "ChatModel":
        """Read `PROVIDER:MODEL[@URL]`; raises `UsageError` for what is none, and when a key is needed and not set."""
        found = _NAME.fullmatch(spec.strip())
        if not found:
            raise UsageError(f"there is no controller {spec!r}", hint=_EXAMPLES)
        provider, model, url = found["provider"].lower(), found["model"], found["url"]
        name = f"{provider}:{model}"
        if provider == "hf" and url is None:
            if settings.hf_token is None:
                raise UsageError(f"{name} needs a token", hint="Set HF_TOKEN (huggingface.co/settings/tokens).")
            return cls(name, "openai", model, ROUTER, settings.hf_token, "HF_TOKEN")
        if provider in LOCAL_SERVERS or (provider == "openai" and url):
            return cls(name, "openai", model, url or LOCAL_SERVERS[provider], settings.llm_api_key or NO_KEY, _OWN_KEY)
        if provider == "openai":
            if settings.openai_api_key is None and settings.openai_base_url is None:
                raise UsageError(
                    f"{name} needs a key",
                    hint="Set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own, or use the embedded controller.",
                )
            key = settings.openai_api_key or NO_KEY
            return cls(name, "openai", model, settings.openai_base_url, key, "OPENAI_API_KEY")
        if provider == "huggingface":
            if url is None or _is_hugging_faces(url):
                return cls(name, provider, model, url, settings.hf_token, "HF_TOKEN")
            return cls(name, provider, model, url, settings.llm_api_key, _OWN_KEY)
        if provider == LOCAL:
            if url:
                raise UsageError(
                    f"{name} runs on this machine, not at {url}", hint=f"huggingface:MODEL@{url} asks a server"
                )
            check_packages(name)
            return cls(name, provider, model, None, settings.hf_token, "HF_TOKEN")
        check_provider(provider, spec, ["openai", *LOCAL_SERVERS, "hf", "huggingface", LOCAL])
        return cls(name, provider, model, url, settings.llm_api_key, _OWN_KEY) if url else cls(name, provider, model)

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return without_secrets(self.base_url) if self.base_url else _PLACES.get(self.provider, self.provider)

    def _hub_session(self) -> AbstractContextManager[None]:
        """For langchain-huggingface's client, which has no place for a transport of ours."""
        if self.provider != "huggingface":
            return nullcontext()
        return hub_limits(None, servers=[self.base_url] if self.base_url else (), max_bytes=MAX_STREAM_BYTES)

    @property
    def methods(self) -> tuple[Method, ...]:
        """The ways worth trying to hold it to a form."""
        if self.provider in ("openai", "huggingface"):
            return ("json_schema", "function_calling", "json_mode", "plain")
        return ("plain",) if self.provider == LOCAL else ("function_calling", "plain")

    @asynccontextmanager
    async def connected(self, seconds: float) -> AsyncIterator["BaseChatModel"]:
        """Its client, with connections of its own: those that langchain-openai shares break in a second event loop.

        Made in a thread, for it imports much and reads certificates. It never tries again by itself: see `failures.py`.
        """
        import asyncio

        model, connections = await asyncio.to_thread(self._connect, seconds)
        try:
            with self._hub_session():
                yield model
        finally:
            close = getattr(connections, "aclose", None) or getattr(connections, "close", None)
            if close:
                with suppress(RuntimeError):
                    await close()

    def _connect(self, timeout: float) -> tuple["BaseChatModel", Any]:
        if self.provider == "openai":
            return self._openai(timeout)
        if self.provider == "huggingface":
            return self._huggingface(timeout)
        if self.provider == LOCAL:
            return cast("BaseChatModel", LocalChat(load(self.model, self.key))), None
        return self._any(timeout), None

    def _openai(self, timeout: float) -> tuple["BaseChatModel", Any]:
        import openai
        from langchain_openai import ChatOpenAI

        transport: Any = ConfiguredTransport(
            httpx_module_of(openai.DefaultAsyncHttpxClient), seconds=timeout, max_bytes=MAX_STREAM_BYTES
        )
        connections = openai.DefaultAsyncHttpxClient(transport=transport)
        model = ChatOpenAI(
            model=self.model,
            base_url=self.base_url,
            api_key=self.key or NO_KEY,
            timeout=timeout,
            max_retries=0,
            stream_usage=True,
            http_async_client=connections,
            http_client=unused(),
            http_socket_options=(),  # of clients that it makes itself; else it warns that no proxy is used, while ours is
            default_headers=_NOBODY if _is_a_strangers(self.base_url) else None,
        )
        return model, connections

    def _huggingface(self, timeout: float) -> tuple["BaseChatModel", Any]:
        from langchain_huggingface import ChatHuggingFace, HuggingFaceEndpoint

        where: dict[str, Any] = {"endpoint_url": self.base_url} if self.base_url else {"repo_id": self.model}
        key = self.key.get_secret_value() if self.key else None
        stranger = self.base_url is not None and not _is_hugging_faces(self.base_url)
        endpoint = HuggingFaceEndpoint(
            **where,
            huggingfacehub_api_token=None if stranger else key,
            timeout=max(1, round(timeout)),
            # without any its client would send a stranger the token saved for Hugging Face
            server_kwargs={"token": key or NO_KEY.get_secret_value()} if stranger else {},
        )
        model = ChatHuggingFace(llm=endpoint, model_id=self.model, temperature=0.0, stream_usage=True)
        return model, endpoint.async_client

    def _any(self, timeout: float) -> "BaseChatModel":
        from langchain.chat_models import init_chat_model

        given: dict[str, Any] = {"timeout": timeout, "max_retries": 0}
        if self.base_url:
            given |= {"base_url": self.base_url, "api_key": (self.key or NO_KEY).get_secret_value()}
        try:
            model: BaseChatModel = init_chat_model(self.model, model_provider=self.provider, **given)
        except (ImportError, ValueError) as error:
            raise UsageError(f"there is no controller {self.name!r}: {str(error)[:300]}", hint=_EXAMPLES) from error
        return model


def _is_a_strangers(url: str | None) -> bool:
    """Whether a server that speaks OpenAI's API is not OpenAI's own."""
    return url is not None and not (urlsplit(url).hostname or "").endswith(".openai.com")


def _is_hugging_faces(url: str) -> bool:
    """Whether a server is Hugging Face's own: the Hub, its router, an Inference Endpoint."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and host.endswith((".huggingface.co", ".huggingface.cloud"))
