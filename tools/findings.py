"""`in_words`: findings (labels, boxes, entities, rows) as words, for answers and for speech; other text as it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..graph.call import Material
from ..graph.untrusted_json import read_untrusted_json
from .languages import name_in
from .media.rows import rows as rows_of
from .wording.phrases import Phrases

Row = Mapping[str, Any]
MAX_FINDINGS = 40
"""Labels, entities or rows that are listed; the rest is counted."""
MAX_BYTES = 4 * 1024 * 1024
CERTAIN = 0.995
"""A score that is not worth a mention."""
SURE, LIKELY = 0.6, 0.2
"""Of labels that exclude each other only the best is named where it has `SURE`, else all from `LIKELY`."""
_LABEL_KEYS = ("name", "label", "entity_group", "entity", "class")
_WORD_KEYS = ("word", "text", "sentence", "value")


def in_words(text: str, phrases: Phrases, *, aloud: bool = False) -> str:
    """Findings in JSON as words: `2 faces (0.95, 0.93)`. `aloud`: without scores, and rows as sentences."""
    if not text.lstrip().startswith(("[", "{")) or len(text) > MAX_BYTES:
        return text
    try:
        value = read_untrusted_json(text)
    except ValueError:
        return text
    rows = value if isinstance(value, list) else [value]
    if not rows:
        return phrases.say("none")
    if all(isinstance(row, str | int | float) for row in rows):
        return _listed([str(row) for row in rows], phrases)
    if not all(isinstance(row, dict) for row in rows):
        return text
    if any(_first(row, _LABEL_KEYS) or _first(row, _WORD_KEYS) or "score" in row for row in rows):
        return _labels(rows, phrases, aloud)
    return rows_in_words(rows, phrases, aloud=aloud) if all(row.keys() == rows[0].keys() for row in rows) else text


def material_in_words(material: Material, phrases: Phrases, *, aloud: bool = False) -> str:
    """Findings or the rows of a table as words; other text as it is. Raises `ExpertError` for a table too large."""
    if material.resource.kind == "table" and (found := rows_of(material)):
        return rows_in_words(found, phrases, aloud=aloud)
    return in_words(material.text(), phrases, aloud=aloud)


def rows_in_words(rows: Sequence[Row], phrases: Phrases, *, aloud: bool = False) -> str:
    """The rows of a table in aligned columns under their names; aloud a sentence for each."""
    if aloud:
        cells = ([f"{name} {value}" for name, value in row.items() if value not in (None, "")] for row in rows)
        return " ".join(f"{', '.join(row)}." for row in cells)
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *(["" if row.get(name) is None else str(row[name]) for name in names] for row in rows)]
    shown = lines[: MAX_FINDINGS + 1]
    widths = [max(len(line[column]) for line in shown) for column in range(len(names))]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in shown]
    left = len(lines) - len(shown)
    return "\n".join((*drawn, phrases.say("more", n=left)) if left else drawn)


def _labels(rows: Sequence[Row], phrases: Phrases, aloud: bool) -> str:
    if all(_first(row, _WORD_KEYS) for row in rows):
        return _entities(rows, phrases, aloud)
    if any("box" in row for row in rows):
        return _things(rows, phrases, aloud)
    rows = _likely(rows)
    return _listed([_scored(_timed(row, phrases), [row], aloud) for row in rows], phrases)


def _likely(rows: Sequence[Row]) -> Sequence[Row]:
    """Of labels that exclude each other, whose scores add up to 1, the best, and others only where it is uncertain."""
    scores = [float(row["score"]) for row in rows if isinstance(row.get("score"), float | int)]
    least_sum = 0.0 if all(row.get("name") for row in rows) else 0.9  # of languages only the likeliest are listed
    if len(scores) < max(2, len(rows)) or not least_sum < sum(scores) < 1.01:
        return rows
    least = max(scores) if max(scores) >= SURE else min(LIKELY, *scores) if max(scores) < LIKELY else LIKELY
    return [row for row, score in zip(rows, scores, strict=True) if score >= least] or rows[:1]


def _entities(rows: Sequence[Row], phrases: Phrases, aloud: bool) -> str:
    """`870 EUR, 2,610 EUR`; of several groups each under its name."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        word = str(_first(row, _WORD_KEYS))
        groups.setdefault(_first(row, _LABEL_KEYS), []).append(_scored(word, [row], aloud))
    if len(groups) == 1:
        return _listed(next(iter(groups.values())), phrases)
    named = ((phrases.named("entities", group) or group, words) for group, words in groups.items())
    return "\n".join(f"{name}: {_listed(words, phrases)}" if name else _listed(words, phrases) for name, words in named)


def _things(rows: Sequence[Row], phrases: Phrases, aloud: bool) -> str:
    """Boxes, equal ones counted: `2 faces (0.95, 0.93), dog`."""
    counts = Counter(_first(row, _LABEL_KEYS) for row in rows)
    named = []
    for label, number in counts.items():
        several = phrases.named("counted", label)
        one = phrases.named("labels", label) or label
        many = several.format(n=number) if several else f"{number} × {one}"
        same = [row for row in rows if _first(row, _LABEL_KEYS) == label]
        named.append(_scored(many if number > 1 else one, same, aloud))
    return _listed(named, phrases)


def _timed(row: Row, phrases: Phrases) -> str:
    label = _first(row, _LABEL_KEYS)
    code = str(row.get("label") or "")
    name = name_in(code, phrases.code) if row.get("name") and code else phrases.named("labels", label) or label
    if all(isinstance(row.get(side), float) for side in ("start", "end")):
        return phrases.say("span", what=name, start=f"{row['start']:.1f}", end=f"{row['end']:.1f}").strip()
    return name


def _scored(name: str, rows: Sequence[Row], aloud: bool) -> str:
    found = [row.get("score") for row in rows]
    numbers = [float(n) for n in found if isinstance(n, float | int) and not isinstance(n, bool)]
    if not name:
        return ", ".join(f"{number:.2f}" for number in numbers)
    if aloud or not numbers or min(numbers) >= CERTAIN:
        return name
    return f"{name} ({', '.join(f'{number:.2f}' for number in numbers[:MAX_FINDINGS])})"


def _listed(names: Sequence[str], phrases: Phrases) -> str:
    left = len(names) - MAX_FINDINGS
    shown = phrases.say("comma").join(names[:MAX_FINDINGS])
    return f"{shown} {phrases.say('more', n=left)}" if left > 0 else shown


def _first(row: Row, keys: Sequence[str]) -> str:
    return next((str(row[key]) for key in keys if row.get(key) not in (None, "")), "")
