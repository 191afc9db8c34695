"""Promises about the words of answers."""

import re

import pytest

from hugginggpt.graph.resource import KINDS
from hugginggpt.graph.vocabulary import VOCABULARY
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.wording.phrases import phrases
from hugginggpt.tools.wording.wording import LANGUAGES, wording

BLANK = re.compile(r"\{\w*\}")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_string_of_english_is_there_in_every_language_with_the_same_blanks(code: str) -> None:
    own = dict(wording(code).section("answer"))
    tables = own.pop("answer")
    english = phrases("en")
    assert {key for key in english.strings if key not in ("heading", "comma", "colon")} - own.keys() == set()
    pairs = [(english.strings[key], value) for key, value in own.items()]
    for table, rows in english.tables.items():
        assert rows.keys() == tables[table].keys()
        pairs += [(rows[key], tables[table][key]) for key in rows]
    assert [
        value
        for mine, value in pairs
        if set(BLANK.findall(mine)) - {"{file}"} != set(BLANK.findall(value)) - {"{file}"}
    ] == []


def _blanks(phrase: str) -> set[str]:
    """Not `{file}`: an offer need not name an example."""
    return set(BLANK.findall(phrase)) - {"{file}"}


def test_headings_and_caveats_name_what_exists() -> None:
    words = phrases("en")
    known = {name.removeprefix("embedded/") for name in registered()}
    assert words.tables["caveats"].keys() <= known
    assert words.tables["headings"].keys() - {"sentiment", "marked", "average"} <= VOCABULARY.keys() | set(KINDS)
    assert words.tables["instead"].keys() <= VOCABULARY.keys()


def test_words_are_found_at_their_beginning_and_in_chinese_anywhere() -> None:
    assert phrases("en").has_word("bad", "an unhappy guest")
    assert not phrases("en").has_word("good", "an unhappy guest")
    assert phrases("zh").has_word("good", "客户满意吗")
