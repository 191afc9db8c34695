"""Local: a chat model that runs in this process, by langchain-huggingface's pipeline over transformers.

Weights as safetensors only, and no code of a model's own is run. The pipeline has no async and can't be interrupted: each
model has one thread, and a call that nobody waits for any more ends at its next token. Not covered: quantised weights.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ...graph.errors import ControllerError, UsageError
from ...graph.extras import install
from ..backends.local.folder_checks import fault_of
from ..catalog.hub_names import LARGEST_FILE, is_model_id
from ..net.hub_session import hub_limits

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk

LONGEST = 4_096
"""Tokens of one answer; one that would be longer counts as cut off."""
_PACKAGES = ("torch", "transformers", "accelerate", "safetensors")


def check_packages(name: str) -> None:
    """Raises `UsageError` where a model can't be run here, with the line that changes it."""
    if missing := [package for package in _PACKAGES if find_spec(package) is None]:
        raise UsageError(f"{name} needs {', '.join(missing)}", hint=install("local"))


@dataclass(frozen=True)
class Loaded:
    """A model in memory, and the one thread that may ask it."""

    chat: Any
    """langchain-huggingface's `ChatHuggingFace` over its `HuggingFacePipeline`."""
    tokenizer: Any
    window: int
    """Tokens that it can read at once, its answer included; 0 where it does not say."""
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="chat-model"))

    def write(self, messages: Sequence[tuple[str, str]], heard: Any, stop: threading.Event) -> tuple[int, int]:
        """Answer, in the calling thread; gives the tokens in and the most that could come out. `heard`: a streamer."""
        from langchain_core.messages import convert_to_messages
        from transformers import StoppingCriteriaList

        prompt = self.chat._to_chat_prompt(convert_to_messages(list(messages)))
        read = len(self.tokenizer(prompt, add_special_tokens=False)["input_ids"])
        most = min(LONGEST, self.window - read) if self.window else LONGEST
        if most < 1:
            raise ControllerError(
                f"the prompt has {read} tokens, and the model reads {self.window}",
                hint="Choose one with a larger window.",
            )
        options = {
            "max_new_tokens": most,
            "do_sample": False,
            "return_full_text": False,
            "add_special_tokens": False,  # the chat template has written them
            "streamer": heard,
            "stopping_criteria": StoppingCriteriaList([lambda *_, **__: stop.is_set()]),
        }
        self.chat.invoke(list(messages), pipeline_kwargs=options)
        return read, most


def load(model: str, token: SecretStr | None) -> Loaded:
    """The model of a folder or of the Hub, once a process. Raises `ControllerError`."""
    with _one_at_a_time:
        return _loaded(model, token)


_one_at_a_time = threading.Lock()


@cache
def _loaded(model: str, token: SecretStr | None) -> Loaded:
    folder = Path(model).expanduser()
    _check_source(model, folder)

    import torch
    from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
    from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
    from transformers.utils import logging

    logging.set_verbosity_error()  # what goes wrong is raised; the rest would tear the tree of tasks
    logging.disable_progress_bar()
    place = str(folder) if folder.is_dir() else model
    how = {"token": token.get_secret_value() if token else None, "trust_remote_code": False}
    device = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")
    try:
        with hub_limits(
            None, max_bytes=LARGEST_FILE, paths=True
        ):  # of a Hub that redirects, or names files, as no Hub does
            tokenizer = AutoTokenizer.from_pretrained(place, **how)
            weights = AutoModelForCausalLM.from_pretrained(place, use_safetensors=True, dtype="auto", **how)
        if not tokenizer.chat_template:
            raise ValueError("it has no chat template, so it is no chat model")
        pipe = pipeline("text-generation", model=weights, tokenizer=tokenizer, device=device)
    except Exception as error:  # of many libraries, for as many reasons
        hint = "Name a folder or a model of the Hub with safetensors weights; a model's own code is never run."
        raise ControllerError(f"huggingface-local:{model} can't be loaded: {str(error)[:300]}", hint=hint) from error
    chat = ChatHuggingFace(llm=HuggingFacePipeline(pipeline=pipe, model_id=place), model_id=place, tokenizer=tokenizer)
    return Loaded(chat, tokenizer, int(getattr(weights.config, "max_position_embeddings", None) or 0))


def _check_source(model: str, folder: Path) -> None:
    """Raise `ControllerError` for a folder with a fault, and for what is neither a folder nor an id of the Hub."""
    reason = fault_of(folder) if folder.is_dir() else None
    if not folder.is_dir() and not is_model_id(model):
        reason = "there is no such folder, and it is no id on the Hub"
    if reason:
        raise ControllerError(f"huggingface-local:{model} is not loaded: {reason}")


class LocalChat:
    """The two calls of a chat model that we use, over one that is loaded."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.profile = {"max_input_tokens": loaded.window}
        """As LangChain's clients tell it."""

    async def ainvoke(self, messages: Sequence[tuple[str, str]], **_options: Any) -> "AIMessage":
        """A whole answer."""
        from langchain_core.messages import AIMessage

        chunks = [chunk async for chunk in self.astream(messages)]
        told = chunks[-1]
        return AIMessage(
            content="".join(str(chunk.text) for chunk in chunks),
            usage_metadata=told.usage_metadata,
            response_metadata=told.response_metadata,
        )

    async def astream(self, messages: Sequence[tuple[str, str]], **_options: Any) -> AsyncIterator["AIMessageChunk"]:
        """An answer piece by piece; the last one tells tokens and why it ended."""
        from langchain_core.messages import AIMessageChunk

        loop, stop = asyncio.get_running_loop(), threading.Event()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(piece: str | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        heard = _streamer(self._loaded.tokenizer, tell)
        work = self._loaded.thread.submit(self._loaded.write, messages, heard, stop)
        work.add_done_callback(lambda _: tell(None))
        try:
            while (piece := await pieces.get()) is not None:
                if piece:
                    yield AIMessageChunk(content=piece)
            read, most = work.result()
            written = heard.written
            yield AIMessageChunk(
                content="",
                usage_metadata={"input_tokens": read, "output_tokens": written, "total_tokens": read + written},
                response_metadata={"finish_reason": "length" if written >= most else "stop"},
            )
        finally:
            stop.set()
            work.cancel()


def _streamer(tokenizer: Any, tell: Callable[[str], None]) -> Any:
    from transformers import TextStreamer

    class Streamer(TextStreamer):  # type: ignore[misc]  # transformers is not type-checked here
        """Tells text as it is final, and counts the tokens."""

        written = 0

        def put(self, value: Any) -> None:
            self.written += 0 if self.next_tokens_are_prompt else value.numel()
            super().put(value)

        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            tell(text)

    return Streamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
