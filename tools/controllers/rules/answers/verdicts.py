"""`verdict`: yes or no, where a question was answered by a label: "Was the customer happy?", "Is it in German?"."""

import re

from .....graph.task import Task
from .....graph.untrusted_json import read_untrusted_json
from ....findings import in_words
from ....wording.clause_words import ClauseWords
from ....wording.phrases import Phrases
from ....wording.request_language import own_words
from ....wording.wording import wording

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")


def verdict(task: Task, request: str, text: str, words: Phrases) -> str:
    """`No: negative (0.62)`; empty for other results, and for questions that name neither side or both."""
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(request.lower()))
    goal = own_words(next((sentence for sentence in sentences if task.goal.lower() in sentence), task.goal))
    if task.type == "language-identification":
        return _of_language(goal, text, words)
    if task.type != "text-classification" or not _asks_yes_or_no(goal, words):
        return ""
    good, bad = words.has_word("good", goal), words.has_word("bad", goal)
    if good == bad:
        return ""
    label = _label_of(text)
    if not label:
        return ""
    sides = {"positive": good, "negative": bad}
    return _said(("yes" if sides[label] else "no") if label in sides else "undecided", text, words)


def _of_language(goal: str, text: str, words: Phrases) -> str:
    """Whether the text is in the one language that the question names."""
    named, _ = ClauseWords(goal, wording(words.code)).languages
    if len(named) != 1 or words.has_word("ask_other", goal):
        return ""
    found = _label_of(text).partition("-")[0]
    return _said("yes" if found == named[0] else "no", text, words) if found else ""


def _label_of(text: str) -> str:
    """The first label of a classification; empty for other text."""
    try:
        return str(read_untrusted_json(text)[0]["label"])
    except (ValueError, LookupError, TypeError):
        return ""


def _said(answer: str, text: str, words: Phrases) -> str:
    return f"{words.say(answer)}{words.say('colon')}{in_words(text, words)}"


def _asks_yes_or_no(goal: str, words: Phrases) -> bool:
    first = goal.split(maxsplit=1)[0] if goal else ""
    asked = words.has_word("ask_yes_no", first) or goal.endswith(("?", "？"))
    return asked and not words.has_word("ask_other", goal) and not words.has_word("not", goal)
