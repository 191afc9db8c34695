"""`ThoughtFilter`, `without_thoughts`: an answer without the reasoning before it, and without Harmony's channel tags."""

import re

_START = re.compile(
    r"<(?:think|thinking|reasoning)>|<\|channel\|>(?:analysis|commentary)\b[^<]{0,80}<\|message\|>", re.IGNORECASE
)
"""Tags of DeepSeek's and Qwen's templates, and the channels of OpenAI's Harmony format that are not for users."""
_END = re.compile(r"</(?:think|thinking|reasoning)>|<\|end\|>|(?=<\|channel\|>final)", re.IGNORECASE)
_UNOPENED = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
"""Ends thoughts whose beginning stands in the prompt: many templates write it there."""
_CONTROL = re.compile(
    r"<\|start\|>(?:assistant)?|<\|channel\|>(?:final)?|<\|(?:message|end|return|call)\|>", re.IGNORECASE
)
_PARTIAL = re.compile(r"<(?:/?[a-z]{0,9}|\|[a-z|<> ]{0,110})\Z", re.IGNORECASE)
"""The end of a text that may become one of these tags with the next piece."""
_LONGEST_TAG = 120


class ThoughtFilter:
    """Receives an answer piece by piece, and returns what of it is meant for a reader."""

    def __init__(self, *, thinking: bool = False) -> None:
        """`thinking`: the answer begins within thoughts; where no tag ends them, they are the answer."""
        self._thinking = self._unopened = thinking
        self.found = False
        """Whether there were thoughts."""
        self._text = ""
        self._searched = 0

    @property
    def thinking(self) -> bool:
        """Whether the text so far ends within thoughts."""
        return self._thinking

    def feed(self, piece: str) -> str:
        """The visible text that is certain with this piece."""
        self._text += piece
        shown = self._up_to_last_tag()
        if self._thinking:
            self._searched = max(0, len(self._text) - _LONGEST_TAG)
            if not self._unopened:
                self._text, self._searched = self._text[self._searched :], 0
            return _CONTROL.sub("", shown)
        partial = _PARTIAL.search(self._text, max(0, len(self._text) - _LONGEST_TAG))
        end = partial.start() if partial else len(self._text)
        shown, self._text = shown + self._text[:end], self._text[end:]
        return _CONTROL.sub("", shown)

    def end(self) -> str:
        """The visible text that was held back."""
        shown = "" if self._thinking and not self._unopened else self._text
        self._text = ""
        return _CONTROL.sub("", shown)

    def _up_to_last_tag(self) -> str:
        shown = ""
        while found := (_END if self._thinking else _START).search(self._text, self._searched):
            if not self._thinking:
                shown += self._text[: found.start()]
            self._text, self._searched = self._text[found.end() :], 0
            self._thinking, self._unopened, self.found = not self._thinking, False, True
        return shown


def ends_unopened_thoughts(answer: str) -> bool:
    """Whether an answer ends thoughts that it did not begin: their beginning stands in the model's prompt."""
    thoughts = ThoughtFilter()
    return bool(_UNOPENED.search(thoughts.feed(answer) + thoughts.end()))


def without_thoughts(answer: str) -> str:
    """The answer without the reasoning that the model wrote before it."""
    thoughts = ThoughtFilter()
    visible = thoughts.feed(answer) + thoughts.end()
    return _UNOPENED.split(visible)[-1].strip()
