"""`ChatModel`: what a name such as openai:MODEL means: the address, the key, and the LangChain client that calls it.

openai:MODEL            OpenAI, or the server at OPENAI_BASE_URL; OPENAI_API_KEY is sent to that server only
openai:MODEL@URL        any OpenAI-compatible server; HUGGINGGPT_LLM_API_KEY, if set, is sent to it
vllm: llamacpp: lmstudio:    the same, at the address where that server listens by default
ollama:MODEL[@URL]      Ollama by its own API, which is asked for the window that a prompt needs
hf:MODEL                the router of Hugging Face Inference Providers; HF_TOKEN
huggingface:MODEL[@URL] langchain-huggingface's client: Inference Providers, or an Inference Endpoint at URL
huggingface-local:MODEL langchain-huggingface's pipeline, in this process: a folder, or a model of the Hub; HF_TOKEN
PROVIDER:MODEL          any other provider that LangChain's `init_chat_model` knows (anthropic, google_genai, mistralai, ...)
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from ...graph.errors import UsageError
from ...graph.settings import Settings
from ..backends.local.gguf import serve_it
from ..net.addresses import without_secrets
from ..net.configured_transport import MAX_STREAM_BYTES
from ..net.hub_session import hub_limits
from .local import LocalChat, accelerator_slots, check_packages, load
from .providers import check_provider

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

LOCAL_SERVERS = {
    "ollama": "http://127.0.0.1:11434/v1",
    "vllm": "http://127.0.0.1:8000/v1",
    "llamacpp": "http://127.0.0.1:8080/v1",
    "lmstudio": "http://127.0.0.1:1234/v1",
}
"""Where these servers listen by default, by their manuals."""

LOCAL = "huggingface-local"
_NAMED_PLACES = {"openai": "api.openai.com", "huggingface": "huggingface.co", LOCAL: "this machine"}
ROUTER = "https://router.huggingface.co/v1"
_NO_ACCOUNT = {"OpenAI-Organization": "", "OpenAI-Project": ""}
"""Headers for servers other than OpenAI's: by default the client sends them OPENAI_ORG_ID and OPENAI_PROJECT_ID."""
NO_KEY = SecretStr("none-needed")
"""Sent to a server without keys, so that no saved key reaches it."""

Method = Literal["json_schema", "function_calling", "json_mode", "plain"]
"""How a model can be made to answer in JSON of a schema, the strictest first."""

_NAME = re.compile(r"(?P<provider>[a-z][\w-]*):(?P<model>\S.*?)(?:@(?P<url>https?://\S+))?", re.IGNORECASE)
_OWN_KEY = "HUGGINGGPT_LLM_API_KEY"
_HINT = "Name one as openai:MODEL, ollama:MODEL, hf:MODEL or openai:MODEL@URL, e.g. openai:gpt-5-mini."


@dataclass(frozen=True)
class ChatModel:
    """A chat model by provider, name and address."""

    name: str
    """As the user wrote it, without the address."""
    provider: str
    model: str
    base_url: str | None = None
    """None for the default address of its client."""
    key: SecretStr | None = None
    key_name: str = "its provider's key"
    """The environment variable that the key comes from."""
    window: int | None = None
    """Tokens of the largest window that its server may be asked for, where it can be asked."""

    @classmethod
    def of(cls, spec: str, settings: Settings) -> "ChatModel":
        """Parse `PROVIDER:MODEL[@URL]`; raises `UsageError` for anything else, and when a key is needed and not set."""
        found = _NAME.fullmatch(spec.strip())
        if not found:
            raise UsageError(f"there is no controller {spec!r}", hint=serve_it(spec.strip()) or _HINT)
        provider, model, url = found["provider"].lower(), found["model"], found["url"]
        name = f"{provider}:{model}"
        if provider == "hf" and url is None:
            if settings.hf_token is None:
                raise UsageError(f"{name} needs a token", hint="Set HF_TOKEN (huggingface.co/settings/tokens).")
            return cls(name, "openai", model, ROUTER, settings.hf_token, "HF_TOKEN")
        if provider == "ollama":
            url, key = url or LOCAL_SERVERS[provider], settings.llm_api_key or NO_KEY
            return cls(name, provider, model, url, key, _OWN_KEY, settings.llm_window)
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
            if url is None or _is_hugging_face(url):
                return cls(name, provider, model, url, settings.hf_token, "HF_TOKEN")
            return cls(name, provider, model, url, settings.llm_api_key, _OWN_KEY)
        if provider == LOCAL:
            if url:
                raise UsageError(
                    f"{name} runs on this machine, not at {url}", hint=f"huggingface:MODEL@{url} calls a server"
                )
            check_packages(name)
            return cls(name, provider, model, None, settings.hf_token, "HF_TOKEN")
        check_provider(provider, spec, ["openai", *LOCAL_SERVERS, "hf", "huggingface", LOCAL])
        return cls(name, provider, model, url, settings.llm_api_key, _OWN_KEY) if url else cls(name, provider, model)

    @property
    def place(self) -> str:
        """Its address, as messages name it."""
        return without_secrets(self.base_url) if self.base_url else _NAMED_PLACES.get(self.provider, self.provider)

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that a call takes."""
        return slots_of(self.provider)

    def _hub_session(self) -> AbstractContextManager[None]:
        """For langchain-huggingface's client, which accepts no transport of ours."""
        if self.provider != "huggingface":
            return nullcontext()
        return hub_limits(None, servers=[self.base_url] if self.base_url else (), max_bytes=MAX_STREAM_BYTES)

    @property
    def methods(self) -> tuple[Method, ...]:
        """The methods of structured output worth trying."""
        if self.provider in ("openai", "huggingface"):
            return ("json_schema", "function_calling", "json_mode", "plain")
        if self.provider == "ollama":
            return ("json_schema", "json_mode", "plain")
        return ("plain",) if self.provider == LOCAL else ("function_calling", "plain")

    @asynccontextmanager
    async def connected(
        self, seconds: float, on_sent: Callable[[], None] = lambda: None
    ) -> AsyncIterator["BaseChatModel"]:
        """Its client, with connections of its own: those that langchain-openai shares break in a second event loop.

        `seconds`: for a whole answer. `on_sent` is called when the server has a prompt, by clients that know it.
        """
        import asyncio

        # in a thread, as it imports much and reads certificates
        model, connections = await asyncio.to_thread(self._connect, seconds, on_sent)
        try:
            with self._hub_session():
                if hasattr(model, "tags"):  # plans and drafts are no part of LangGraph's stream of messages
                    model.tags = [*(model.tags or ()), "nostream"]
                yield model
        finally:
            close = getattr(connections, "aclose", None) or getattr(connections, "close", None)
            if close:
                with suppress(RuntimeError):
                    await close()

    def _connect(self, timeout: float, on_sent: Callable[[], None]) -> tuple["BaseChatModel", Any]:
        if self.provider == "openai":
            return self._openai(timeout, on_sent)
        if self.provider == "ollama":
            from .ollama_client import ollama_client

            return cast(
                "tuple[BaseChatModel, Any]",
                ollama_client(
                    self.model,
                    str(self.base_url),
                    self.key or NO_KEY,
                    seconds=timeout,
                    window=self.window,
                    on_sent=on_sent,
                ),
            )
        if self.provider == "huggingface":
            return self._huggingface(timeout)
        if self.provider == LOCAL:
            return cast("BaseChatModel", LocalChat(load(self.model, self.key))), None
        return self._any(timeout), None

    def _openai(self, timeout: float, on_sent: Callable[[], None]) -> tuple["BaseChatModel", Any]:
        from .openai_client import openai_client

        headers = _NO_ACCOUNT if _is_other_than_openai(self.base_url) else None
        return openai_client(
            self.model, self.base_url, self.key or NO_KEY, seconds=timeout, headers=headers, on_sent=on_sent
        )

    def _huggingface(self, timeout: float) -> tuple["BaseChatModel", Any]:
        from langchain_huggingface import ChatHuggingFace, HuggingFaceEndpoint

        where: dict[str, Any] = {"endpoint_url": self.base_url} if self.base_url else {"repo_id": self.model}
        key = self.key.get_secret_value() if self.key else None
        third_party = self.base_url is not None and not _is_hugging_face(self.base_url)
        endpoint = HuggingFaceEndpoint(
            **where,
            huggingfacehub_api_token=None if third_party else key,
            timeout=max(1, round(timeout)),
            # without a token its client would send a third party the one saved for Hugging Face
            server_kwargs={"token": key or NO_KEY.get_secret_value()} if third_party else {},
        )
        model = ChatHuggingFace(llm=endpoint, model_id=self.model, stream_usage=True)
        # it takes the endpoint's values, which no one chose: the address as the model's name, 512 tokens, temperature 0.8
        model.model_id, model.max_tokens, model.temperature = self.model, None, None
        return model, endpoint.async_client

    def _any(self, timeout: float) -> "BaseChatModel":
        from langchain.chat_models import init_chat_model

        options: dict[str, Any] = {"timeout": timeout, "max_retries": 0}
        if self.base_url:
            options |= {"base_url": self.base_url, "api_key": (self.key or NO_KEY).get_secret_value()}
        try:
            model: BaseChatModel = init_chat_model(self.model, model_provider=self.provider, **options)
        except (ImportError, ValueError) as error:
            raise UsageError(f"there is no controller {self.name!r}: {str(error)[:300]}", hint=_HINT) from error
        return model


def slots_of(provider: str) -> tuple[str, ...]:
    """The slots that a call to a provider's model takes: a model on this machine takes its accelerator."""
    return accelerator_slots() if provider == LOCAL else ()


def _is_other_than_openai(url: str | None) -> bool:
    return url is not None and not (urlsplit(url).hostname or "").endswith(".openai.com")


def _is_hugging_face(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and host.endswith((".huggingface.co", ".huggingface.cloud"))
