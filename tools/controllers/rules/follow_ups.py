"""`repeated`: the request that a follow-up with nothing but a file repeats: "and b.txt?" after "summarise a.txt".

`questions_before`: the question about a table that "and for South only?" goes on with.
`without_replaced`: the request whose "it" is what came before a result that it replaces: "no, rotate it instead".
"""

import re

from ....graph.mentions import mentions
from ....graph.result import Request
from ...tables.follow_up import refers_back
from ...tables.table_words import names_table_operation
from ...wording.nearest import words_pattern
from ...wording.request_language import language_of
from ...wording.wording import LANGUAGES, folded, wording
from .clauses import parse_request
from .lexicon import lexicon
from .referents import earlier_data

_LONGEST = 100
"""Characters of a follow-up to a question about a table."""
_CALCULATIONS = ("count", "sum", "average", "median", "highest", "lowest")
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


def questions_before(request: Request) -> list[str]:
    """The question about a table that a request goes on with ("and for South only?"), and its follow-ups; else none."""
    turns = [text for role, text in request.history if role == "user"]
    tabular = any(each.kind == "table" for each in earlier_data(request.resources))
    if not turns or not tabular or request.files or not _goes_on(request.text):
        return []
    last = len(turns) - 1
    while last and _goes_on(turns[last]):
        last -= 1
    return turns[last:]


def _goes_on(text: str) -> bool:
    """Whether a request without a file repeats another or is about its rows ("of them"), and asks for nothing of its own."""
    if len(text) > _LONGEST or mentions(text):
        return False
    words = folded(parse_request(text).masked).strip(" ¿¡")
    code = language_of(words, lexicon().verb)
    language = wording(code if code in LANGUAGES else "en")
    again = words_pattern(language.clauses["again"], language)
    found = again.search(words) if again else None
    begins = found is not None and (found.start() == 0 or language.unspaced)
    of_rows = bool(refers_back(words, language.code)) and names_table_operation(words, language.code, _CALCULATIONS)
    return (begins or of_rows) and not lexicon().verb.search(words)


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
