"""Code blocks of the documentation: found, and their commands split as a shell would."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from paths import ROOT

PAGES = (
    "README.md",
    "README.zh-CN.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
)
_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>.+?) -->\n)?^```(?P<language>[\w-]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
_ENDS = ("&&", "||", "|", ";", "&")


@dataclass(frozen=True)
class Block:
    """A fenced block, and why it is not run, if it is not."""

    page: str
    line: int
    language: str
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def commands(self) -> Iterator[list[str]]:
        """The arguments of each `hugginggpt` command in it."""
        for line in self.code.replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
            lexer.whitespace_split = True
            words: list[str] = []
            for word in [*lexer, ";"]:
                if word not in _ENDS:
                    words.append(word)
                    continue
                program = next((n for n, w in enumerate(words) if w.rpartition("/")[2] == "hugginggpt"), None)
                if program is not None:
                    yield words[program + 1 :]
                words = []


def blocks() -> Iterator[Block]:
    """Every fenced block of every page that is there."""
    for page in PAGES:
        if not (ROOT / page).exists():
            continue
        text = (ROOT / page).read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("code"))
            yield Block(page, line, match["language"], match["code"], match["reason"] or "")
