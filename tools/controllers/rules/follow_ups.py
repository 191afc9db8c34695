"""`repeated`: the request that a follow-up with nothing but a file repeats: "and b.txt?" after "summarise a.txt"."""

import re

from ....graph.mentions import mentions
from ....graph.result import Request
from ...wording.nearest import words_pattern
from ...wording.request_language import language_of
from ...wording.wording import LANGUAGES, folded, wording
from .clauses import parse_request
from .lexicon import lexicon

_FILE = "[\ue010-\ue0ff]+"


def repeated(request: Request) -> Request | None:
    """The latest request that names one file, with the file of the follow-up in its place; None where it is no follow-up."""
    if not request.history or len(request.text) > 200:
        return None
    names = [mention.name for mention in mentions(request.text)]
    if len(set(names)) != 1:
        return None
    words = folded(parse_request(request.text, request.files).masked)
    for role, text in reversed(request.history):
        if role != "user":
            continue
        code = language_of(parse_request(text).masked, lexicon().verb)
        if code not in LANGUAGES or not _only_a_file(words, code):
            return None
        if _only_a_file(folded(parse_request(text).masked), code):
            continue
        earlier = {mention.name for mention in mentions(text)}
        if len(earlier) != 1:
            return None
        return request.model_copy(update={"text": text.replace(earlier.pop(), names[0]), "history": ()})
    return None


def _only_a_file(words: str, code: str) -> bool:
    """Whether a file and words that repeat a request are all that there is."""
    language = wording(code)
    again = words_pattern([*language.clauses["again"], *language.clauses.get("polite", ())], language)
    left = re.sub(_FILE, " ", words)
    return not re.search(r"\w", again.sub(" ", left) if again else left)
