"""`PlainQuestions` wraps a backend of models: a question behind others is asked in words that any model reads."""

from collections.abc import Sequence

from ...graph.call import Artifact, Call
from ..wording.asked_apart import FOLLOWED
from .delegating_backend import DelegatingBackend


class PlainQuestions(DelegatingBackend):
    """The `Backend` port around another: "who is it → when does it end" becomes "when does it end (about: who is it)"."""

    async def prepare(self, call: Call) -> None:
        """Prepare the backend for the call as it will be run."""
        await super().prepare(_in_plain_words(call))

    async def run(self, call: Call) -> Sequence[Artifact]:
        """Run the call with its question in plain words."""
        return await super().run(_in_plain_words(call))


def _in_plain_words(call: Call) -> Call:
    question = next(iter(call.inputs.get("question", ())), None)
    if question is None or question.resource.kind != "text" or FOLLOWED not in (text := question.text()):
        return call
    before, _, last = text.rpartition(FOLLOWED)
    plain = f"{last} (about: {before.replace(FOLLOWED, '; ')})"
    asked = question.model_copy(update={"resource": question.resource.model_copy(update={"text": plain})})
    return call.model_copy(update={"inputs": {**call.inputs, "question": (asked,)}})
