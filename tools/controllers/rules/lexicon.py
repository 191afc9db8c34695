"""`lexicon`: the rules, task types and cue words of rules.toml, compiled to patterns; and the names of languages."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ....graph.resource import Kind
from ...languages import NAMES
from ...wording.wording import wording
from .notation import expanded
from .rule_patterns import RequiredWords, RulePattern

QUOTE, QUESTION = "\ue000", "\ue001"
_KINDS: tuple[Kind, ...] = ("image", "audio", "video", "text", "table", "document", "mesh")
FILES = {kind: chr(ord("\ue010") + number) for number, kind in enumerate(_KINDS)}
"""Placeholders for quotations and files (see masking.py); rules name them `<quote>`, `<image-file>`."""

_HIDDEN = "\ue000-\ue0ff"
_GAP = re.compile(r"\[\^(\.;[^\]]*)\]")
"""`[^.;?!]` in a rule: any character of the sentence; a quotation or file counts as one."""

_EDGE = rf"(?:\b|(?<=[{_HIDDEN}])(?![{_HIDDEN}])|(?<![{_HIDDEN}])(?=[{_HIDDEN}]))"
"""`\\b` in a rule: the edge of a word, or of a quotation or file."""

LANGUAGES = {word: NAMES[code] for word, code in wording("en").languages.items()}
"""Languages by the word a request uses."""


def _edged(pattern: str) -> str:
    """`pattern` with `\\b` widened where a quotation or file may stand beside it; plain elsewhere, for speed."""
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    for match in re.finditer(r"\\.|\[(?:\\.|[^\]\\])*\]|[()]", pattern):
        if match.group() == "(":
            opened.append(match.start())
        elif match.group() == ")":
            spans.append((opened.pop(), match.end()))
    hidden = [span for span in spans if re.search(f"[{_HIDDEN}]", pattern[slice(*span)])]
    starts, ends = {start for start, _ in hidden}, {end for _, end in hidden}
    return re.sub(r"\\b", lambda m: _EDGE if m.end() in starts or m.start() in ends else m.group(), pattern)


@dataclass(frozen=True)
class Rule:
    """One row of rules.toml: the patterns of an act."""

    name: str
    """Of the rule, for tests and messages; several rules may find one act."""
    act: str
    find: tuple[RulePattern, ...]
    unless: RulePattern | None = None
    mention: bool = False
    """A noun: once a task of that type is planned it refers to its result."""
    needs: str = ""
    """The kind of file without which the rule matches nothing; empty for any."""
    passing: bool = False
    """A mention whose words a later rule may match: "convert the edited image to text"."""


class Cues(dict[str, re.Pattern[str]]):
    """Patterns by name, each compiled when it is first asked for: most requests need a few of them."""

    def __init__(self, sources: Mapping[str, str], compiled: Callable[[str], re.Pattern[str]]) -> None:
        self._sources, self._compiled = sources, compiled

    def __missing__(self, name: str) -> re.Pattern[str]:
        return self.setdefault(name, self._compiled(self._sources[name]))


@dataclass(frozen=True)
class Lexicon:
    """rules.toml, compiled; its comments describe the sections."""

    rules: tuple[Rule, ...]
    acts: dict[str, dict[str, str]]
    names: dict[str, re.Pattern[str]]
    cues: Cues
    control: dict[str, re.Pattern[str]]
    verb: re.Pattern[str]
    required: RequiredWords


@cache
def lexicon() -> Lexicon:
    """The lexicon, compiled once a process."""
    raw: dict[str, Any] = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    words = {
        "quote": f"{QUOTE}++",
        "question": f"{QUESTION}++",
        "after-text": f"(?<=[{QUOTE}{FILES['text']}])",
        "file": f"[{''.join(FILES.values())}]++",
        **{f"{kind}-file": f"{mark}++" for kind, mark in FILES.items()},
        "language": f"(?:{'|'.join(LANGUAGES)})",
        **{name: "(" + " ".join(listed.split()).replace(", ", "|") + ")" for name, listed in raw["lists"].items()},
        **raw["words"],
    }

    def compiled(pattern: str) -> re.Pattern[str]:
        pattern = _GAP.sub(lambda m: f"(?:[{_HIDDEN}]++|[^{m[1]}{_HIDDEN}])", expanded(pattern, words))
        return re.compile(_edged(pattern))

    required = RequiredWords(words)

    for row in raw["rule"]:
        del row["examples"]
        row["find"] = tuple(RulePattern(pattern, required.of(pattern), compiled) for pattern in row["find"])
        if pattern := row.get("unless"):
            row["unless"] = RulePattern(pattern, required.of(pattern), compiled)

    return Lexicon(
        rules=tuple(Rule(**row) for row in raw["rule"]),
        acts=raw["acts"],
        names={name: compiled(pattern) for name, pattern in raw["names"].items()},
        cues=Cues(raw["cues"], compiled),
        control={name: compiled(pattern) for name, pattern in raw["control"].items()},
        verb=compiled("<verb>"),
        required=required,
    )
