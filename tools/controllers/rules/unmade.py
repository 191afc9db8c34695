"""`about_unmade`: whether a follow-up is about a result that the turn before did not make: "read it aloud"."""

import re
from collections.abc import Sequence

from ....graph.resource import Resource, satisfies
from ....graph.result import Request
from ....graph.task import Task, resources_in
from ....graph.vocabulary import VOCABULARY
from ...wording.wording import folded, wording
from .clauses import ParsedRequest
from .lexicon import lexicon


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
