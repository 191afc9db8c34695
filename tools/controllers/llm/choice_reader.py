"""Reads which of the candidates a chat model chose, and why."""

from collections.abc import Sequence

from ....graph.expert import Expert
from ...chat_models.json_answers import UnreadableAnswer, json_in_answer


def read_choice(answer: str, candidates: Sequence[Expert]) -> tuple[Expert | None, str]:
    """The candidate that an answer names, with the model's reason; or None, with why the first by rank is taken."""
    try:
        value = json_in_answer(answer).value
    except UnreadableAnswer:
        return None, "first by rank: the controller's choice could not be read"
    choice = value if isinstance(value, dict) else {}
    for candidate in candidates:
        if candidate.model_id == choice.get("id"):
            return candidate, str(choice.get("reason") or "the controller gave no reason")
    return None, f"first by rank: the controller chose {choice.get('id')!r}, which is no candidate"
