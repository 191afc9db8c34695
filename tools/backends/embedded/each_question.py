"""`each_answered`: the questions that one question joins, each answered by itself; what has no answer is reported."""

from collections.abc import Callable, Sequence

from ....graph.call import Artifact
from ....graph.caveats import lacks
from ....graph.errors import ExpertError
from ...wording.asked_apart import FOLLOWED, asked_apart, means_before
from .asked_words import language_of_question


def each_question(question: str) -> Sequence[str]:
    """The questions in order; one about what the question before is about stands behind that."""
    code = language_of_question(question)
    parts = [question] if FOLLOWED in question else asked_apart(question, code)
    found, first = list[str](), ""
    for part in parts:
        back = bool(first) and means_before(part, code)
        found.append(FOLLOWED.join((first, part)) if back else part)
        first = first if back else part
    return found


def each_answered(question: str, answer: Callable[[str], Artifact]) -> Artifact:
    """The answers, a line each. Raises `ExpertError` where no question has one; of some it is said that they have none."""
    asked = each_question(question)
    if len(asked) == 1:
        return answer(question)
    made, missed = list[Artifact](), list[tuple[str, ExpertError]]()
    for each in asked:
        try:
            made.append(answer(each))
        except ExpertError as error:
            missed.append((each.rpartition(FOLLOWED)[2], error))
    if not made:
        raise missed[0][1]
    for part, reason in missed:
        lacks(f"not answered: “{part}”: {str(reason).partition(chr(10))[0]}")
    notes = dict.fromkeys(artifact.note for artifact in made if artifact.note)
    text = "\n".join(artifact.text or "" for artifact in made)
    return made[0].model_copy(update={"text": text, "note": "; ".join(notes)})
