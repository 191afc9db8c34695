"""`repeated`: the request that a follow-up with nothing but a file repeats: "and b.txt?" after "summarise a.txt".

`without_replaced`: the request whose "it" is what came before a result that it replaces: "no, rotate it instead".
"""

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


def without_replaced(request: Request, code: str) -> Request:
    """The request without the latest result of the conversation where its words replace that."""
    made = request.resources[-1:] if request.history else ()
    instead = words_pattern(wording(code).clauses.get("instead", ()), wording(code))
    if not made or made[0].producer is None or not instead or not instead.search(folded(request.text)):
        return request
    return request.model_copy(update={"resources": request.resources[:-1]})


def _only_a_file(words: str, code: str) -> bool:
    """Whether a file and words that repeat a request are all that there is."""
    language = wording(code)
    again = words_pattern([*language.clauses["again"], *language.clauses.get("polite", ())], language)
    left = re.sub(_FILE, " ", words)
    return not re.search(r"\w", again.sub(" ", left) if again else left)
