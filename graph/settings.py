"""`Settings`: everything that a user can set, with defaults; `from_env` reads it from environment variables."""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SecretStr, ValidationError, field_validator

from .advice import form
from .configuration import default_cache, default_config
from .deadline import checked_deadline
from .errors import UsageError
from .homes import default_home
from .redactor import Redactor, secrets_of

FILES_PATH = "/hugginggpt/files"
"""Where LangGraph Server has the files of a home, below `public_url`; see `apps/file_route.py`."""
MEGABYTE = 1024 * 1024
PLACES = ("embedded", "local", "endpoint", "hf", "chat")
"""Where experts can run: tools in this package, models on this machine, the user's servers, providers, the chat model."""
PRESETS: dict[str, tuple[str, ...]] = {
    "local": ("local", "endpoint", "embedded"),
    "huggingface": ("hf",),
    "hybrid": ("local", "endpoint", "hf", "embedded", "chat"),
}
"""JARVIS's inference modes, each a name for an order of places. With `local` no data goes to another party's server."""

RULES = "rules"
"""The value of `llm` that names the rule-based controller: the default, but chosen."""


def places_of(given: object, known: Collection[str]) -> tuple[str, ...]:
    """The places that a text with commas or a list names. A preset's name alone, as text or in a list, is its places.

    Raises `ValueError` for one that is not among the `known`.
    """
    if not isinstance(given, str | Iterable) or isinstance(given, bytes | Mapping):
        raise ValueError(f"places must be a text or a list of texts, not {type(given).__name__}")
    texts = [given] if isinstance(given, str) else list(given)
    names = tuple(name.strip() for text in texts for name in str(text).split(",") if name.strip())
    if texts and not names:
        raise ValueError("names no place")
    places = PRESETS.get(names[0], names) if len(names) == 1 else names
    if unknown := [name for name in places if name not in known]:
        raise ValueError(
            f"there is no place {', '.join(unknown)}; there are {', '.join(known)}; presets: {', '.join(PRESETS)}"
        )
    return places


class Settings(BaseModel):
    """All settings. Frozen: a change is a new object. Made in code it reads no variable; `from_env` does.

    The variable of a setting is `HUGGINGGPT_` and its name in capitals. A field whose alias is its own name has no prefix.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=default_home)
    """Folder of the database and of all files that runs make. Data only: no configuration is read from it."""
    config: Path = Field(default_factory=default_config)
    """Folder of the user's configuration: their own servers, and which homes they made."""
    cache: Path = Field(default_factory=default_cache)
    """Folder of the Hub's model lists and of the statistics of calls to experts; shared by all homes."""
    llm: str = ""
    """Chat model that controls runs: `PROVIDER:MODEL[@URL]`; empty or `rules` for the rule-based controller."""
    llm_api_key: SecretStr | None = None
    """Key for the server whose address `llm` names, or that runs on this machine."""
    llm_price: str = ""
    """Dollars for a million tokens in and out, e.g. `0.25/2` (`0/0` for a model on this machine); empty if unknown. Of other
    models behind it, by name: `0.25/2,openai:gpt-5=1.25/10`."""
    call_price: str = ""
    """Dollars for a call to an expert of a provider or of your own servers, by model, provider or place, in this order:
    `black-forest-labs/FLUX.1-dev=0.03,fal-ai=0.02,hf=0.01`; 0 for nothing. What is not named is not known."""
    llm_window: int | None = Field(default=None, ge=1_000)
    """Context length of the model, in tokens; unset for what LangChain knows of it, else 8,192."""
    llm_first_token: float = Field(default=300.0, gt=0)
    """Seconds until a chat model's first token: for connection, queue and reading of the prompt."""
    llm_next_token: float = Field(default=120.0, gt=0)
    """Seconds between two tokens of a chat model."""
    llm_timeout: float = Field(default=1_800.0, gt=0)
    """Seconds for a chat model's whole answer, thoughts included, however steadily it comes."""
    llm_candidates: int = Field(default=5, ge=1)
    """Number of experts that the model chooses among: the first by rank of those that can run now."""
    llm_description: int = Field(default=80, ge=0)
    """Characters of each expert's description in a prompt."""
    vlm: str = ""
    """Chat model that accepts pictures, in the same form as `llm`; empty for the model of `llm`, if it accepts them."""
    openai_base_url: str | None = Field(default=None, validation_alias="openai_base_url")
    """Address of the server for `openai:` models; unset for OpenAI's own."""
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="openai_api_key")
    """Key for `openai:` models."""
    hf_token: SecretStr | None = Field(default=None, validation_alias="hf_token")
    """Hugging Face token, for the Hub and for Inference Providers."""
    hf_bill_to: str | None = None
    """Organisation that pays for calls to Inference Providers."""
    hf_provider: str = ""
    """The only provider to use, e.g. `fal-ai`; empty for all that serve a model, in the Hub's order."""
    where: tuple[str, ...] = ()
    """Places where experts may run, the preferred one first, or the name of a preset; empty for all, by rank."""
    timeout: float = Field(default=300.0, gt=0)
    """Seconds for one call to an expert; for chat models as experts too, beside the limits of `llm_...`."""
    retries: int = Field(default=2, ge=0)
    """Further attempts after a failure that may be temporary."""
    max_llm_calls: int | None = Field(default=None, ge=0)
    """Calls to chat models that a run may make; unset for no limit. This and the next eight count where a run's options
    say nothing, and at each the run stops, resumably, as docs/budgets.md says."""
    max_tokens: int | None = Field(default=None, ge=0)
    """Tokens that a run may use, in and out."""
    max_cost: float | None = Field(default=None, ge=0)
    """Dollars that a run may spend; what has no known price is refused."""
    max_seconds: float | None = Field(default=None, gt=0)
    """Seconds that may be worked on a run."""
    deadline: str | None = None
    """When a run stops: a time (`2026-11-30T18:00`), or how long after it begins (`10m`)."""
    thread_max_llm_calls: int | None = Field(default=None, ge=0)
    """As `max_llm_calls`, for all runs of a conversation and those that they descend from."""
    thread_max_tokens: int | None = Field(default=None, ge=0)
    """As `max_tokens`, for all runs of a conversation."""
    thread_max_cost: float | None = Field(default=None, ge=0)
    """As `max_cost`, for all runs of a conversation."""
    thread_max_seconds: float | None = Field(default=None, gt=0)
    """As `max_seconds`, for all runs of a conversation."""
    workers: int = Field(ge=1, default_factory=lambda: max(1, min(4, os.cpu_count() or 1)))
    """Number of worker processes for embedded experts; also the capacity of the slot `cpu`."""
    download: Literal["ask", "yes", "no"] = "ask"
    """Whether models may be downloaded to run on this machine; `ask` asks where there is a terminal."""
    local_memory: ByteSize | None = None
    """Memory for loaded local models on a device, e.g. `8GB`; unset for 60 % of what is free there."""
    max_file_bytes: int = 200 * MEGABYTE
    """Largest file that is read or downloaded, in bytes; a recording or film on this machine may have five times as many."""
    max_image_pixels: int = 25_000_000
    """Pixels of the largest picture that experts get; a JPEG of up to 8 times as many is reduced, others of 2.5."""
    max_audio_seconds: float = 600.0
    """Longest recording that is decoded at once, in seconds."""
    fetch_timeout: float = 30.0
    """Seconds for one read from a URL in a request or in an expert's answer."""
    file_roots: tuple[Path, ...] | None = None
    """Folders whose files a request may name, separated as in `PATH`; unset for all (a person at their own terminal)."""
    public_url: str = Field(default="", pattern=r"^$|^https?://[^\s]+$")
    """Address at which clients reach LangGraph Server, e.g. `https://agents.example.org`, for URLs of files in answers;
    empty for the one that `langgraph dev` reports."""
    allow_private_urls: bool = False
    """Whether URLs may point to this machine or to its private network."""
    fetch_proxy: str = Field(default="", pattern=r"^$|^(?:https?|socks5h?)://[^\s/]+/?$")
    """Proxy for URLs in requests and in experts' answers, e.g. `http://proxy:3128`; it resolves their names, so it is the
    guard against private addresses. Empty for direct connections."""

    @field_validator("llm_api_key", "openai_api_key", "hf_token")
    @classmethod
    def _strip_key(cls, key: SecretStr | None) -> SecretStr | None:
        """Remove the line end of a key that was read from a file: no HTTP header may contain one. Empty means unset."""
        trimmed = key.get_secret_value().strip() if key else ""
        return SecretStr(trimmed) if trimmed else None

    @field_validator("llm")
    @classmethod
    def _read_rules(cls, value: str) -> str:
        return RULES if value.strip() == RULES else value

    @field_validator("where", mode="before")
    @classmethod
    def _split_places(cls, value: object) -> object:
        return places_of(value, PLACES)

    @field_validator("deadline", mode="before")
    @classmethod
    def _read_deadline(cls, value: object) -> object:
        return checked_deadline(value)

    @field_validator("file_roots", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        folders = tuple(Path(name).expanduser().absolute() for name in value.split(os.pathsep) if name.strip())
        if not folders:
            raise ValueError("names no folder")
        return folders

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, **given: object) -> Self:
        """Settings from environment variables; `given` wins over them, but for None. Raises `UsageError`."""
        from .environment import read_environment, warn_of_unknown

        warn_of_unknown(cls, env)
        found = read_environment(cls, env) | {
            "home": given.get("home") or default_home(env),
            "config": default_config(env),
            "cache": default_cache(env),
            "openai_base_url": env.get("OPENAI_BASE_URL") or None,
        }
        try:
            return cls.model_validate(found | {name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise _refusal(error, env, given) from None

    @property
    def chat_model(self) -> str:
        """The value of `llm` where it names a chat model; else empty."""
        return "" if self.llm == RULES else self.llm

    def with_given(self, **given: object) -> Self:
        """These settings with other values, but for None, which changes nothing. Raises `UsageError`."""
        chosen = {name: value for name, value in given.items() if value is not None}
        try:
            return type(self).model_validate({**dict(self), **chosen}) if chosen else self
        except ValidationError as error:
            raise _refusal(error, {}, chosen) from None


def settings_given(given: object) -> Settings | None:
    """What a caller gave as settings. Raises `UsageError` where it is something else."""
    if given is None or isinstance(given, Settings):
        return given
    raise UsageError(
        f"settings is of type {type(given).__name__}, and must be a Settings", hint="settings=Settings(where='local')"
    )


def _refusal(error: ValidationError, env: Mapping[str, str], given: Mapping[str, object]) -> UsageError:
    problems = (
        f"{_named(str(e['loc'][0]), env, given)}: {e['msg'].removeprefix('Value error, ')} (it is {e['input']!r})"
        for e in error.errors()
    )
    message = Redactor(secrets_of(env)).text("; ".join(problems))
    return UsageError(
        message, hint=f"docs/settings.md lists all settings{'; see also --help' if form() == 'command' else ''}"
    )


def _named(setting: str, env: Mapping[str, str], given: Mapping[str, object]) -> str:
    """A setting by its variable where that has the value, else by its own name."""
    from .environment import variable_of

    field = Settings.model_fields.get(setting)
    variable = variable_of(setting, field) if field else ""
    return variable if variable in env and given.get(setting) is None else setting


def settings_for_others(env: Mapping[str, str] = os.environ) -> Settings:
    """Settings for a server or an agent's tool: requests may name files of `HUGGINGGPT_FILE_ROOTS` or the working folder."""
    return Settings.from_env(env, file_roots=None if env.get("HUGGINGGPT_FILE_ROOTS") else (Path.cwd(),))
