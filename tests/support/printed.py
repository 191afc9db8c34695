"""`wait_for`: waits until a child process has printed a word."""

from typing import Any, Protocol


class Child(Protocol):
    """What prints: `subprocess.Popen`, `Forked`."""

    @property
    def stdout(self) -> Any: ...


def wait_for(process: Child, word: str, times: int = 1) -> None:
    """Wait until the child has printed `word` so many times."""
    assert process.stdout
    for line in process.stdout:
        times -= line.strip() == word
        if not times:
            return
    raise AssertionError(f"the child ended without printing {word}")
