"""`whole_answer`: the text of a run's one result, where that is the answer to the request and no model has to write one."""

from collections.abc import Mapping
from pathlib import Path

from ....graph.plan import Plan
from ....graph.result import Proposal, Request, Result, Run
from ....graph.task import Task
from ...wording.request_language import language_of, own_words
from ..rules.controller import propose

_ANSWERING = frozenset(
    "summarization translation text-generation text2text-generation conversational question-answering"
    " visual-question-answering document-question-answering table-question-answering image-text-to-text"
    " audio-text-to-text video-text-to-text".split()
)
"""Types whose text is written for a reader. That of others (a transcript, a count) may be only the material of an answer."""
_ANY_LANGUAGE = frozenset(("translation", "text-generation", "conversational"))
"""Types whose text is in the language that was asked for."""
MAX_CHARACTERS = 20_000
"""A longer text is left to the model to report."""


def whole_answer(run: Run, paths: Mapping[str, Path]) -> str | None:
    """None where something has to be said beside the text, or the rules read more in the request than one result.

    The plan must be done in full, with one last task whose output is one text, in the language of the request.
    """
    last = last_tasks(run.plan)
    if run.status != "succeeded" or run.doubts or len(last) != 1 or not all(map(_is_plain, run.results)):
        return None
    made = [resource for result in run.results if result.task_id == last[0].id for resource in result.resources]
    if len(made) != 1 or made[0].kind != "text":
        return None
    text = _text(made[0].text, paths.get(made[0].sha256 or ""))
    if not text.strip() or len(text) > MAX_CHARACTERS or not _asked_for_alone(last[0], propose(_own(run.request))):
        return None
    language = language_of(own_words(run.request.text))
    return text if last[0].type in _ANY_LANGUAGE or language_of(text.lower()) == language else None


def last_tasks(plan: Plan) -> list[Task]:
    """The tasks whose results no other task takes."""
    taken = {source for task in plan.tasks for source in task.depends_on}
    return [task for task in plan.tasks if task.id not in taken]


def _is_plain(result: Result) -> bool:
    """Whether nothing has to be said of a result."""
    partial = result.assignment is None or result.assignment.expert.partial or result.assignment.fallback
    return not (partial or result.notes or result.missing)


def _asked_for_alone(task: Task, draft: Proposal) -> bool:
    asked = last_tasks(draft.plan)
    if task.type in _ANSWERING:
        return len(asked) < 2
    return not draft.refusals and [each.type for each in asked] == [task.type]


def _own(request: Request) -> Request:
    """The request without its conversation, which does not change how many results its words ask for."""
    return request.model_copy(update={"history": ()})


def _text(inline: str | None, path: Path | None) -> str:
    if inline is not None or path is None:
        return inline or ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MAX_CHARACTERS + 1)
