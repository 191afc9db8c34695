"""Every example phrase that is shipped is a request for what it stands under."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.wording.meanings import meaning_of
from hugginggpt.tools.wording.samples import examples_of, sample_of
from hugginggpt.tools.wording.wording import LANGUAGES, Example, wording


def planned(example: Example, code: str) -> bool:
    """Whether the phrase as a request gets a task of its type; of what can't be done none, and a refusal."""
    text, names = sample_of(example, code)
    files = [Resource(kind=kind_of_name(n)[0], media_type=kind_of_name(n)[1], name=n, sha256="0" * 64) for n in names]
    meaning = meaning_of(example.meaning)
    found = [Resource(kind=kind, media_type="application/json", sha256="1" * 64) for kind in meaning.kinds[:1]]
    proposal = propose(
        Request(text=text, files=tuple(files), resources=() if meaning.is_out_of_reach else tuple(found))
    )
    if meaning.is_out_of_reach:
        return not proposal.plan.tasks and bool(proposal.refusals)
    asked = (meaning.task_type in ("filter", "pick-best") or meaning.name == "count/rows") and code != "en"
    if asked and [task.type for task in proposal.plan.tasks] == ["table-question-answering"]:  # the table reads it
        return True
    if meaning.name == "crop" and proposal.refusals:  # "crop {file}" names no part
        return not proposal.plan.tasks
    return any(task.type == meaning.task_type for task in proposal.plan.tasks)


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_example_plans_to_its_own_type(code: str) -> None:
    """In all languages, with the files and quotations that it is about."""
    assert [example for example in wording(code).examples if not planned(example, code)] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_has_examples_of_common_types_and_of_what_is_out_of_reach(code: str) -> None:
    """A language is complete enough to be used."""
    for task_type in (
        "summarization",
        "translation",
        "image-to-text",
        "automatic-speech-recognition",
        "text-to-speech",
    ):
        assert len(examples_of(task_type, code)) >= 5, task_type
    kinds = {example.meaning for example in wording(code).examples if example.meaning.startswith("out-of-reach/")}
    assert len(kinds) >= 12
