"""Settings: what the user may set, with defaults that work. Read from the environment in one place."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SecretStr, ValidationError, field_validator

from .configuration import default_cache, default_config
from .errors import UsageError
from .homes import default_home
from .redactor import Redactor, secrets_of

MEGABYTE = 1024 * 1024
PLACES = ("embedded", "local", "endpoint", "hf", "chat")
"""The backends: small tools in this package, models on this machine, the user's servers, providers, the chat model."""
PRESETS: dict[str, tuple[str, ...]] = {
    "local": ("local", "endpoint", "embedded"),
    "huggingface": ("hf",),
    "hybrid": ("local", "endpoint", "hf", "embedded", "chat"),
}
"""JARVIS's inference modes, each a name for an order of places. Alone, `local` is this: nothing leaves for strangers."""


class Settings(BaseModel):
    """All of it. Frozen: a change is a new object."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    home: Path
    """Folder of the database and the files made. Data only: nothing in it is trusted."""
    config: Path = Field(default_factory=default_config)
    """Folder of what the user configures: servers of their own, and which homes they made."""
    cache: Path = Field(default_factory=default_cache)
    """Folder of the Hub's lists, and of how experts fared; for all homes."""
    llm: str = ""
    """Controller: `PROVIDER:MODEL[@URL]` (see `tools/chat_models/models.py`); empty for the embedded one."""
    llm_api_key: SecretStr | None = None
    """Key for the server that `llm` names with its address, or that runs on this machine."""
    llm_price: str = ""
    """What the model costs: dollars for a million tokens in and out, e.g. `0.25/2`; empty where nobody told."""
    llm_window: int | None = Field(default=None, ge=1_000)
    """Tokens that the model can read at once; None for what LangChain knows of it, else 8,192."""
    llm_candidates: int = Field(default=5, ge=1)
    """Experts that the model chooses among: the first by rank of those that can run now."""
    llm_description: int = Field(default=80, ge=0)
    """Characters of each expert's description that it is told."""
    vlm: str = ""
    """Chat model that sees pictures, spelt as `llm`; the same one where `llm` sees."""
    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    hf_token: SecretStr | None = None
    hf_bill_to: str | None = None
    """Organisation that pays for calls to Inference Providers."""
    hf_provider: str = ""
    """The one provider to use, e.g. `fal-ai`; empty for whoever serves the model, as the Hub orders them."""
    where: tuple[str, ...] = ()
    """Places where experts may run, the preferred one first; all of them, by rank, when empty. See `PLACES`."""
    timeout: float = Field(default=300.0, gt=0)
    """Seconds for one call to an expert."""
    retries: int = Field(default=2, ge=0)
    """Further attempts after a failure that may pass."""
    workers: int = Field(ge=1, default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))
    """Worker processes for heavy embedded experts; also the capacity of the slot `cpu`."""
    download: Literal["ask", "yes", "no"] = "ask"
    """Whether local models may be downloaded; `ask`: where somebody can be asked."""
    local_memory: ByteSize | None = None
    """Memory that loaded local models may take on a device, e.g. `8GB`; None for 60 % of what is free there."""
    max_file_bytes: int = 200 * MEGABYTE
    max_image_pixels: int = 25_000_000
    max_audio_seconds: float = 600.0
    fetch_timeout: float = 30.0
    file_roots: tuple[Path, ...] | None = None
    """Folders that requests may name files in; None for anywhere (a person at their own terminal)."""
    allow_private_urls: bool = False
    """Whether URLs may point at this machine or its private network."""
    fetch_proxy: str = Field(default="", pattern=r"^$|^(?:https?|socks5h?)://[^\s/]+/?$")
    """Proxy that URLs in requests and in experts' answers are read through, e.g. `http://proxy:3128`. It looks their names
    up then, and so it is the guard against private ones. Without it they are read directly."""

    @field_validator("llm_api_key", "openai_api_key", "hf_token")
    @classmethod
    def _trimmed(cls, key: SecretStr | None) -> SecretStr | None:
        """Without the line end that a key read from a file has: no header may hold one."""
        trimmed = key.get_secret_value().strip() if key else ""
        return SecretStr(trimmed) if trimmed else None

    @field_validator("where", mode="before")
    @classmethod
    def _places(cls, value: object) -> object:
        """A comma list, or the name of a preset."""
        if not isinstance(value, str):
            return value
        if not value.strip(" ,"):
            raise ValueError("names no place")
        names = PRESETS.get(value.strip()) or tuple(name.strip() for name in value.split(",") if name.strip())
        if unknown := [name for name in names if name not in PLACES]:
            raise ValueError(
                f"there is no place {', '.join(unknown)}; there are {', '.join(PLACES)}; presets: {', '.join(PRESETS)}"
            )
        return names

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, **given: object) -> Self:
        """Settings from `HUGGINGGPT_*` and the standard names of keys; `given` wins, None in it means not given."""
        found: dict[str, object] = {
            "home": given.get("home") or default_home(env),
            "config": default_config(env),
            "cache": default_cache(env),
            "llm": env.get("HUGGINGGPT_LLM", ""),
            "openai_base_url": env.get("OPENAI_BASE_URL") or None,
            "openai_api_key": env.get("OPENAI_API_KEY") or None,
            "llm_api_key": env.get("HUGGINGGPT_LLM_API_KEY") or None,
            "hf_token": env.get("HF_TOKEN") or None,
        }
        found |= {name: env[key] for name in _ALSO_FROM_ENV if (key := f"HUGGINGGPT_{name.upper()}") in env}
        try:
            return cls.model_validate(found | {name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            told = (
                f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')} (it is {e['input']!r})"
                for e in error.errors()
            )
            words = Redactor(secrets_of(env)).text("; ".join(told))
            raise UsageError(words, hint="see --help and the HUGGINGGPT_ variables") from None


def settings_for_others(env: Mapping[str, str] = os.environ) -> Settings:
    """For doors that others than the user walk through (a server, an agent's tool): files of the working folder only."""
    return Settings.from_env(env, file_roots=(Path.cwd(),))


_ALSO_FROM_ENV = (
    "vlm",
    "where",
    "hf_bill_to",
    "hf_provider",
    "llm_price",
    "llm_window",
    "llm_candidates",
    "llm_description",
    "timeout",
    "retries",
    "workers",
    "download",
    "local_memory",
    "max_file_bytes",
    "max_image_pixels",
    "max_audio_seconds",
    "allow_private_urls",
    "fetch_proxy",
)
"""Read from `HUGGINGGPT_` and the name in capitals."""
