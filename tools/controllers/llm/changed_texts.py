"""`changed_texts`: the texts in a chat model's plan that are not those which its request quotes or attaches.

A value counts as changed where fewer than half of its words occur in the request, the conversation or a file. Not covered:
prompts and texts to be spoken or joined, which a model may write, a text that is shortened, and other requests.
"""

import re
from collections.abc import Iterator

from ....graph.plan import Plan
from ....graph.result import Request
from .phrases import phrases_for

_QUOTED = re.compile(r"(?<!\w)['\"\u2018“«「„][^'\"\u2019”»」“]+['\"\u2019”»」“](?!\w)")
_INPUTS = frozenset(("text", "texts", "items", "context"))
_WRITES = frozenset(
    "text-generation text2text-generation conversational text-to-speech text-to-audio join-text translation".split()
)
"""Types whose texts a model may write itself."""
_WORD = re.compile(r"[一-鿿぀-ヿ]|[^\W\d_一-鿿぀-ヿ]+")
_LEAST_WORDS = 2
_SHOWN = 60


def changed_texts(request: Request, plan: Plan) -> tuple[str, ...]:
    """A sentence for each, in the language of the request."""
    if not _QUOTED.search(request.text) and not any(not file.missing for file in request.files):
        return ()
    known = [request.text, *(text for _, text in request.history)]
    known += [each.text or "" for each in (*request.files, *request.resources)]
    words = set(_WORD.findall(" ".join(known).casefold()))
    phrase = phrases_for(request.text)["changed_text"]
    return tuple(
        phrase.format(id=task_id, text=text[:_SHOWN]) for task_id, text in _texts(plan) if not _is_known(text, words)
    )


def _texts(plan: Plan) -> Iterator[tuple[int, str]]:
    for task in plan.tasks:
        if task.type not in _WRITES:
            for name, value in task.inputs.items():
                singles = value if isinstance(value, tuple) else (value,)
                yield from ((task.id, each) for each in singles if isinstance(each, str) and name in _INPUTS)


def _is_known(text: str, words: set[str]) -> bool:
    own = _WORD.findall(text.casefold())
    return len(own) < _LEAST_WORDS or 2 * sum(word in words for word in own) >= len(own)
