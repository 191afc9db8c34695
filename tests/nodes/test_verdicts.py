"""Approval: every reply that a client may give is understood, or the question is asked again; never taken for a refusal."""

from typing import Any

import pytest
from langgraph.types import Command

from hugginggpt.graph.options import Options
from hugginggpt.nodes.verdicts import ACTION, RESPONSE_SCHEMA, Unreadable, Verdict, read_verdict
from hugginggpt.tools.scripted import ScriptedBackend
from scripting import OpenScripted, step

PLAN = [step(7)]
CONFIG: Any = {"configurable": {"thread_id": "t"}}


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (True, Verdict(True)),
        (False, Verdict(False)),
        ("Yes.", Verdict(True)),
        ("approve", Verdict(True)),
        (" no ", Verdict(False)),
        ('{"approve": true}', Verdict(True)),
        ({"approve": True, "plan": None}, Verdict(True)),
        ({"approve": "yes", "plan": PLAN}, Verdict(True, PLAN)),
        ({"approve": False, "plan": PLAN, "message": "too dear"}, Verdict(False, None, "too dear")),
        ({"plan": PLAN}, Verdict(True, PLAN)),
        ([{"type": "accept", "args": None}], Verdict(True)),
        ([{"type": "ignore", "args": None}], Verdict(False)),
        ([{"type": "response", "args": "yes"}], Verdict(True)),
        ([{"type": "edit", "args": {"action": ACTION, "args": {"plan": PLAN}}}], Verdict(True, PLAN)),
        ([{"type": "edit", "args": {"action": ACTION, "args": {"plan": '[{"id": 1}]'}}}], Verdict(True, [{"id": 1}])),
        ({"decisions": [{"type": "approve"}]}, Verdict(True)),
        ({"decisions": [{"type": "reject", "message": "too dear"}]}, Verdict(False, None, "too dear")),
        (
            {"decisions": [{"type": "edit", "edited_action": {"name": ACTION, "args": {"plan": PLAN}}}]},
            Verdict(True, PLAN),
        ),
    ],
)
def test_every_known_form_of_a_reply_is_read(reply: Any, verdict: Verdict) -> None:
    assert read_verdict(reply) == verdict


@pytest.mark.parametrize(
    "reply",
    [
        "perhaps", "", 7, [], [True, False], {}, {"aprove": True}, {"type": "edit", "args": {}}, {"type": "shrug"},
        {"approve": "later"}, {"type": "response", "args": "make it blue"}, {"plan": "not json"}, "{broken", "x" * 9999,
    ],
)  # fmt: skip
def test_any_other_reply_is_named_as_unreadable(reply: Any) -> None:
    with pytest.raises(Unreadable) as raised:
        read_verdict(reply)
    assert len(str(raised.value)) < 250


async def test_an_unreadable_reply_is_asked_again_in_words_and_then_approved(scripted: OpenScripted) -> None:
    backend = ScriptedBackend()
    async with scripted([step(0)], backend=backend) as world:
        asked = await world.graph.ainvoke({"request": "go", "options": {"approve": "always"}}, CONFIG)
        (question,) = asked["__interrupt__"]
        assert question.value["response_schema"] == RESPONSE_SCHEMA
        assert question.value["action_requests"][0]["args"]["plan"] == question.value["plan"]
        assert question.value["action_request"]["action"] == ACTION
        again = await world.graph.ainvoke(Command(resume="perhaps"), CONFIG)
        (question,) = again["__interrupt__"]
        assert "the reply 'perhaps' is neither approval nor refusal" in question.value["problems"][0]
        assert backend.calls == []
        done = await world.graph.ainvoke(Command(resume=[{"type": "accept", "args": None}]), CONFIG)
    assert done["run"]["status"] == "succeeded"


async def test_the_reason_of_a_refusal_is_in_the_answer(scripted: OpenScripted) -> None:
    async with scripted([step(0)]) as world:
        await world.graph.ainvoke({"request": "go", "options": Options(approve="always")}, CONFIG)
        reply = {"decisions": [{"type": "reject", "message": "too dear"}]}
        done = await world.graph.ainvoke(Command(resume=reply), CONFIG)
    assert done["answer"] == "The plan was refused; nothing was run. Reason: too dear"
    assert done["run"]["status"] == "refused"
