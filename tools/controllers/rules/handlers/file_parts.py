"""`plan_file_parts`: a question about what a file consists of (appointments, e-mails, slides) is one about its text."""

from ....file_parts.asked import asks_of_parts
from ....wording.counted_parts import counts_mails, noun_of, type_by_name
from ..intents import Intent
from ..linking import Linker


def plan_file_parts(linker: Linker, intent: Intent) -> bool:
    """Plan it for each file of such a type that the clause names, else for all; False for other clauses."""
    clause, parsed = intent.clause, linker.parsed
    inside = [file.resource for file in parsed.files if clause.start <= file.start < clause.end]
    files = list(dict.fromkeys(inside or [file.resource for file in parsed.files]))
    types = {type_by_name(file.media_type, file.name or "") for file in files}
    noun = noun_of(types.pop()) if len(types) == 1 else ""
    if not noun or any(file.kind != "text" for file in files):
        return False
    if len(files) > 1 and counts_mails(parsed.masked[clause.start : clause.end].lower(), {file.media_type for file in files}):
        return False  # counted together
    question = parsed.text_of(clause)
    if not asks_of_parts(question, noun, parsed.language):
        return False
    for file in files:
        linker.add_task("question-answering", {"question": question, "context": file}, intent)
    linker.use(clause.start, clause.end)
    return True
