"""Write `docs/phrases.md`: what one can ask, by task type, with example phrases in each language; from the wording.

python docs/phrases.py            writes it
python docs/phrases.py --check    exit code 1 when it is out of date
"""

import sys
import tomllib
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path

from hugginggpt.graph.result import Request
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.controllers import rules
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.languages import NAMES
from hugginggpt.tools.wording.meanings import OUT_OF_REACH, meaning_of
from hugginggpt.tools.wording.samples import shown_example
from hugginggpt.tools.wording.wording import LANGUAGES, Example, wording

PAGE = Path(__file__).parent / "phrases.md"
MOST = 4
"""Phrases of a task type that are shown in each language."""
HEAD = f"""# What one can ask

Drawn by `docs/phrases.py` from the example phrases of `tools/wording/` and the examples of the rules. Names of files,
quotations and languages stand for any; a request may join several. Up to {MOST} phrases a language are shown, each of
another kind where a task type has kinds; `hugginggpt tasks NAME --language de` prints all of them. Other words are
understood where they are near to these; which experts can do it where: [experts.md](experts.md).
"""


def page() -> str:
    """The whole page."""
    ruled = _examples_of_rules()
    sections = []
    for name, row in VOCABULARY.items():
        lines = [*_lines(name, ruled.get(name, ()))]
        if lines:
            sections.append(f"\n## {name}\n\n{row.description}\n\n{''.join(lines)}")
    refused = "".join(_lines(OUT_OF_REACH, ()))
    return f"{HEAD}{''.join(sections)}\n## What no expert can do\n\nIt is reported, and the rest is done.\n\n{refused}"


def _lines(task_type: str, more: tuple[str, ...]) -> Iterator[str]:
    """A line a language; `more`: phrases in English beside those of the wording."""
    for code in LANGUAGES:
        phrases = _phrases(task_type, code) + (list(more) if code == "en" else [])
        if phrases:
            yield f"- {NAMES[code]}: {' · '.join(list(dict.fromkeys(phrases))[:MOST])}\n"


def _phrases(task_type: str, code: str) -> list[str]:
    """The phrases of a task type, the first of each kind before the second of any."""
    kinds: dict[str, list[Example]] = {}
    for example in wording(code).examples:
        planned = OUT_OF_REACH if meaning_of(example.meaning).is_out_of_reach else meaning_of(example.meaning).task_type
        if planned == task_type:
            kinds.setdefault(example.meaning, []).append(example)
    mixed = chain.from_iterable(zip_longest(*kinds.values()))
    return [shown_example(example, code) for example in mixed if example]


def _examples_of_rules() -> dict[str, tuple[str, ...]]:
    """The examples of the rules by the type of the last task that they plan."""
    raw = tomllib.loads(Path(rules.__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for example in (example for rule in raw["rule"] for example in rule["examples"]):
        if tasks := propose(Request(text=example)).plan.tasks:
            found[tasks[-1].type] = (*found.get(tasks[-1].type, ()), example)
    return found


def main() -> None:
    """Write, or check."""
    if "--check" in sys.argv:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        sys.exit(0 if current else "docs/phrases.md is out of date: python docs/phrases.py")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
