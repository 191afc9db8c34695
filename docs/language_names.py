"""Writes `tools/language_names.tsv`, the names of languages in all languages, from CLDR's: pip install language_data"""

from importlib.util import find_spec
from pathlib import Path

FILE = Path(__file__).parents[1] / "tools" / "language_names.tsv"
COLUMNS = ("en", "de", "fr", "es", "pt", "zh", "ja")


def lines() -> list[str]:
    """A line a language: its code, its names in the languages of requests, and of those with two letters all others."""
    from language_data.name_data import CODE_TO_NAMES  # type: ignore[import-not-found]

    made = ["\t".join(("code", *COLUMNS))]
    for code, names in sorted(CODE_TO_NAMES.items()):
        if not (code.islower() and code.isascii() and "de" in names and "en" in names and len(code) < 4):
            continue
        known = [names.get(column, "") for column in COLUMNS]
        others = sorted({name for column, name in names.items() if column not in COLUMNS} - {*known})
        made.append("\t".join((code, *known, *(others if len(code) == 2 else ()))))
    return made


if __name__ == "__main__":
    if find_spec("language_data"):  # it is no requirement: without it the table is left as it is
        FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
