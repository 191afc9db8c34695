"""`differences`: what a task asks for and another candidate than the first by rank offers, by the words of their cards.

Words are compared by their first letters. A card is the model's name and description. Words that all candidates share say
nothing, nor do those of the task type itself. Not covered: likeness of meaning ("tweets" and "Twitter"); there rank decides.
"""

import re
from collections.abc import Iterator
from functools import cache

from ....graph.choice import Choice
from ....graph.expert import Expert
from ....graph.vocabulary import VOCABULARY
from ...languages import english_name, iso1
from ...wording.request_language import function_words, language_of, own_words

_WORD = re.compile(r"[^\W\d_]{3,}")
_STEM = 5
"""Letters by which words are compared: German and Germany, photo and photorealistic."""
_SAYS_NOTHING = (
    "model models task tasks text file files use used with for from and the best fast large small base language"
)


def differences(choice: Choice, offered: int) -> tuple[str, ...]:
    """None where rank decides: then another choice than the first would rest on nothing that the request says.

    `offered`: candidates that are compared. In a request that is not in English, as descriptions are, its words can't be
    compared with theirs: its goal is a difference wherever the descriptions differ.
    """
    first, *others = choice.candidates[:offered]
    others = [other for other in others if first.partial or not other.partial]
    if not others:
        return ()
    if first.partial and not all(other.partial for other in others):
        return (f"all of {choice.task.type}",)
    cards = [_card(expert) for expert in (first, *others)]
    shared = set.intersection(*map(set, cards)) | _of_type(choice.task.type)
    special = [{stem: word for stem, word in card.items() if stem not in shared} for card in cards]
    wanted = set(_wanted(choice))
    found = {
        stem: word for card in special[1:] for stem, word in card.items() if stem in wanted and stem not in special[0]
    }
    if found:
        return tuple(sorted(found.values()))
    texts = {expert.description for expert in (first, *others)}
    if len(texts) > 1 and language_of(own_words(choice.request)) != "en":
        return (choice.task.goal or choice.request,)
    return ()


def _wanted(choice: Choice) -> Iterator[str]:
    """The stems of the words of the task's goal (else of the request), and of its parameters."""
    yield from _stems(choice.task.goal or own_words(choice.request))
    for value in choice.task.parameters.values():
        for single in value if isinstance(value, tuple) else (value,):
            if isinstance(single, str):
                code = iso1(single)
                yield from _stems(f"{single} {english_name(code)}" if code else single)


def _card(expert: Expert) -> dict[str, str]:
    """The words of an expert by their stems."""
    return _stems(f"{expert.model_id.replace('_', ' ')} {expert.description}")


def _stems(text: str) -> dict[str, str]:
    return {word.removesuffix("s")[:_STEM]: word for word in _WORD.findall(text.casefold())}


@cache
def _of_type(task_type: str) -> frozenset[str]:
    """Stems that say no more than the type itself."""
    row = VOCABULARY[task_type]
    words = f"{row.name} {row.description} {_SAYS_NOTHING} {' '.join(function_words())}"
    return frozenset(_stems(words))
