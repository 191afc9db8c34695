"""`names_a_part`, `names_a_picture`: whether a clause is about a part of a picture or about the whole, in any language."""

import re

from .clause_words import ClauseWords
from .nearest import words_pattern

_COUNTED = re.compile(r"[\d一二三四五六七八九十]+\s*[枚番つ本個件回]目")
"""An ordinal, which ends like the word for an eye."""


def names_a_part(words: ClauseWords) -> bool:
    """Whether the clause names a part of a picture: a face, the sky."""
    parts = words_pattern(words.language.directions.get("parts", ()), words.language)
    return parts.search(_COUNTED.sub(" ", words.words)) is not None


def names_a_picture(words: ClauseWords) -> bool:
    """Whether the clause names a whole picture, by its file or by a word for one."""
    nouns = words_pattern([word for word, kind in words.language.nouns.items() if kind == "image"], words.language)
    return bool(re.search("[\ue010-\ue0ff]", words.words) or nouns.search(words.words))
