"""`RulePattern`: a pattern of a rule, compiled once a text has one of the words without which it can't match.

A request has such a word of one pattern in ten; to compile all takes a tenth of the CPU of a short command. The words are
generated (`docs/required_words.py`), as deriving them takes as long as compiling; a pattern that has none there is compiled.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

REQUIRED = Path(__file__).with_name("required_words.json")
Compile = Callable[[str], re.Pattern[str]]


class RulePattern:
    """A pattern in the notation of rules.toml."""

    def __init__(self, source: str, required: Sequence[str], compiled: Compile) -> None:
        """`required`: texts of which each match has one; none where that is not known."""
        self.source, self._required, self._compile = source, required, compiled

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The regular expression."""
        return self._compile(self.source)

    def may_match(self, text: str) -> bool:
        """Whether the text has one of the words of which a match has one."""
        return not self._required or any(word in text for word in self._required)

    def search(self, text: str, start: int = 0, end: int = 2**31) -> re.Match[str] | None:
        """The first match between two places of a text."""
        return self.compiled.search(text, start, end) if self.may_match(text) else None


class RequiredWords:
    """The generated words of the patterns, by a hash of each and of all pieces that a pattern may name."""

    def __init__(self, pieces: Mapping[str, str]) -> None:
        self._pieces = blake2b(json.dumps(pieces, sort_keys=True).encode(), digest_size=8).digest()
        known = REQUIRED.read_text(encoding="utf-8") if REQUIRED.exists() else "{}"
        self._known: Mapping[str, Sequence[str]] = json.loads(known)

    def key(self, source: str) -> str:
        """A pattern's name in the file."""
        return blake2b(self._pieces + source.encode(), digest_size=8).hexdigest()

    def of(self, source: str) -> Sequence[str]:
        """Texts of which each match has one; none where that was not derived from this very pattern."""
        return self._known.get(self.key(source), ())
