"""Write `required_words.json` beside rules.toml: for each pattern of a rule the words of which every match has one.

python docs/required_words.py            writes it
python docs/required_words.py --check    exit code 1 when it is out of date
"""

import json
import re
import sys
from collections.abc import Iterable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from hugginggpt.tools.controllers.rules.lexicon import lexicon
from hugginggpt.tools.controllers.rules.rule_patterns import REQUIRED

_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)


def required(pattern: str) -> list[str]:
    """Texts of which each match of a regular expression has one; the longest such, empty where there are none."""
    return sorted(_required(parser.parse(pattern)) or ())


def _required(parsed: Iterable[tuple[Any, Any]]) -> set[str] | None:
    """Of a sequence: those of its one element that has the longest."""
    found, run = list[set[str]](), ""
    for kind, value in [*parsed, (None, None)]:
        if kind is constants.LITERAL:
            run += chr(value)
            continue
        found += [{run}] if run else []
        run = ""
        found += [inner] if (inner := _of_element(kind, value)) else []
    return max(found, key=lambda words: (min(map(len, words)), -len(words)), default=None)


def _of_element(kind: Any, value: Any) -> set[str] | None:
    if kind is constants.SUBPATTERN:
        return None if value[1] & re.IGNORECASE else _required(value[3])
    if kind is constants.ATOMIC_GROUP:
        return _required(value)
    if kind is constants.BRANCH:
        each = [_required(branch) for branch in value[1]]
        return set().union(*(words for words in each if words)) if all(each) else None
    if kind in _REPEATS and value[0]:
        return _required(value[2])
    if kind is constants.IN and all(inner is constants.LITERAL for inner, _ in value):
        return {chr(letter) for _, letter in value}
    return None


def content() -> str:
    """The whole file: by the pattern's hash, a line each."""
    rules = lexicon().rules
    patterns = {pattern for rule in rules for pattern in (*rule.find, rule.unless) if pattern}
    found = {lexicon().required.key(pattern.source): required(pattern.compiled.pattern) for pattern in patterns}
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(found[key], ensure_ascii=False)}" for key in sorted(found))
    return f"{{\n{lines}\n}}\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        is_current = REQUIRED.exists() and REQUIRED.read_text(encoding="utf-8") == content()
        sys.exit(0 if is_current else f"{REQUIRED.name} is out of date: run docs/required_words.py")
    REQUIRED.write_text(content(), encoding="utf-8")
