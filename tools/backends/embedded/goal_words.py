"""Goals: which words of the request an expert looks for, to tell whether a task is for it.

The words are in the goal or the prompt; names of files and addresses in them are not words (`faces.png` asks for
nothing). English first; the commonest words of German, French, Spanish, Italian and Portuguese too.
"""

import re

from ....graph.task import Task

_NAMES = re.compile(r"""\S+://\S+|\S*[/\\]\S+|[\w.-]+\.[a-z][a-z0-9]{1,4}\b""", re.IGNORECASE)

LONGEST = 2000
"""Characters of a goal that are looked at."""


def goal(task: Task) -> str:
    """The goal in lower case, without the names of files."""
    return _NAMES.sub(" ", task.goal[:LONGEST]).lower().strip()


def full_goal(task: Task) -> str:
    """The goal and, where it is plain text, the prompt."""
    prompt = task.inputs.get("prompt")
    return f"{goal(task)} {prompt[:LONGEST].lower() if isinstance(prompt, str) else ''}".strip()


def asks(words: str, pattern: str) -> bool:
    """Whether the goal has a word that begins as one of the alternatives of the pattern says."""
    return re.search(rf"(?<!\w)(?:{pattern})", words) is not None
