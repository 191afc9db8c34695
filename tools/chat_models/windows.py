"""`larger_window`: how a server is given a larger context window; `check_not_cut` notices a prompt that it cut silently."""

import re

from ...graph.errors import ControllerError
from .messages import Messages, length_of, text_of

_LOCAL = "huggingface-local:"
_SWITCHES = {
    "llamacpp": "start llama-server with -c {tokens}",
    "ollama": "use a model that reads {tokens} tokens at once (`ollama show` says it)",
    "vllm": "start vLLM with --max-model-len {tokens}",
    "lmstudio": "load the model with a context length of {tokens} in LM Studio",
}
_ANY = (
    "give the server a larger window"
    " (llama.cpp: -c {tokens}; Ollama: name it as ollama:MODEL; vLLM: --max-model-len {tokens})"
)


class PromptCut(ControllerError):
    """A server answered a prompt of which it had read only a part."""


_LEAST = 48
"""Tokens: a server that reports fewer counts wrongly, as no window is so small."""
_LEAST_IN_KNOWN_WINDOW = 512
"""The same where the user has said how large the window is: then a small count is no window."""
_WINDOWS = {1024 * 2**power for power in range(1, 9)}
"""Sizes of windows. A count that is exactly one of them is that of a prompt that fills it, or a rare chance."""
_MORE, _MOST = (4.5, 2.0), (7.0, 3.0)
"""Characters of a token, others than `_DENSE` and those: more than in most texts; more than in any that is not cut."""
_DENSE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Letters of Chinese, Japanese and Korean, of which a token has one or two."""
_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
"""A rule or an indentation, which may be one token however long it is."""


def larger_window(model: str, tokens: int) -> str:
    """The switch of a model's server, known by its preset (`ollama:m`), for a window of at least so many tokens."""
    window = 4_096
    while window < tokens * 1.5:
        window *= 2
    if model.startswith(_LOCAL):
        return f"choose a model that reads {window} tokens at once"
    return (
        _SWITCHES.get(model.partition(":")[0], _ANY).format(tokens=window) + f", and set HUGGINGGPT_LLM_WINDOW={window}"
    )


def check_not_cut(model: str, messages: Messages, read: int, *, known_window: bool = False) -> None:
    """Raises `PromptCut` where a server reports that it `read` fewer tokens than the prompt can be.

    A model on this machine is given the whole prompt or refuses it. `known_window`: the user has said how large the
    server's window is.
    """
    if model.startswith(_LOCAL):
        return
    least = _LEAST_IN_KNOWN_WINDOW if known_window else _LEAST
    if read >= least and _fewest_tokens(messages, *(_MORE if read in _WINDOWS else _MOST)) > read:
        characters = length_of(messages)
        raise PromptCut(
            f"{model} was sent {characters:,} characters and read only {read:,} tokens of them:"
            " its server cuts what does not fit into its window",
            hint=f"To have all of it read, {larger_window(model, characters // 3)}.",
        )


def _fewest_tokens(messages: Messages, plain: float, dense: float) -> float:
    """The fewest tokens that a prompt can be, with so many plain or dense characters in each."""
    text = _RUN.sub(r"\1", text_of(messages))
    letters = len(_DENSE.findall(text))
    return (len(text) - letters) / plain + letters / dense
