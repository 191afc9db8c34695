"""`counts_made`: whether words only count what was made or found before: "count them", "how many summaries are there"."""

import re

from .nearest import nearest
from .wording import wording

FOUND = "count/found"
"""The meaning of such words."""
_LEAST = 0.6
"""Score of words that count and say nothing else."""
_COUNTING = {"count", "many", "number"}
_BESIDE = frozenset(
    "how of the all both these those them there are they is in total altogether up do we i have tell me and".split()
)


def counts_made(words: str, code: str) -> bool:
    """Whether nothing else is counted; in other languages than English where an example of that is nearest."""
    if code == "en":
        made = {noun for nouns in wording(code).section("scopes")["results"].values() for noun in nouns}
        said = {*re.findall(r"[^\W\d_]+|\d+|[\ue000-\ue0ff]", words.lower())}
        return bool(said & _COUNTING) and said <= _COUNTING | _BESIDE | made
    found = nearest(words, code, most=1)
    return bool(found) and found[0].meaning == FOUND and found[0].score >= _LEAST
