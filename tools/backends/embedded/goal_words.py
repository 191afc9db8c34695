"""`has_word` and `goal_filter`: match the words of a task's goal, by which an embedded expert accepts or refuses it.

File names and addresses are not words (`faces.png` does not ask for faces). The experts' patterns are English first, with
the commonest words of German, French, Spanish, Italian and Portuguese.
"""

import re
from collections.abc import Callable

from ....graph.task import Task

_NAMES = re.compile(r"""\S+://\S+|\S*[/\\]\S+|[\w.-]+\.[a-z][a-z0-9]{1,4}\b""", re.IGNORECASE)

MAX_LENGTH = 2000
"""Characters of a goal that are searched."""


def goal_text(task: Task) -> str:
    """The goal in lower case without the names of files, with what to look for in English, whatever its own language."""
    return f"{_NAMES.sub(' ', task.goal[:MAX_LENGTH])} {task.parameters.get('look_for', '')}".lower().strip()


def goal_and_prompt(task: Task) -> str:
    """The goal and, where it is plain text, the prompt."""
    prompt = task.inputs.get("prompt")
    return f"{goal_text(task)} {prompt[:MAX_LENGTH].lower() if isinstance(prompt, str) else ''}".strip()


def goal_filter(words: str, reason: str, *, unless: str = "", or_no_goal: bool = False) -> Callable[[Task], str | None]:
    """An `accepts` of an expert: only goals with one of `words`, and with none of `unless`; else the `reason`."""

    def accepts(task: Task) -> str | None:
        goal = goal_text(task)
        accepted = has_word(goal, words) and not (unless and has_word(goal, unless))
        return None if accepted or (or_no_goal and not goal) else reason

    return accepts


def has_word(text: str, pattern: str) -> bool:
    """Whether a word of the text begins with a match of the pattern."""
    return re.search(rf"(?<!\w)(?:{pattern})", text) is not None


def strings(task: Task, name: str) -> tuple[str, ...]:
    """A parameter that holds several texts; empty where it is not given."""
    value = task.parameters.get(name)
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
