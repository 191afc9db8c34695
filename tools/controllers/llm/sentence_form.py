"""The form of a sentence in an answer: whether it is a statement, and where its marks of tasks stand."""

from collections.abc import Sequence

MIN_STATEMENT = 4
"""Words. Shorter sentences, such as "Done." and "Here you are.", need no result."""


def with_marks(sentence: str, task_ids: Sequence[int]) -> str:
    """The sentence with the marks of tasks before its full stop."""
    body = sentence.rstrip()
    stop = body[-1] if body and body[-1] in ".!?。！？" else ""
    marks = " ".join(f"[{task_id}]" for task_id in task_ids)
    return f"{body.removesuffix(stop)} {marks}{stop}{sentence[len(body) :]}"


def ends(sentence: str) -> bool:
    """Whether a sentence ends in a full stop: no heading and no question."""
    return sentence.strip().strip("\"')]*”’»").endswith((".", "!", "。", "！"))


def is_statement(sentence: str) -> bool:
    """Whether a sentence is a statement: some words that end in a full stop."""
    body = sentence.strip().strip("\"')]*”’»")
    if not ends(body):
        return False
    return len(body.split()) >= MIN_STATEMENT or body.endswith(("。", "！"))


def is_fragment(sentence: str) -> bool:
    """Whether it is a line that may state something: of a list or a table, no heading and no question."""
    body = sentence.strip().strip("*_`|").rstrip()
    return bool(body) and not body.startswith("#") and not body.endswith((":", "\uff1a", "?", "\uff1f"))
