"""Parameters of tasks, read from the words of an intent: languages, labels and limits."""

import re

from ....graph.task import Scalar, Value
from ...tables.folding import singular
from ...wording.wording import Span, wording
from .lexicon import LANGUAGES, lexicon

_LANGUAGE = "|".join(LANGUAGES)
TARGET_LANGUAGE = re.compile(
    rf"\b(?:in|into|to) (?:the |both )?({_LANGUAGE})\b(?! (?:text|question|audio|document|article))"
    rf"|\binto ({_LANGUAGE}) text\b|\b({_LANGUAGE}) (?:\w+ )?(?:equivalent|version|translation|summary|captions?"
    r"|descriptions?|subtitles|overview|transcript|narration|voice[- ]?over)\b"
)
_SOURCE = re.compile(
    rf"\bfrom (?:the )?({_LANGUAGE})\b|\b({_LANGUAGE}) (?:text|sentence|article|question|audio|speech|quote)"
)
_LIMIT = re.compile(
    r"(?:\b(?:in|to|of|with|using|as|than|into)\b )?(?:(?:at most|no more than|not more than|less than|fewer than|under"
    r"|below|up to|about|around|exactly|only|just|max(?:imum)?|a maximum of) )*\b(\d{1,4}|an?|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|single)[- ](?:(?:short|single|brief|key|main|bullet) )*"
    r"(words?|sentences?|bullets?(?: points?)?|points|lines?)\b(?: (?:or less|or fewer|at most|max(?:imum)?|long))?"
)
_FORM = re.compile(
    r"\b(?:in|as|into|with|using) (?:an? |one |single |short )*"
    r"(?:paragraph|bullet(?:ed)?(?: ?points?| list)?s?|list of points)\b"
)
NUMBERS = {word: number for word, number in wording("en").numbers.items() if number <= 10}
_COUNTED = re.compile(r"\b(?:how many|number of|count(?:ing)?)(?: the| all)?(?: number of)? ([a-z]+(?: [a-z]+)?)\b")
_NOT_LABELS = frozenset(
    """there they are is was were do does did you i we he she have has such different other all each in on at from and or
    can total your our those its his her their which what code codes object objects thing things item items of a an the it
    this that them these my me""".split()
)
"""Words that may follow `how many` and are not labels: function words, and codes and things of any kind."""
_CODES = {"qr": "qr code", "bar": "barcode"}
_TWO_WORDS = frozenset("traffic cell tennis wine stop potted dining teddy fire parking sports hot".split())
"""First words of labels of two words."""
_LABELS = re.compile(r"\b(?:as|into|one of|labels?:?|categories:?) ((?:[a-z]+, )*[a-z]+,? or [a-z]+)\b")

Input = Value
Inputs = dict[str, Input]
Parameters = dict[str, Scalar | tuple[Scalar, ...]]
USUAL: Parameters = {}
"""Those of a task of which nothing is said."""


def target_languages(words: str) -> list[str]:
    """The languages to translate into, in order; `to French and German` gives both."""
    found: list[str] = []
    for match in TARGET_LANGUAGE.finditer(words):
        more = re.match(rf"(?:(?:,|,? and) (?:(?:in)?to )?(?:{_LANGUAGE})\b)*", words[match.end() :])
        names = [match[match.lastindex or 1], *re.findall(_LANGUAGE, more.group() if more else "")]
        found += [LANGUAGES[name] for name in names if LANGUAGES[name] not in found]
    return found


def source_language(words: str) -> str | None:
    """The language to translate from, where the words name it."""
    match = _SOURCE.search(words)
    return LANGUAGES[match[1] or match[2]] if match else None


def summary_limits(words: str) -> tuple[Parameters, list[Span]]:
    """The most sentences and words of a summary, and its form; and the words that set them."""
    parameters: Parameters = {}
    spans = []
    for match in _LIMIT.finditer(words):
        number = NUMBERS.get(match[1]) or (int(match[1]) if match[1].isdigit() else 1)
        name = "max_words" if match[2].startswith("word") else "max_sentences"
        if number and name not in parameters:
            parameters[name] = number - (1 if re.search(r"(?:less|fewer) than|under|below", match.group()) else 0)
            spans.append(match.span())
        if match[2].startswith(("bullet", "point")):
            parameters["format"] = "bullets"
    if form := _FORM.search(words):
        parameters.setdefault("format", "paragraph" if "paragraph" in form.group() else "bullets")
        spans.append(form.span())
    return parameters, spans


def count_label(words: str) -> Parameters:
    """The label to count: the noun after `how many`; empty for objects in general."""
    match = _COUNTED.search(words)
    if not match:
        return {}
    noun = match[1] if match[1].split()[0] in _TWO_WORDS else match[1].split()[0]
    return {} if noun in _NOT_LABELS else {"label": _CODES.get(noun) or singular(noun)}


def candidate_labels(words: str) -> tuple[str, ...]:
    """Labels that the request lists: `classify it as happy, sad or angry`."""
    match = _LABELS.search(words)
    return tuple(re.findall(r"[a-z]+", re.sub(r"\bor\b", ",", match[1]))) if match else ()


def control_type(words: str) -> str:
    """The ControlNet condition that the words name; edges when they name none."""
    return next((name for name, pattern in lexicon().control.items() if pattern.search(words)), "canny")
