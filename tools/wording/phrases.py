"""`phrases`: the strings of answers and refusals in one language, from the section `[answer]` of its data file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .wording import LANGUAGES, UNSPACED, wording

MAX_QUOTED = 80
"""Characters shown of the words of a request."""


@dataclass(frozen=True)
class Phrases:
    """The strings of one language."""

    code: str
    strings: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]]
    """`headings` by task type or kind, `labels`, `entities`, `caveats` by expert, `instead` by task type."""

    def say(self, key: str, **values: object) -> str:
        """The string of that key, with its values."""
        return self.strings[key].format(**values)

    def named(self, table: str, key: str) -> str:
        """An entry of a table; empty where it has none."""
        return self.tables.get(table, {}).get(key, "")

    def weakness(self, model_id: str) -> str:
        """Why an embedded expert is weak: `weak: picks sentences`; empty for others."""
        name = model_id.removeprefix("embedded/")
        why = self.named("caveats", name) if name != model_id else ""
        return self.say("weak", why=why) if why else ""

    def has_word(self, key: str, text: str) -> bool:
        """Whether a word of the text begins with one of the list under `key`; in Chinese and Japanese, contains it."""
        edge = "" if self.code in UNSPACED else r"(?<![^\W_])"
        words = "|".join(map(re.escape, self.strings[key].split()))
        return re.search(f"{edge}(?:{words})", text.lower()) is not None


@cache
def phrases(code: str) -> Phrases:
    """The strings of a language; those of English where it has none."""
    if code not in LANGUAGES:
        return phrases("en")
    strings = dict(wording(code).section("answer"))  # a section is kept: nothing is taken out of it
    tables = strings.pop("answer", {})
    if code == "en":
        return Phrases(code, strings, tables)
    english = phrases("en")
    return Phrases(
        code,
        {**english.strings, **strings},
        {name: {**entries, **tables.get(name, {})} for name, entries in english.tables.items()},
    )


def shortened(words: str, most: int = MAX_QUOTED) -> str:
    """The words in one line, cut at `most` characters."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
