"""`languages_apart`: the language that each file of a clause has of its own: "a.txt into French and b.txt into German"."""

import re

from .nearest import words_pattern
from .wording import folded, wording

_FILES = "\ue010-\ue01f"


def languages_apart(masked: str, code: str) -> list[str]:
    """Their codes in the order of the files; empty where a file has none, or one language is for several files."""
    language = wording(code)
    names = words_pattern(language.languages, language)
    found = re.findall(rf"(?P<file>[{_FILES}]+)|(?P<name>{names.pattern})", folded(masked)) if names else []
    files, named = found[::2], [name for _, name in found[1::2]]
    paired = len(files) == len(named) > 1 and all(file for file, _ in files) and all(named)
    return [language.languages[name] for name in named] if paired else []
