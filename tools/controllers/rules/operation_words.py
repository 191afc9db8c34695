"""`read_operations`: parts of a request that ask for an operation on a picture, sound or film, as "make it 800 px wide".

A part is read as an operation only where all of its words belong to it: words that ask for the operation, its size, angle,
region or time, files, pronouns, and words that carry nothing more (`carriers` of the wording). "Make it grey" is one;
"make the sky grey" is not, and stays with the rules.
"""

import re
from collections.abc import Iterator
from functools import cache

from ....graph.resource import Kind
from ...wording.forms import find_forms
from ...wording.operation_values import FORMATS, SOUND_FORMATS, VALUES, Found, read_value
from ...wording.request_language import function_words
from ...wording.time_ranges import time_range
from ...wording.wording import any_of, blanked, wording
from .clauses import EMOJI
from .harmless_words import courtesies
from .lexicon import FILES, lexicon
from .parameters import Parameters

TYPES: dict[Kind, dict[str, str]] = {
    "image": {"crop": "crop", "denoise": "image-to-image", "format": "image-to-image"},
    "audio": {**dict.fromkeys(("denoise", "louder", "quieter", "format"), "audio-to-audio"), "trim": "trim-audio"},
    "video": {
        "frames": "video-to-images",
        "sound-track": "video-to-audio",
        "mute": "mute",
        "trim": "trim-video",
        "format": "video-to-audio",
    },
}
"""Task types of operations by the kind that they change; those of pictures are `image-to-image` where nothing is named."""
_OF_SOUND_OR_FILM = {name for kind in ("audio", "video") for name in TYPES[kind]} - {*TYPES["image"]}
_NEEDS_FILES = ("frames", "sound-track")
"""Operations whose words mean other things where there is no film."""
_NAMED = {
    "turn": re.compile(r"\bturn"),
    "crop": re.compile(r"\b(?:crop|cut|keep|trim|only|just|off)\b"),
    "format": re.compile(rf"\b(?:in)?(?:to|as) (?:an? )?(?:{'|'.join(FORMATS)})s?\b"),
}
"""Words without which an operation has no value, as others name parts and directions as well."""
_NEEDS_ARGUMENTS = ("crop", "format", "trim", "turn")
_GRADED = ("brighten", "darken", "contrast", "louder", "quieter", "blur", "sharpen")
_SAME = {"turn": "rotate", "enlarge": "resize"}
_DEGREES = {
    **dict.fromkeys(("bit", "little", "slightly", "somewhat"), "slight"),
    **dict.fromkeys(("much", "lot", "strongly", "very", "heavily", "way"), "strong"),
}
"""The parameter `strength` by adverbs of degree."""
_DEGREE = re.compile(rf"\b(?:{'|'.join(_DEGREES)})\b")
_WORD = re.compile(r"[^\W_]+(?:[’-][^\W_]+)*|[^\s\w]?[\ue000-\ue00f]+|&|%")
_JOINT = re.compile(
    rf"(?:[.;:!?]+|[{EMOJI}])(?:\s+(?:and |then |but |so )?|\Z)|\n+\s*|,\s*(?:and |then |but |so )*"
    r"|\s(?:and|then|but|so)\s(?:then )?"
)
_SIZE = re.compile(r"(?:half|twice|double) |\d+ ?(?:px|pixels?)\b")
_ENDS = (".", ";", "!", "?")
_STOPS = (*_ENDS, ",", ":")
_FILLER = re.compile(r"(?:(?:please|also|finally|just|only|then|the|a|to|i|we|both(?: times)?|would|like|should)\s)*")
_BOTH_TIMES = re.compile(r"\bboth times\b")
"""Words of scope, which `scopes` holds against the plan."""
_FRAME_NUMBER = re.compile(
    r"\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th)|middle|next)"
    r" (?:frame|still|screenshot)\b"
    r"|\bframe (?:number |no\.? ?)?\d"
)
"""A frame by its number, which no parameter says."""
_ASKING = re.compile(r"\W*(?:which|(?:is|are|was|were) (?:[\ue000-\ue0ff]|(?:the|this|my) ))")
_FILE_WORDS = re.compile(r"[\ue010-\ue0ff]+")


def read_operations(masked: str, given: frozenset[Kind]) -> Iterator[tuple[int, int]]:
    """Where a masked request asks for an operation; `given`: the kinds of its files."""
    for start, end in _parts(masked):
        words = masked[start:end]
        named = {kind for kind, mark in FILES.items() if mark in words}
        name, parameters = ("", Parameters()) if _states(masked, start, end) else operation_of(words)
        fits = kinds_of(name, parameters)
        if name and named <= {*fits} and (named or name not in _NEEDS_FILES or given.intersection(fits)):
            yield start, end


def operation_in(words: str) -> Parameters:
    """The picture operation that any words name, whatever else they hold, with its parameters; empty for none."""
    name = next((name for name, *_ in _keys(words) if name not in _OF_SOUND_OR_FILM), "")
    return {"operation": name, **_arguments(words).get(name, Found()).parameters} if name else {}


def operation_starts(words: str) -> list[int]:
    """Where words ask for an operation."""
    return [match.start() for match in _pattern().finditer(words)]


def operation_names(words: str) -> set[str]:
    """The operations that words ask for, whatever else they hold."""
    return {name for name, *_ in _keys(words)}


def part_named(words: str) -> str:
    """The object of an operation that is not the whole picture: "faces" of "blur the faces in a.jpg"; else empty."""
    thing = re.match(r"\W*\w+(?: out)? (?:the|all|my|his|her|its|their|any) ([a-z-]+)\b(?: (\w+))?", words)
    pictured = thing is not None and wording("en").nouns.get(thing[2] or "") == "image"
    whole = thing is None or pictured or thing[1] in _carriers() | function_words() or _keys(thing[1])
    return "" if thing is None or whole else thing[1]


def kinds_of(name: str, parameters: Parameters) -> tuple[Kind, ...]:
    """The kinds of data that an operation changes; those of a file format are the kinds that have it."""
    kinds = tuple(kind for kind, names in TYPES.items() if name in names) or ("image",)
    if file_format := parameters.get("format"):
        sounds = file_format in SOUND_FORMATS
        return tuple(k for k in kinds if (k == "image" or (k, name) == ("video", "frames")) is not sounds)
    return kinds


def _states(masked: str, start: int, end: int) -> bool:
    """Whether a part only says or asks what a picture is like: "old.png is noisy, blurry", "is a.png larger than b.png?"."""
    cues = lexicon().cues
    if _ASKING.match(masked, start, end):
        return True
    if cues["background"].match(masked[start:end]):
        return not cues["turn"].search(masked, start, end)
    sentence = max(masked.rfind(mark, 0, start) for mark in ".!?\n") + 1
    stated = cues["background"].match(masked[sentence:start])
    first = _WORD.match(masked, start)
    commanded = first is not None and first.group() in wording("en").section("around")["carriers"]
    meant = re.search(r"\b(?:it|them|this|that|please)\b|[\ue010-\ue0ff]", masked[start:end])
    return bool(stated) and not commanded and not meant


def _parts(masked: str) -> Iterator[tuple[int, int]]:
    """Pieces of sentences, cut where a joint leads to another verb, operation or sentence; lists of files stay whole."""
    start, verb, keys = 0, lexicon().verb, _keys(masked)
    if not keys and not any(read(masked, "en").spans for read in VALUES.values()) and not time_range(masked, "en"):
        return
    hidden = [(a, b) for _, a, b in keys if " and " in masked[a:b]]
    starts, edges = {a for _, a, _ in keys}, {form.start for form in find_forms("edges", masked, "en")}
    for joint in _JOINT.finditer(masked):
        rest = _FILLER.match(masked, joint.end())
        onward = rest.end() if rest else joint.end()
        if any(a <= joint.start() < b for a, b in hidden) or onward in edges:
            continue
        first = _WORD.match(masked, onward)
        begins = (
            starts & {onward, onward + 1, onward + 2}
            or any(pattern.match(masked, onward) for pattern in (verb, _SIZE))
            or (rest and re.search(r"\b(?:would|like|should)\b", rest.group()))
            or (first and first.group() in wording("en").section("around")["carriers"])
        )
        stop = joint.group().strip()
        if begins or stop in _ENDS or (stop in _STOPS and not _FILE_WORDS.match(masked, onward)):
            yield start, joint.start()
            start = joint.end()
    yield start, len(masked)


def operation_of(words: str) -> tuple[str, Parameters]:
    """The operation that the words of a part ask for, with its parameters; an empty name for none."""
    if len(words) > 400:
        return "", {}
    degree = _DEGREE.search(words)
    words = _without_courtesies(words)
    arguments = _arguments(words)
    names = [name for name, *_ in _keys(words)]
    given = ("frames",) if FILES["video"] in words else ()
    names += [name for name in (*_NEEDS_ARGUMENTS, "resize", *given) if name in arguments and name not in names]
    for name in names:
        found = arguments.get(name, Found())
        if name != "format" and (file_format := arguments.get("format")) and "format" not in found.parameters:
            found = Found({**found.parameters, **file_format.parameters}, (*found.spans, *file_format.spans))
        degrees = [match.span() for match in _DEGREE.finditer(words)] if name in _GRADED else []
        if _only_carriers(words, degrees + [(a, b) for n, a, b in _keys(words) if n == name] + list(found.spans)):
            parameters: Parameters = {**found.parameters}
            if name in _GRADED and not {"percent", "decibels"} & {*parameters} and degree:
                parameters = {"strength": _DEGREES[degree.group()], **parameters}
            if name == "enlarge":
                parameters = {"scale": 2.0, **parameters}
            return _SAME.get(name, name), parameters
    return "", {}


def _without_courtesies(words: str) -> str:
    """The words with spaces for politeness and purposes: "for my website"."""
    keys = [span for _, *span in _keys(words)]
    said = [span for span in courtesies(words) if not any(a <= span[0] and span[1] <= b for a, b in keys)]
    return blanked(words, said)


def _arguments(words: str) -> dict[str, Found]:
    found = {
        name: value
        for name in VALUES
        if (name not in _NAMED or _NAMED[name].search(words)) and (value := read_value(name, words, "en")).spans
    }
    if part := time_range(words, "en"):
        found["trim"] = Found({**part.parameters}, ((part.start, part.end),))
    return found


def _only_carriers(words: str, spans: list[tuple[int, int]]) -> bool:
    if _FRAME_NUMBER.search(words):
        return False
    text = _BOTH_TIMES.sub(" ", _FILE_WORDS.sub(" ", blanked(words, spans)))
    return all(word in _carriers() or word in function_words() for word in _WORD.findall(text))


def _keys(words: str) -> list[tuple[str, int, int]]:
    """(operation, start, end) of the words that ask for one; the longest at each place, all operations that share it."""
    return [(name, *match.span()) for match in _pattern().finditer(words) for name in _phrases()[match.group()]]


@cache
def _phrases() -> dict[str, list[str]]:
    """The operations that each phrase may ask for."""
    english, phrases = wording("en"), dict[str, list[str]]()
    for name, listed in (english.section("operations") | english.section("media")).items():
        for phrase in listed:
            phrases.setdefault(phrase, []).append(name)
    return phrases


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){any_of(_phrases())}(?![\w-])")


@cache
def _carriers() -> frozenset[str]:
    return frozenset(word for words in wording("en").section("around").values() for word in words)
