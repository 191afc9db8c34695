"""`LocalChat`: a chat model in this process, by langchain-huggingface's pipeline over transformers.

Weights as safetensors only, and no code of the model's own is run. The pipeline has no async and can't be interrupted: each
model has one thread, and a cancelled call ends at its next token. Not covered: quantised weights.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, reduce
from importlib.util import find_spec
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ...graph.errors import ControllerError, UsageError
from ...graph.extras import install
from ..backends.local.folder_checks import fault_of
from ..backends.local.gguf import serve_it
from ..backends.local.model_cache import is_complete
from ..catalog.hub_names import LARGEST_FILE, is_model_id
from ..net.hub_session import hub_limits

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk

    from ..backends.local.hardware import Device

MAX_NEW_TOKENS = 4_096
"""Of one answer; a longer one counts as cut off."""
_PACKAGES = ("torch", "transformers", "accelerate", "safetensors")


def check_packages(name: str) -> None:
    """Raises `UsageError`, with the command that installs them, where packages are missing that a model needs."""
    if missing := [package for package in _PACKAGES if find_spec(package) is None]:
        raise UsageError(f"{name} needs {', '.join(missing)}", hint=install("local"))


@dataclass(frozen=True)
class Loaded:
    """A model in memory, and the one thread that may call it."""

    chat: Any
    """langchain-huggingface's `ChatHuggingFace` over its `HuggingFacePipeline`."""
    tokenizer: Any
    window: int
    """Tokens of a prompt and its answer together; 0 where the model's configuration has no limit."""
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="chat-model"))

    def generate(self, messages: Sequence[tuple[str, str]], streamer: Any, stop: threading.Event) -> tuple[int, int]:
        """Generate the answer in the calling thread; returns the tokens in, and the most that could come out."""
        from langchain_core.messages import convert_to_messages
        from transformers import StoppingCriteriaList

        prompt = self.chat._to_chat_prompt(convert_to_messages(list(messages)))
        tokens = len(self.tokenizer(prompt, add_special_tokens=False)["input_ids"])
        most = min(MAX_NEW_TOKENS, self.window - tokens) if self.window else MAX_NEW_TOKENS
        if most < 1:
            raise ControllerError(
                f"the prompt has {tokens} tokens, and the model reads {self.window}",
                hint="Choose a model with a larger window.",
            )
        options = {
            "max_new_tokens": most,
            "do_sample": False,
            "return_full_text": False,
            "add_special_tokens": False,  # the chat template has added them
            "streamer": streamer,
            "stopping_criteria": StoppingCriteriaList([lambda *_, **__: stop.is_set()]),
        }
        self.chat.invoke(list(messages), pipeline_kwargs=options)
        return tokens, most


def accelerator_slots(among: "Sequence[Device] | None" = None) -> tuple[str, ...]:
    """The slot of the first card `among` devices (None: this machine's), where transformers loads a model; else empty."""
    from ..backends.local.hardware import devices

    first = (devices() if among is None else among)[0]
    return () if first.name == "cpu" else (first.name,)


def load(model: str, token: SecretStr | None) -> Loaded:
    """The model in a folder or on the Hub, loaded once a process. Raises `ControllerError`."""
    with _LOADING:
        return _loaded(model, token)


_LOADING = threading.Lock()


@cache
def _loaded(model: str, token: SecretStr | None) -> Loaded:
    folder = Path(model).expanduser()
    _check_source(model, folder)

    import torch
    from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
    from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
    from transformers.utils import logging

    logging.set_verbosity_error()  # errors are raised; other lines would break the live display of tasks
    logging.disable_progress_bar()
    source = str(folder) if folder.is_dir() else model
    options = {"token": token.get_secret_value() if token else None, "trust_remote_code": False}
    device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")
    try:
        # refuses redirects and file names the Hub never sends
        with hub_limits(None, max_bytes=LARGEST_FILE, paths=True):
            tokenizer = AutoTokenizer.from_pretrained(source, **options)
            weights = AutoModelForCausalLM.from_pretrained(source, use_safetensors=True, dtype="auto", **options)
        if not tokenizer.chat_template:
            raise ValueError("it has no chat template, so it is not a chat model")
        pipe = pipeline("text-generation", model=weights, tokenizer=tokenizer, device=device)
    except Exception as error:  # transformers, torch and the Hub's client raise many types
        hint = "Name a folder or a model of the Hub with safetensors weights; a model's own code is never run."
        raise ControllerError(f"huggingface-local:{model} can't be loaded: {str(error)[:300]}", hint=hint) from error
    chat = ChatHuggingFace(
        llm=HuggingFacePipeline(pipeline=pipe, model_id=source), model_id=source, tokenizer=tokenizer
    )
    return Loaded(chat, tokenizer, int(getattr(weights.config, "max_position_embeddings", None) or 0))


def _check_source(model: str, folder: Path) -> None:
    """Raises `ControllerError` for a folder with a fault, and for a name that is neither a folder nor an id on the Hub."""
    if (hint := serve_it(model)) and not is_complete(folder):
        raise ControllerError(f"huggingface-local:{model} is not loaded: it is for llama.cpp (GGUF)", hint=hint)
    reason = fault_of(folder) if folder.is_dir() else None
    if not folder.is_dir() and not is_model_id(model):
        reason = "there is no such folder, and it is no id on the Hub"
    if reason:
        raise ControllerError(f"huggingface-local:{model} is not loaded: {reason}")


class LocalChat:
    """The two methods of a chat model that we call, over a loaded model."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.profile = {"max_input_tokens": loaded.window}
        """As LangChain's clients report it."""

    async def ainvoke(self, messages: Sequence[tuple[str, str]], **_options: Any) -> "AIMessage":
        """A whole answer."""
        return reduce(add, [chunk async for chunk in self.astream(messages)])

    async def astream(self, messages: Sequence[tuple[str, str]], **_options: Any) -> AsyncIterator["AIMessageChunk"]:
        """An answer piece by piece; the last one reports tokens and why it ended."""
        from langchain_core.messages import AIMessageChunk

        loop, stop = asyncio.get_running_loop(), threading.Event()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def put(piece: str | None) -> None:
            with suppress(RuntimeError):  # the loop is closed, and the caller gone
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        streamer = _streamer(self._loaded.tokenizer, put)
        work = self._loaded.thread.submit(self._loaded.generate, messages, streamer, stop)
        work.add_done_callback(lambda _: put(None))
        try:
            while (piece := await pieces.get()) is not None:
                if piece:
                    yield AIMessageChunk(content=piece)
            read, most = work.result()
            written = streamer.written
            yield AIMessageChunk(
                content="",
                usage_metadata={"input_tokens": read, "output_tokens": written, "total_tokens": read + written},
                response_metadata={"finish_reason": "length" if written >= most else "stop"},
            )
        finally:
            stop.set()
            work.cancel()


def _streamer(tokenizer: Any, put_text: Callable[[str], None]) -> Any:
    from transformers import TextStreamer

    class Streamer(TextStreamer):  # type: ignore[misc]  # transformers is not type-checked here
        """Passes on text as it is final, and counts the tokens."""

        written = 0

        def put(self, value: Any) -> None:
            self.written += 0 if self.next_tokens_are_prompt else value.numel()
            super().put(value)

        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            put_text(text)

    return Streamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
