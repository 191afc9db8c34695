"""`verdict`: yes or no, where a yes-or-no question was answered by a label: "Was the customer happy?"."""

import re

from .....graph.task import Task
from .....graph.untrusted_json import read_untrusted_json
from ....findings import in_words
from ....wording.phrases import Phrases
from ....wording.request_language import own_words

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")


def verdict(task: Task, request: str, text: str, words: Phrases) -> str:
    """`No: negative (0.62)`; empty for other results, and for questions that name neither side or both."""
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(request.lower()))
    goal = own_words(next((sentence for sentence in sentences if task.goal.lower() in sentence), task.goal))
    if task.type != "text-classification" or not _asks_yes_or_no(goal, words):
        return ""
    good, bad = words.has_word("good", goal), words.has_word("bad", goal)
    if good == bad:
        return ""
    try:
        label = read_untrusted_json(text)[0]["label"]
    except (ValueError, LookupError, TypeError):
        return ""
    sides = {"positive": good, "negative": bad}
    answer = words.say("yes" if sides[label] else "no") if label in sides else words.say("undecided")
    return f"{answer}{words.say('colon')}{in_words(text, words)}"


def _asks_yes_or_no(goal: str, words: Phrases) -> bool:
    first = goal.split(maxsplit=1)[0] if goal else ""
    asked = words.has_word("ask_yes_no", first) or goal.endswith(("?", "？"))
    return asked and not words.has_word("ask_other", goal) and not words.has_word("not", goal)
