"""`refuse_unsupported`: the command runs on Linux and macOS; on Windows it refuses, and names WSL."""

import sys

from ...graph.errors import HuggingGPTError

SUPPORTED = ("linux", "darwin")


def refuse_unsupported(platform: str = sys.platform) -> None:
    """Raises `HuggingGPTError` on any other platform: signals, private files and worker processes would fail there."""
    if platform not in SUPPORTED:
        hint = "on Windows, install it in WSL" if platform == "win32" else ""
        raise HuggingGPTError(f"hugginggpt runs on Linux and macOS; this is {platform}", hint=hint)
