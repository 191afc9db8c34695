"""`find_intents`: each `Intent` of a request, by the rules of rules.toml and the questions in it.

Rules are tried in their order; words that matched one are not matched again, so that "depth of the objects" does not
also detect objects. Background clauses ("I have a table with some objects") have no intents.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ....graph.resource import Resource
from ...tables.table_words import names_table_operation
from ...wording.nearest import Match, is_out_of_reach
from ...wording.several_questions import several_questions
from .clauses import Clause, ParsedRequest
from .conditions import find_conditions
from .lexicon import QUESTION, Rule, lexicon
from .operation_words import read_operations
from .referents import may_hold_tables

_WORD = re.compile(r"[^\W_][\w’-]*")
_NUMBERED = "phone|telephone|mobile|cell|fax|house|room|order|customer|member|account|invoice|ticket|passport"
_REACHED = rf"(?:{_NUMBERED}) numbers?|phone|(?:e-?mail|postal|home)(?: address)?|address|birthday"
_OF_A_PERSON = re.compile(
    rf"(?P<of>[^\W\d_]+)’s (?:{_REACHED}|numbers?)\b|\b(?:{_REACHED}) (?:of|for) (?:(?P<the>(?<!rs \w\w )(?:the|our)"
    r" (?!text|file|page|document|letter)[^\W\d_]+(?: (?!(?:and|in|from|on)\b)[^\W\d_]+)?(?=\W*$|,? and\b| in\b| from\b))"
    r"|(?P<for>[^\W\d_]+)(?: (?!(?:please|in|from|on)\b)[^\W\d_]+(?= (?:in|from|on)\b|\W*$))?)"
)
"""A finding about one person or place: "Anna's phone number", "the phone number of the town hall" ask for no list."""
_PHATIC = re.compile(
    r"\W*(?:is|are) (?:you|any(?:one|body)|some(?:one|body)) (?:there|here|around|awake|ok|okay|well|ready|free|busy)\b"
    r"|wondering how to proceed|(?:know )?what(?:’d| would) be (?:lovely|great|nice|wonderful|perfect|good|helpful)\W*\Z"
)
"""A question that only greets or prepares: "is anyone there?", "you know what would be lovely?"."""
_USED_OTHERWISE = re.compile(r"\b(?:translate|conversational|converse|homework)\b")
_QUESTION_TRANSLATED = re.compile(r"\btranslat\w+ (?:the|this|my) (?:\w+ )?question\b")
MAX_QUESTION = 200
"""Characters of a question about a table that no rule finds."""
_MARKS = _INTENT, _MENTION, _PASSING = 1, 2, 3
"""What words matched: an intent; a noun that may be one; a noun that a later rule may still match."""


@dataclass(frozen=True)
class Intent:
    """One thing that a request asks for."""

    act: str
    """As in rules.toml."""
    start: int
    end: int
    """`start` and `end`: the words that ask for it."""
    stop: int
    """Where the words of the next intent begin; 0 until intents are in order."""
    clause: Clause
    mention: bool = False
    """A noun ("the summary"): an intent only where no verb asks for the same."""
    question: str = ""
    """The question to answer, where `act` is `question`."""
    rule: str = ""
    """The name of the rule that found it."""
    triggers: tuple[tuple[int, int], ...] = ()
    """The words that made the rule match, without those in its gaps."""
    match: Match | None = None
    """The nearest example phrase, where `act` is `example`."""


def find_intents(parsed: ParsedRequest) -> list[Intent]:
    """Every intent that a rule finds, before any is dropped or moved (see intent_order.py)."""
    taken = bytearray(len(parsed.text))
    found: list[Intent] = []

    def take(intent: Intent) -> None:
        taken[intent.start : intent.end] = b"\1" * (intent.end - intent.start)
        found.append(replace(intent, triggers=((intent.start, intent.end),)))

    for denied in lexicon().cues["denied"].finditer(parsed.masked):
        taken[denied.start() : denied.end()] = b"\1" * len(denied.group())
    for start, end in find_conditions(parsed.masked, "en"):
        take(Intent("condition", start, end, 0, Clause(start, end, False)))
    found += [intent for intent in _quoted_questions(parsed) if not taken[intent.start]]
    for start, end in read_operations(parsed.masked, frozenset(file.resource.kind for file in parsed.files)):
        if not any(taken[start:end]):
            take(Intent("operate", start, end, 0, Clause(start, end, False)))
    for match in _OF_A_PERSON.finditer(parsed.masked):
        start, end = match.span()
        named = match["the"] or parsed.text[match.start(match.lastgroup or 0)].isupper()
        if named and not any(taken[start:end]):
            owner = parsed.text[start : match.end("of")] if match["of"] else ""
            asked = f"{parsed.text[match.end('of') + 3 : end]} of {owner}" if owner else parsed.text[start:end]
            question = f"What is the {asked}?"
            take(Intent("question", start, end, 0, parsed.clause_at(start), question=question, rule="person"))
    kinds = {"table" if may_hold_tables(file.resource) else file.resource.kind for file in parsed.files}
    for rule in (rule for rule in lexicon().rules if not rule.needs or rule.needs in kinds):
        for pattern in rule.find:
            if pattern.may_match(parsed.masked):
                found += _pattern_matches(rule, pattern.compiled, parsed, taken)
    found += _unquoted_questions(parsed, taken, {intent.start for intent in found if intent.act == "question"})
    return found


def _quoted_questions(parsed: ParsedRequest) -> list[Intent]:
    """Questions in quotation marks, unless the words before make them the data of another intent."""
    found = []
    for quotation in parsed.quotations if not _QUESTION_TRANSLATED.search(parsed.masked) else ():
        clause = parsed.clause_at(quotation.start)
        before = parsed.masked[max(clause.start, quotation.start - 60) : quotation.start]
        data = lexicon().cues["quoted-data"].search(before) and not re.search(r"\banswer\b|\bquestion\b", before)
        if quotation.question and not data and not _USED_OTHERWISE.search(before):
            found.append(Intent("question", quotation.start, quotation.end, 0, clause, question=quotation.text))
    return found


def _pattern_matches(rule: Rule, pattern: re.Pattern[str], parsed: ParsedRequest, taken: bytearray) -> Iterator[Intent]:
    blocked = _MARKS if rule.mention else (_INTENT, _MENTION)
    mark = _PASSING if rule.passing else _MENTION if rule.mention else _INTENT
    part = "take" if "take" in pattern.groupindex else 0
    position = 0
    while match := pattern.search(parsed.masked, position):
        start, end = match.span(part)
        clause = parsed.clause_at(start)
        within = pattern.match(parsed.masked, match.start(), clause.end) if end > clause.end else None
        if within:
            match, (start, end) = within, within.span(part)
        words = parsed.words_of(clause)
        free = not any(used in taken[start:end] for used in blocked)
        # a match may not run into the next clause, but "detect and label objects" is one intent
        free = free and (end <= clause.end or bool(re.fullmatch(r"\w+ ", parsed.masked[start : clause.end])))
        if not free or clause.background or (rule.unless and rule.unless.search(words)):
            position = match.start() + 1
            continue
        position = match.end()
        taken[start:end] = bytes((mark,)) * (end - start)
        triggers = tuple(_triggers(pattern, match))
        yield Intent(rule.act, start, end, 0, clause, rule.mention, triggers=triggers, rule=rule.name)


def _triggers(pattern: re.Pattern[str], match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The words without which the rule does not match so: replaced by letters that are no word, they break the match."""
    text = match.string
    for word in _WORD.finditer(text, *match.span()):
        changed = f"{text[: word.start()]}{'q' * len(word.group())}{text[word.end() :]}"
        again = pattern.match(changed, match.start(), match.endpos)
        if again is None or again.span() != match.span():
            yield word.span()


def _unquoted_questions(parsed: ParsedRequest, taken: bytearray, quoted_starts: set[int]) -> list[Intent]:
    """Questions without quotation marks, else the request to answer one ("answer my question")."""
    found: list[Intent] = []
    several = {(each.start, each.end): each.asked[0][0][0] for each in several_questions(parsed.masked, "en")}
    patterns = (lexicon().cues["question-open"], lexicon().cues["question-indirect"])
    spans = (span for each in patterns for m in each.finditer(parsed.masked) for span in _split_questions(m, parsed))
    for start, end in (*several, *spans):
        clause = parsed.clause_at(start)
        masked = parsed.masked[start:end]
        marks = _MARKS if (start, end) in several else (_INTENT,)
        free = not any(mark in taken[start:end] for mark in marks) and taken[start] == 0 and QUESTION not in masked
        if free and not clause.background and not _PHATIC.match(masked):
            taken[start:end] = b"\1" * (end - start)
            words = parsed.text[several.get((start, end), start) : end].strip()  # without "in a.txt:"
            found.append(Intent("question", start, end, 0, clause, question=words))
    quoted = [q for q in parsed.quotations if q.question and q.start not in quoted_starts]
    for match in () if quoted_starts or found else lexicon().cues["answer-request"].finditer(parsed.masked):
        clause = parsed.clause_at(match.start())
        if not any(taken[match.start() : match.end()]) and not clause.background:
            words = quoted[0].text if quoted else parsed.text_of(clause)
            found.append(Intent("question", *match.span(), 0, clause, question=words, triggers=(match.span(),)))
            taken[match.start() : match.end()] = b"\1" * len(match.group())
    return found[:1] if quoted else found


def _split_questions(match: re.Match[str], parsed: ParsedRequest) -> Iterator[tuple[int, int]]:
    """The questions in one run of words; where the request names a file, several joined by "and" are separate."""
    start = match.start()
    for joint in lexicon().cues["next-question"].finditer(match.string, *match.span()) if parsed.files else ():
        before, after = match.string[start : joint.start()], match.string[joint.end() : match.end()]
        if len(before.split()) > 2 and len(after.split()) > 2:
            yield start, joint.start()
            start = joint.end()
    yield start, match.end()


def general_question(parsed: ParsedRequest) -> list[Intent]:
    """The question that a request without other intents amounts to, if any: "I'd like some advice on moving house"."""
    cues = lexicon().cues
    for clause in parsed.clauses:
        words = parsed.words_of(clause)
        if not clause.background and cues["request"].search(words) and cues["wants-answer"].search(words):
            question = parsed.text.strip()[:2000]
            return [Intent("question", clause.start, clause.end, clause.end, clause, question=question)]
    return []


def table_question(parsed: ParsedRequest, earlier: Sequence[Resource]) -> list[Intent]:
    """The question that a request without intents is where all its files are tables: "revenue by region".

    In a conversation the latest result is such a table, and a word must ask for some of it: "just the top two".
    """
    given = [file.resource for file in parsed.files] or [r for r in earlier[-1:] if names_table_operation(parsed.text)]
    tables = [r for r in given if r.kind == "table" or r.media_type == "text/csv"]
    question = parsed.text.strip()
    short = re.search(r"\w", question) and len(question) <= MAX_QUESTION
    if not tables or len(tables) < len(given) or not short or is_out_of_reach(question, "en"):
        return []
    clause = Clause(0, len(parsed.text), False)
    return [Intent("question", 0, clause.end, clause.end, clause, question=question, triggers=((0, clause.end),))]
