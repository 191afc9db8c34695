"""Write `docs/experts.md`: task type by place, and which tests call it; taken from the code.

python docs/experts.py            writes it
python docs/experts.py --check    exit code 1 when it is out of date
"""

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.chat.task_prompts import TASK_PROMPTS, needs_vision
from hugginggpt.tools.backends.embedded.registry import registered as embedded
from hugginggpt.tools.backends.endpoint import openai_server, task_server, tei_server
from hugginggpt.tools.backends.local.registry import registered as local
from hugginggpt.tools.backends.task_api.methods import methods

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "experts.md"
HEAD = """# Who can do what, and what tests it

Drawn by `docs/experts.py` from the code.

- **embedded**: small tools in this package; **local**: transformers and diffusers on this machine.
- **endpoint**: servers of your own: T the Hub's task API, O OpenAI's, E Text Embeddings Inference, C by chat.
- **hf**: Inference Providers, by their word for the task; **chat**: a chat model, 👁 one that sees.
- Tests: `experts/` and `local/` where a test file names the type or its expert. Every type that endpoint, hf and chat have
  is called once by `test_endpoint`, `test_hf` and `test_chat`: the real client, and a server on this machine.

What has no place needs a server of yours, or a way that nobody has written yet.

| task type | embedded | local | endpoint | hf | chat | tests |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [_row(name) for name in VOCABULARY]
    places = ("embedded", "local", "endpoint", "hf", "chat")
    counts = (f"{place} {sum(bool(row[number]) for row in rows)}" for number, place in enumerate(places, start=1))
    able = sum(any(row[1:6]) for row in rows)
    foot = f"\n{len(rows)} task types, {able} of them done somewhere: {', '.join(counts)}.\n"
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows) + foot


def _row(name: str) -> tuple[str, ...]:
    small = [entry for entry in embedded().values() if entry.task_type == name]
    ways = [library for (task_type, library) in local() if task_type == name]
    spoken = {
        "T": task_server.supports(name),
        "O": openai_server.supports(name),
        "E": tei_server.supports(name),
        "C": name in TASK_PROMPTS,
    }
    method = methods().get(name)
    cells = (
        ", ".join(f"{entry.name}{' (part)' if entry.partial else ''}" for entry in small),
        ", ".join(ways),
        " ".join(letter for letter, speaks in spoken.items() if speaks),
        method.provider_task if method else "",
        ("👁" if needs_vision(name) else "yes") if name in TASK_PROMPTS else "",
    )
    return name, *cells, ", ".join(_tests(name, cells, [entry.name for entry in small]))


def _tests(name: str, cells: tuple[str, ...], experts: list[str]) -> Iterator[str]:
    if cells[0]:
        yield from _naming("experts", [name, *experts])
    if cells[1]:
        yield from _naming("local", [name])
    yield from (f"test_{place}" for place, cell in zip(("endpoint", "hf", "chat"), cells[2:5], strict=True) if cell)


def _naming(folder: str, words: Iterable[str]) -> list[str]:
    quoted = [f'"{word}"' for word in words]
    return [f"{folder}/{path.stem}" for path, text in _sources(folder) if any(word in text for word in quoted)]


@cache
def _sources(folder: str) -> list[tuple[Path, str]]:
    return [(path, path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))]


def main() -> None:
    """Write it, or compare."""
    text = page()
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != text:
            sys.exit("docs/experts.md is out of date: python docs/experts.py")
    else:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
