"""Handlers of intents about rows and lines: count, filter and sort them, calculate with them; and units of a text."""

import re
from collections.abc import Iterator, Sequence
from itertools import product, takewhile

from .....graph.resource import Resource
from .....graph.task import Ref
from ....tables.condition_words import read_conditions
from ....tables.table_words import names_table_operation
from ....wording.clause_words import ClauseWords
from ....wording.counted_results import counts_made
from ....wording.lost_words import has_other_words
from ....wording.nearest import words_pattern
from ....wording.wording import wording
from ..intents import Intent
from ..lexicon import QUOTE
from ..linking import Linker
from ..page_ranges import names_each_page
from ..parameters import Parameters
from ..referents import Referent, may_hold_tables
from ..text_linking import text_referents
from .questions import add_question, ask_of_chosen, ask_of_rows_before

_UNIT = re.compile(r"\b(word|sentence|line|character|letter|paragraph)s?\b")
_NEXT_UNIT = re.compile(rf"(?:,? and |, )(?:(?:the|its|all|of) )*{_UNIT.pattern}")
_EITHER = re.compile(rf"{QUOTE},? or {QUOTE}")
MEASURE = re.compile(r"\b(?:word|sentence|line|character|letter|paragraph|page|row|column)s?\b")
"""What a text, document or table has of its own, whatever was found in it."""
_ROWS = re.compile(r"\b(?:rows|lines|entries|records)\b")
_EACH = re.compile(
    r"\b(?:each|every|per)\b(?:\s+\w+){0,2}?\s+(?:files?|tables?|sheets?|csvs?|them)\b"
    r"|\beach of [\ue010-\ue0ff]|\beach\b\W*$"
)
_COLUMNS = re.compile(
    r"(?:how many|count|number of)\b[ \w]{0,12}?(?P<rows>rows and (?:the )?)?columns\b(?P<more> and rows)?"
)
_FALLING = re.compile(
    r"(?:in )?descending(?: order)?|(?:from )?high(?:est)?(?: to low(?:est)?| first)|in reverse(?: order)?"
    r"|(?:largest|biggest|latest|newest|longest|most \w+) first"
)
_RISING = re.compile(
    r"(?:in )?(?:ascending|alphabetical)(?: order)?|alphabetically|from a to z"
    r"|(?:from )?low(?:est)?(?: to high(?:est)?| first)|(?:smallest|earliest|oldest|shortest|least \w+) first"
)
_BY = re.compile(
    r"\b(?:by|in order of) (?:the )?(?:column )?([\w -]+?)(?=$|,| \(| (?:in|from|with|and|descending|ascending|\w+ first)\b)"
)
_BLANK = re.compile(
    r",? ?(?:not (?:counting|including)|without|excluding|except(?: for)?|ignoring|leaving out) (?:the |any )?"
    r"(?:blank|empty) (?:lines|ones)\b|non-?(?:blank|empty)\b"
)
"""Lines without words, which are never counted."""
_JOINT = re.compile(r"[,\s]*(?:and)?\s*\Z")
_WORD = re.compile(r"[^\W\d_]+")
_RESULTS = ("summarization", "translation", "automatic-speech-recognition", "image-to-text", "text-generation",
            "video-to-images", "document-to-images")  # fmt: skip
"""Types whose results "them" means, and nothing within these."""
_ROWS_MADE = ("filter", "sort")
_REMOVED = re.compile(r"remove|drop|delete|exclude|leave out")


def conditions(linker: Linker, intent: Intent) -> Parameters:
    """The conditions on rows or lines in the clause of an intent, as the parameter `where`."""
    end = max(intent.clause.end, intent.stop)
    found = read_conditions(linker.parsed.text, linker.parsed.masked, intent.clause.start, end)
    if found is None:
        return {}
    linker.use(found.start, found.end)
    referents = linker.resolver.referents  # a quotation that lines are to contain is no data
    referents[:] = [r for r in referents if r.origin != "quotation" or not found.start <= r.position < found.end]
    return {"where": found.where}


def count_in_data(linker: Linker, intent: Intent, words: str) -> bool:
    """Count rows of a table, or pages, words or lines of a text; whether there is such data."""
    has, unit, rows = linker.resolver.has_kind, _UNIT.search(words), _ROWS.search(words)
    for match in filter(None, (unit, rows)):
        linker.use(intent.start + match.start(), intent.start + match.end())
    paged = re.search(r"\bpages\b", words) or linker.parsed.masked.endswith("page ", 0, intent.start)
    if paged and (documents := linker.resolver.resolve(intent, ("document",), everything=True)):
        linker.add_task("count", {"items": tuple(r.value for r in documents)}, intent, {"look_for": "pages"})
        return True
    if has("table") and (columns := _COLUMNS.match(words)):
        rows_too = [Parameters()] if columns["rows"] or columns["more"] else []
        asked: list[Parameters] = [*rows_too, {"look_for": "columns"}]
        joined = _joined(linker, intent)  # else the columns of several tables have no sum
        for group, which in product(
            [_tables(linker, intent)] if joined else [[t] for t in _tables(linker, intent)], asked
        ):
            _add_items(linker, intent, "count", group, which)
        return True
    if has("table") and (rows or not (has("image") or has("text"))):
        own = linker.parsed.masked[intent.start : intent.end]
        if rows and ((where := conditions(linker, intent)) or not has_other_words(own, "en", "count/rows")):
            for group in _counted_apart(linker, intent):
                _add_items(linker, intent, "count", group, where)
        else:
            before = reversed([*_WORD.finditer(linker.parsed.masked, intent.clause.start, intent.start)])
            named = takewhile(lambda word: names_table_operation(word.group()), before)  # "the average number of"
            start = min((word.start() for word in named), default=intent.start)
            end = min(intent.stop, intent.clause.end)
            add_question(linker, intent, _JOINT.sub("", linker.parsed.text[start:end]).strip())
        return True
    if unit and (texts := text_referents(linker, intent, everything=True)):
        _count_units(linker, intent, texts, [*_units(words, unit)])
        return True
    return False


def _count_units(linker: Linker, intent: Intent, texts: Sequence[Referent], units: Sequence[str]) -> None:
    if _of_each_page(linker, intent, texts):
        linker.refuse(intent, "together")
    said, lines = linker.parsed.words_of(intent.clause), units[0] == "lines"
    if blank := _BLANK.search(said) if lines else None:
        linker.use(intent.clause.start + blank.start(), intent.clause.start + blank.end())
    where = conditions(linker, intent) if lines and not blank else {}
    if lines and not where and _EITHER.search(said):
        linker.refuse(intent, "I look for one text in the lines; ask for each of them")
        return
    given = [text for text in texts if text in linker.resolver.referents]
    for group in [given] if _joined(linker, intent) else ([text] for text in given):
        for unit in units:
            _add_items(linker, intent, "count", group, where or {"look_for": unit})


def _joined(linker: Linker, intent: Intent) -> bool:
    """Whether words ask for one number of several files: "in total"."""
    language = wording(linker.parsed.language)
    together = words_pattern(language.section("scopes")["together"], language)
    return together.search(linker.parsed.words_of(intent.clause)) is not None


def _units(words: str, unit: re.Match[str] | None) -> Iterator[str]:
    """The units that words ask to count, from the first of them on: "the words and the sentences"."""
    while unit:
        yield {"letter": "characters"}.get(unit[1], unit[1] + "s")
        unit = _NEXT_UNIT.match(words, unit.end())


def counts_results(linker: Linker, intent: Intent, words: str) -> bool:
    """Whether "them" are results, and no findings: counted as the pages of which they are made, else refused."""
    made = linker.resolver.latest_results(("text", "image"))
    if not made or made[0].origin not in (*_RESULTS, *_ROWS_MADE) or not counts_made(words, linker.parsed.language):
        return False
    if made[0].origin in _ROWS_MADE:
        _add_items(linker, intent, "count", made, {})
        linker.use(intent.start, intent.end)
        return True
    documents = frozenset[object]().union(*(linker.sources_of(each.value) for each in made))
    paged = all(linker.is_list(each.value) for each in made) and made[0].origin != "video-to-images"
    part = any(t.type.startswith("document-to-") and not t.parameters.keys() <= {"each_page"} for t in linker.tasks)
    items = tuple(each for each in documents if isinstance(each, Resource) and each.kind == "document")
    if not paged or part or len(items) < len(documents):
        linker.refuse(intent, "not-counted")
    else:
        linker.add_task("count", {"items": items}, intent, {"look_for": "pages"})
        linker.use(intent.start, intent.end)
    return True


def _of_each_page(linker: Linker, intent: Intent, texts: Sequence[Referent]) -> bool:
    """Whether words ask for one number for each page, or for what was made of each."""
    said, language = linker.parsed.words_of(intent.clause), linker.parsed.language
    made = [text.value for text in texts if isinstance(text.value, Ref)]
    paged = any(linker.is_list(each) or "each_page" in linker.tasks[each.task_id].parameters for each in made)
    return names_each_page(said, language) or (paged and ClauseWords(said, wording(language)).has("apart"))


def filter_rows(linker: Linker, intent: Intent) -> None:
    """Keep the rows or lines that satisfy the conditions, and never the others."""
    where = conditions(linker, intent)
    if not where:
        linker.refuse(intent, "I found no condition in it, such as “where region is North”")
        return
    if _REMOVED.match(linker.parsed.masked[intent.start : intent.end]):
        linker.refuse(intent, "I keep rows, and do not remove them; say which to keep")
        return
    _add_items(linker, intent, "filter", _tables(linker, intent) or text_referents(linker, intent), where)


def sort(linker: Linker, intent: Intent) -> None:
    """Sort rows or lines, by the column that the words name."""
    words, tables = linker.parsed.masked[intent.start : intent.end], _tables(linker, intent)
    said = linker.parsed.text[intent.start :].partition("\n")[0].lower() if tables else words
    falling, by = _FALLING.search(said), _BY.search(words)
    parameters: Parameters = {"descending": True} if falling else {}
    if by:
        parameters["by"] = linker.parsed.text[intent.start + by.start(1) : intent.start + by.end(1)]
    for match in filter(None, (falling, by, _RISING.search(said))):
        linker.use(intent.start + match.start(), intent.start + match.end())
    _add_items(linker, intent, "sort", tables or text_referents(linker, intent), parameters)


def calculate(linker: Linker, intent: Intent) -> None:
    """Answer what is no question by its form about a table: "the total revenue per region"."""
    question = linker.parsed.text[intent.start : intent.end].strip(" ,")
    if ask_of_chosen(linker, intent, question):
        return
    tables = _tables(linker, intent)
    made = [r for r in tables if r.is_result]
    texts = made if tables else [r for r in text_referents(linker, intent) if may_hold_tables(r.value)]
    for text in texts:
        linker.add_task("question-answering", {"question": question, "context": text.value}, intent)
    if texts or (tables and ask_of_rows_before(linker, intent, question)):
        return
    for table in tables or linker.refuse_missing(intent, "a table"):
        linker.add_task("table-question-answering", {"table": table.value, "question": question}, intent)


def _counted_apart(linker: Linker, intent: Intent) -> list[list[Referent]]:
    """The tables that are counted together: each alone in "how many rows does each of these files have"."""
    tables = _tables(linker, intent)
    apart = _EACH.search(linker.parsed.masked, intent.clause.start, intent.clause.end)
    return [[table] for table in tables] if apart and tables else [tables]


def _tables(linker: Linker, intent: Intent) -> list[Referent]:
    """The rows that a task before chose or sorted, where the words name no table; else the tables."""
    made = [r for r in linker.resolver.latest_results(("text",)) if r.origin in _ROWS_MADE]
    if made and not linker.resolver.data_in_words(intent):
        return made
    return linker.resolver.resolve(intent, ("table",), everything=True) if linker.resolver.has_kind("table") else []


def _add_items(linker: Linker, intent: Intent, task_type: str, found: list[Referent], parameters: Parameters) -> None:
    if items := tuple(r.value for r in found or linker.refuse_missing(intent, "a table or a text")):
        linker.add_task(task_type, {"items": items}, intent, parameters)
