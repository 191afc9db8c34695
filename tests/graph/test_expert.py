"""Experts: an obstacle is two fields, in JSON one text; an assignment records whether it is a fallback."""

from hugginggpt.graph.expert import Assignment, Candidate, Expert, Obstacle
from hugginggpt.graph.redactor import Redactor

EXPERT = Expert(model_id="org/a", task_type="summarization", backend="hf")


def test_json_holds_an_obstacle_as_one_text_and_reads_it_back() -> None:
    candidate = Candidate(expert=EXPERT, obstacle=Obstacle(what="needs its key", remedy="set KEY"))
    row = candidate.model_dump(mode="json")
    assert row["obstacle"] == "needs its key: set KEY"
    assert str(Candidate.model_validate(row).obstacle) == row["obstacle"]
    assert Candidate.model_validate(Candidate(expert=EXPERT).model_dump(mode="json")).obstacle is None


def test_a_cause_with_a_colon_in_it_stays_whole() -> None:
    obstacle = Obstacle(what="the server reports: no model", remedy="start it")
    assert (obstacle.what, obstacle.remedy) == ("the server reports: no model", "start it")


def test_redaction_keeps_cause_and_remedy_apart() -> None:
    clean = Redactor(["sk-canary-0123456789"]).record(Obstacle(what="no sk-canary-0123456789", remedy="set KEY"))
    assert "canary" not in clean.what
    assert clean.remedy == "set KEY"


def test_a_fallback_recorded_by_an_earlier_version_is_read_as_one() -> None:
    row = {"task_id": 0, "expert": EXPERT.model_dump(), "reason": "next best after org/b failed: no memory"}
    assert Assignment.model_validate(row).fallback
    assert not Assignment.model_validate(row | {"reason": "the best"}).fallback
    assert not Assignment.model_validate(row | {"fallback": False}).fallback
