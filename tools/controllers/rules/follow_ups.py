"""`repeated`: the request that a follow-up with nothing but a file repeats: "and b.txt?" after "summarise a.txt".

`questions_before`: the question about a table that "and for South only?" goes on with.
`without_replaced`: the request whose "it" is what came before a result that it replaces: "no, rotate it instead".
`about_unmade`: whether it is about a result that the turn before did not make: "read it aloud".
"""

import re
from collections.abc import Sequence

from ....graph.mentions import mentions
from ....graph.resource import Resource, satisfies
from ....graph.result import Request
from ....graph.task import Task, resources_in
from ....graph.vocabulary import VOCABULARY
from ...tables.follow_up import refers_back
from ...tables.table_words import names_table_operation
from ...wording.nearest import words_pattern
from ...wording.page_words import read_pages
from ...wording.request_language import language_of
from ...wording.text_parts import read_parts
from ...wording.wording import LANGUAGES, folded, wording
from .clauses import ParsedRequest, parse_request
from .lexicon import lexicon
from .members import MEMBER
from .parameters import TARGET_LANGUAGE
from .referents import earlier_data

_LONGEST = 100
"""Characters of a follow-up to a question about a table."""
_CALCULATIONS = ("count", "sum", "average", "median", "highest", "lowest")
_FILE = "[\ue010-\ue0ff]+"
_CHOOSING = ("only", "but", "just")
"""Words of a follow-up that chooses: "now only the first"."""


def repeated(request: Request) -> Request | None:
    """The latest request that names one file, with the file of the follow-up in its place; None where it is no follow-up.

    The same with a language, a page, a part of a text, or one of several results: "and in French?", "and the second?".
    """
    if not request.history or len(request.text) > 200:
        return None
    names = {mention.name for mention in mentions(request.text)}
    if len(names) > 1:
        return None
    words = folded(parse_request(request.text, request.files).masked)
    for text in (text for role, text in reversed(request.history) if role == "user"):
        masked = parse_request(text).masked
        code, asked = language_of(masked, lexicon().verb), folded(masked)
        if code not in LANGUAGES or (names and not _only(_FILE, words, code)):
            return None
        again = [_FILE] if names else [re.escape(asked[start:end]) for start, end in _details(asked).values()]
        if any(_only(each, asked, code if names else "en") for each in again):
            continue
        if not names:
            return _with_detail(request, words, text) if code == "en" else None
        if len(earlier := {mention.name for mention in mentions(text)}) != 1:
            return None
        return request.model_copy(update={"text": text.replace(earlier.pop(), names.pop()), "history": ()})
    return None


def _details(words: str) -> dict[str, tuple[int, int]]:
    """What a request may be repeated with, by its kind, and where the words name it."""
    found: dict[str, tuple[int, int]] = {}
    if len(languages := [*TARGET_LANGUAGE.finditer(words)]) == 1:
        found["language"] = languages[0].span()
    for kind, parts in (("page", read_pages(words, "en")), ("part", read_parts(words, "en"))):
        if len(parts) == 1:
            found[kind] = parts[0].start, parts[0].end
    if len(members := [*MEMBER.finditer(words)]) == 1:
        found.setdefault("member", members[0].span())
    return found


def _with_detail(request: Request, words: str, before: str) -> Request | None:
    """An earlier request with the one detail that the words give in place of its own; one result is shown where it has none.

    What the turn before made is put aside: "translate it" is about the text that it was about then.
    """
    details = _details(words)
    kind = next((k for k, (a, b) in details.items() if _only(re.escape(words[a:b]), words, "en")), "")
    if not kind:
        return None
    said = words[slice(*details[kind])]
    own = _details(folded(parse_request(before).masked)).get(kind)
    if own is None:
        several = kind == "member" and sum(last for _, last in request.made) > 1
        return request.model_copy(update={"text": f"show me {said}", "history": ()}) if several else None
    if "other" in said:
        said = "the second one" if "first" in before[slice(*own)] else "the first one"
    types = {r.made_by for r in request.resources if r.sha256 in dict(request.made)}
    kept = list(request.resources)
    while kind != "member" and kept and kept[-1].producer and kept[-1].made_by in types:
        kept.pop()
    text = f"{before[: own[0]]}{said}{before[own[1] :]}"
    named = {mention.name for mention in mentions(before)}
    files = tuple(r for r in kept if r.producer is None and {r.name, r.label} & named)
    again = {"text": text, "history": (), "resources": tuple(kept), "made": (), "files": (*request.files, *files)}
    return request.model_copy(update=again)


def questions_before(request: Request) -> list[str]:
    """The question about a table that a request goes on with ("and for South only?"), and its follow-ups; else none."""
    turns = [text for role, text in request.history if role == "user" and text not in request.unanswered]
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
    found = words_pattern(language.clauses["again"], language).search(words)
    begins = found is not None and (found.start() == 0 or language.unspaced)
    of_rows = bool(refers_back(words, language.code)) and names_table_operation(words, language.code, _CALCULATIONS)
    return (begins or of_rows) and not lexicon().verb.search(words)


def without_replaced(request: Request, code: str) -> Request:
    """The request without the latest result of the conversation where its words replace that."""
    made = request.resources[-1:] if request.history else ()
    instead = words_pattern(wording(code).clauses.get("instead", ()), wording(code))
    if not made or made[0].producer is None or not instead.search(folded(request.text)):
        return request
    return request.model_copy(update={"resources": request.resources[:-1]})


def _only(detail: str, words: str, code: str) -> bool:
    """Whether a detail and words that repeat a request are all that there is."""
    language = wording(code)
    groups = ("again", "polite", "place", "of_data")  # "and in b.txt?"
    again = words_pattern([*(word for name in groups for word in language.clauses.get(name, ())), *_CHOOSING], language)
    left = re.sub(detail, " ", words)
    return left != words and not re.search(r"\w", again.sub(" ", left))


def about_unmade(request: Request, parsed: ParsedRequest, tasks: Sequence[Task]) -> str:
    """The type of the task that failed, where a task would take something earlier in place of its result; else empty.

    Words that name data ("the letter"), count it ("the first one") or repeat the failed task mean what is there.
    """
    words = folded(parsed.masked)
    for unmade in request.unmade:
        kind = VOCABULARY[unmade].outputs[0].kind
        names = lexicon().names.get(unmade)
        named = names is not None and names.search(words) is not None
        inputs = (value for task in tasks if task.type != unmade for value in task.inputs.values())
        taken = {resource for value in inputs for resource in resources_in(value)}
        fitting = (r for r in request.resources if satisfies(r.kind, kind) or (r.kind, kind) == ("document", "text"))
        earlier = [r for r in fitting if r in taken and r not in request.files]
        if earlier and (named or not _names_data(words, parsed.language, earlier)):
            return unmade
    return ""


def _names_data(words: str, code: str, earlier: Sequence[Resource]) -> bool:
    language = wording(code)
    known = {*language.nouns, *language.ordinals}
    if language.unspaced:
        return any(word in words for word in known)
    names = [pattern for r in earlier if r.made_by and (pattern := lexicon().names.get(r.made_by))]
    return not known.isdisjoint(re.findall(r"\w+", words)) or any(pattern.search(words) for pattern in names)
