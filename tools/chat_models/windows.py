"""`larger_window`: how a server is given a larger context window; `check_not_cut` notices a prompt that it cut silently."""

from ...graph.errors import ControllerError

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


_LEAST = 512
"""Tokens: no window is smaller; servers that count wrongly report less."""
_WINDOWS = {1024 * 2**power for power in range(1, 9)}
"""Sizes of windows. A count that is exactly one of them is that of a prompt that fills it, or a rare chance."""
_MORE_CHARACTERS = 4.5
"""Of a token: more than in most texts."""
_MOST_CHARACTERS = 7
"""Of a token, on average over a prompt: more than in any text that is not cut."""


def larger_window(model: str, tokens: int) -> str:
    """The switch of a model's server, known by its preset (`ollama:m`), for a window of at least so many tokens."""
    window = 4_096
    while window < tokens * 1.5:
        window *= 2
    if model.startswith("huggingface-local:"):
        return f"choose a model that reads {window} tokens at once"
    return (
        _SWITCHES.get(model.partition(":")[0], _ANY).format(tokens=window) + f", and set HUGGINGGPT_LLM_WINDOW={window}"
    )


def check_not_cut(model: str, characters: int, read: int) -> None:
    """Raises `PromptCut` where a server reports that it `read` fewer tokens than so many characters can be."""
    most = _MORE_CHARACTERS if read in _WINDOWS else _MOST_CHARACTERS
    if read >= _LEAST and characters > read * most:
        raise PromptCut(
            f"{model} was sent {characters:,} characters and read only {read:,} tokens of them:"
            " its server cuts what does not fit into its window",
            hint=f"To have all of it read, {larger_window(model, characters // 3)}.",
        )
