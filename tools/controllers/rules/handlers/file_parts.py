"""`with_part_questions`: a clause that asks what a file consists of, as appointments or slides, is about its text."""

from collections.abc import Sequence

from .....graph.resource import Resource
from ....file_parts.asked import asks_of_parts, counts_all
from ....wording.counted_parts import counts_mails, noun_of, type_by_name
from ..clauses import Clause, ParsedRequest
from ..intents import Intent
from ..linking import Linker

PARTS = "file-parts"


def with_part_questions(intents: Sequence[Intent], parsed: ParsedRequest) -> list[Intent]:
    """The intents; a clause that asks of parts is one question, whatever else was found in it."""
    asked = [clause for clause in parsed.clauses if not clause.background and _files_asked(parsed, clause)]
    others = [each for each in intents if not any(c.start <= each.start < c.end for c in asked)]
    questions = [
        Intent(
            "question", c.start, c.end, c.end, c, question=parsed.text_of(c), rule=PARTS, triggers=((c.start, c.end),)
        )
        for c in asked
    ]
    return sorted([*others, *questions], key=lambda intent: intent.start) if questions else list(intents)


def asks_only_of_parts(parsed: ParsedRequest) -> bool:
    """Whether every clause does."""
    clauses = [clause for clause in parsed.clauses if not clause.background]
    return bool(clauses) and all(_files_asked(parsed, clause) for clause in clauses)


def plan_part_question(linker: Linker, intent: Intent) -> None:
    """Plan it for each of the files."""
    for file in _files_asked(linker.parsed, intent.clause):
        linker.add_task("question-answering", {"question": intent.question, "context": file}, intent)
    linker.use(intent.clause.start, intent.clause.end)


def _files_asked(parsed: ParsedRequest, clause: Clause) -> list[Resource]:
    """The files of one type that the clause names, or else the request, where the clause asks of their parts."""
    inside = [file.resource for file in parsed.files if clause.start <= file.start < clause.end]
    files = list(dict.fromkeys(inside or [file.resource for file in parsed.files]))
    types = {type_by_name(file.media_type, file.name or "") for file in files}
    noun = noun_of(next(iter(types))) if len(types) == 1 else ""
    if not noun or any(file.kind == "table" for file in files):
        return []
    question, code = parsed.text_of(clause), parsed.language
    if counts_mails(parsed.masked[clause.start : clause.end].lower(), types):
        return []  # of all files together
    if noun == "E-mail" and code != "en" and counts_all(question, noun, code):
        return []
    return files if asks_of_parts(question, noun, code) else []
