"""question-answering, from a given text: the words or the sentence in it that answer."""

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

from .....graph.call import Artifact, Call, Material
from .....graph.errors import ExpertError, input_error
from .....graph.task import Task
from ..registry import expert

MAX_ANSWER = 240
"""Characters of an answer that may be more than half of the text; a whole page is no answer."""


def accepts(task: Task) -> str | None:
    """Only with a text that holds the answer: it has no knowledge of its own."""
    if task.inputs.get("context"):
        return None
    return "it answers from a text that is given as context, and there is none; general questions need a language model"


@expert(
    "question-answering",
    name="lexical-qa",
    description="finds the sentence or the words in a given text that answer; extractive, without knowledge of its own",
    accepts=accepts,
    light=True,
    partial=True,
)
def answer_question(call: Call) -> Sequence[Artifact]:
    """The short answer where the question asks for a known kind of value, else the sentence."""
    from ..each_question import each_answered

    return [each_answered(call.text("question"), partial(_answer, call.inputs.get("context", ())))]


def _answer(given: Sequence[Material], question: str) -> Artifact:
    from ....documents.parts import without_headings
    from ....file_parts.answers import answer_of_parts
    from ....tables.tables_in_text import answer_in_text
    from ..asked_words import language_of_question

    if answer := answer_in_text(given, question):
        note = f"computed: {answer.computed}"
        return Artifact(output="text", kind="text", media_type="text/plain", text=answer.text, note=note)
    code, label = language_of_question(question), given[0].resource.label if given else ""
    if len(given) == 1 and (found := answer_of_parts(given[0].text(), question, label, date.today(), code)):
        return Artifact(output="text", kind="text", media_type="text/plain", text=found, note="computed from its parts")
    named = [material.resource.label for material in given if material.resource.name]
    context = "\n\n".join(without_headings(material.text()) for material in given)
    unread = [caveat for material in given if (caveat := material.resource.caveat)]
    return answer_artifact(question, context, " and ".join(named) or "the text", unread)


def answer_artifact(question: str, text: str, where: str, unread: Sequence[str] = ()) -> Artifact:
    """The answer as an artifact. Raises `ExpertError` when there is none, which says what of the file was not read."""
    if not text.strip():
        raise input_error(f"{where} is empty")
    from ....tables.receipts import answer_in_receipt  # here: to list the experts needs none of it
    from ....wording.asked_apart import FOLLOWED
    from ..authors import asks_author, signed_by
    from ..extractive_qa import find_answer
    from ..question_limits import limit_of

    if asks_author(question, text) and not re.match(r"(?:E-mail 1 of|Subject:|From:) ", text):
        if author := signed_by(text):
            return Artifact(output="text", kind="text", media_type="text/plain", text=author)
        raise ExpertError(f"{where} does not say who wrote it, with a signature or a line that names its author")
    if items := answer_in_receipt(text, where, question):
        return Artifact(output="text", kind="text", media_type="text/plain", text=items)
    found, last = find_answer(question, text), question.rpartition(FOLLOWED)[2].strip()
    if found is None or (len(found.short) > MAX_ANSWER and len(found.short) > len(text) / 2):
        raise ExpertError(
            "; ".join(
                filter(
                    None,
                    (
                        f"no answer was found in {where} to {last!r}",
                        limit_of(question),
                        *unread,
                    ),
                )
            ),
            hint="a language model may find one",
        )
    return Artifact(output="text", kind="text", media_type="text/plain", text=found.short)
