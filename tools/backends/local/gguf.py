"""Weights for llama.cpp (GGUF), which are not loaded here, and the line that serves them."""

import shlex
from pathlib import Path

PORT = 8080


def gguf_in(model: str) -> Path | None:
    """The GGUF file that is named, or the first one in a folder that is named; None for anything else."""
    path = Path(model).expanduser()
    if path.suffix.lower() == ".gguf":
        return path
    try:
        return min(path.glob("*.gguf"), default=None) if path.is_dir() else None
    except OSError:
        return None


def llama_server(path: Path) -> str:
    """The command that serves it, with a window that plans fit in."""
    return f"llama-server -m {shlex.quote(str(path))} -c 8192 --port {PORT}"


def serve_it(model: str) -> str:
    """How weights that are named as a controller are served, and named then; empty for anything else."""
    if (weights := gguf_in(model)) is None:
        return ""
    return f"Serve it: {llama_server(weights)}; then name it with --llm llamacpp:{weights.stem}."
