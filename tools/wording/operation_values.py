"""`read_value`: the size, angle, region, format or number that an operation names, in any language, and where it stands.

Its forms are in forms.toml, their words in `[directions]` of the language's data file. Not covered: diagonals, ratios such
as 16:9, sizes in other units than pixels, two fractions of one picture.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from .forms import Form, decimal_of, find_forms, value_of
from .nearest import words_pattern
from .time_ranges import seconds_of
from .wording import folded, wording

Values = dict[str, int | float | str]


@dataclass(frozen=True)
class Found:
    """Parameters of an operation, and the words that they were read from."""

    parameters: Values = field(default_factory=dict)
    spans: tuple[tuple[int, int], ...] = ()


FRACTIONS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "double": 2.0, "triple": 3.0}
"""Lists of `[directions]` and the share that their words name."""
SIDES = {"left": "right", "right": "left", "top": "bottom", "bottom": "top", "middle": ""}
"""Lists of `[directions]`, and the side across."""
SOUND_FORMATS = ("wav", "mp3", "flac", "ogg", "m4a")
FORMATS = {
    **{name: name for name in SOUND_FORMATS},
    **{"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp", "bmp": "bmp", "tiff": "tiff", "gif": "gif"},
}
_THUMBNAIL = 200
"""Pixels of its width."""


def read_value(operation: str, text: str, code: str) -> Found:
    """What `text` says of an operation of `VALUES`; no spans where it says nothing."""
    read = VALUES.get(operation)
    return read(text, code) if read else Found()


def has_words(group: str, text: str, code: str) -> bool:
    """Whether a word of that list of `[directions]` or `[ranges]` stands in a text."""
    return _at(group, text, code) is not None


def _at(group: str, text: str, code: str) -> re.Match[str] | None:
    return next(_all(group, text, code), None)


def _all(group: str, text: str, code: str) -> Iterator[re.Match[str]]:
    language = wording(code)
    words = language.directions.get(group) or language.ranges.get(group) or language.clauses.get(group, ())
    return words_pattern(words, language).finditer(folded(text))


def _found(parameters: Values, *forms: Form) -> Found:
    return Found(parameters, tuple((form.start, form.end) for form in forms))


def _group_of(word: str, groups: Iterable[str], code: str) -> str:
    """The list of `[directions]` that holds a word."""
    return next(group for group in groups if word in wording(code).directions.get(group, ()))


def _size(text: str, code: str) -> Found:
    if sides := [*find_forms("sizes", text, code)]:
        given = [(name, value_of(word, code)) for form in sides for name, word in form.words.items()]
        whole = {name: value for name, value in given if name != "side"}
        square = {name: value for key, value in given if key == "side" for name in ("width", "height")}
        return _found({**square, **whole}, *sides)
    form = next(find_forms("amounts", text, code), None)
    if form is None:
        named = _at("thumbnail", text, code)
        return Found({"width": _THUMBNAIL}, (named.span(),)) if named else Found()
    share, smaller = _share(form, code), has_words("smaller", text, code)
    if {"factor", "bare"} & set(form.words):
        return _found({"scale": round(1 / share, 4) if smaller and share >= 1 else share}, form)
    if "shrunk" in form.words:
        return _found({"scale": round(min(share, 1 / share), 4)}, form)
    if _is_relative(form, share, text, code) and (smaller or has_words("larger", text, code)):
        share = 1 - share if smaller else 1 + share  # "shrink it by 20 %" leaves 80 %
    return _found({"scale": round(share, 4)}, form)


def _share(form: Form, code: str) -> float:
    words = form.words
    if "fraction" in words:
        return FRACTIONS[_group_of(words["fraction"], FRACTIONS, code)]
    if "scaled" in words:
        return {"halved": 0.5, "doubled": 2.0, "tripled": 3.0}[
            _group_of(words["scaled"], ("halved", "doubled", "tripled"), code)
        ]
    if "percent" in words:
        return decimal_of(words["percent"], code) / 100
    return decimal_of(words.get("factor") or words["bare"], code)


def _is_relative(form: Form, share: float, text: str, code: str) -> bool:
    """By so much: "by 20 %", "20 % smaller", "shrink it 20 %"; "to 20 %" and "enlarge it 150 %" name the new size."""
    if {"to", "size", "scaled"} & set(form.words):
        return False
    return "by" in form.words or has_words("smaller", text, code) or share < 1


def _percent(text: str, code: str) -> Found:
    """How much brighter, darker or louder: "by 20 %", "by a third", "twice as bright"."""
    form = next(find_forms("amounts", text, code), None)
    if form is None or "bare" in form.words:
        return Found()
    share = _share(form, code)
    to = share if share < 1 else share - 1  # "twice as bright" is 100 % brighter
    return _found({"percent": round(100 * (share if "percent" in form.words else to))}, form)


def _volume(text: str, code: str) -> Found:
    """How much louder or quieter: in decibels, else as `_percent` reads it."""
    form = next(find_forms("decibels", text, code), None)
    return _found({"decibels": abs(decimal_of(form.words["n"], code))}, form) if form else _percent(text, code)


def _angle(text: str, code: str) -> Found:
    """Degrees counter-clockwise; a direction alone is a quarter turn."""
    forms = [*find_forms("angles", text, code)]
    said = {name: word for form in reversed(forms) for name, word in form.words.items()}
    if not said:
        return Found()
    usual = 180.0 if {"over", "half"} & set(said) else 90.0
    degrees = decimal_of(said["degrees"], code) if "degrees" in said else usual
    return _found({"angle": -degrees if "right" in said and "left" not in said else degrees}, *forms)


def _direction(text: str, code: str) -> Found:
    for direction in ("vertical", "horizontal"):
        if found := _at(direction, text, code):
            return Found({"direction": direction}, (found.span(),))
    return Found()


def _region(text: str, code: str) -> Found:
    edges, parts = [*find_forms("edges", text, code)], [*find_forms("regions", text, code)]
    if edges and (not parts or len(edges) > 1):
        return _found({_side(form, code): value_of(form.words["n"], code) for form in edges}, *edges)
    cut = [range(*match.span()) for match in _all("shorten", text, code)]  # "off" may be a part of it: "切り抜いて"
    removed = next((match for match in _all("off", text, code) if not any(match.start() in span for span in cut)), None)
    kept = [*_all("except", text, code)]
    if parts and removed and not any(match.start() != removed.start() for match in kept):
        return _without(parts, removed.span(), code)
    if parts:
        form, side = parts[0], _side(parts[0], code)
        if "pixels" in form.words:
            return _found({"part": side, "pixels": value_of(form.words["pixels"], code)}, form)
        return _found({"part": side, "share": round(_share(form, code), 4)}, form)
    sizes = [*find_forms("sizes", text, code)]
    if sizes and {"width", "height"} <= set(sizes[0].words) and has_words("shorten", text, code):
        middle = _at("middle", text, code)
        spans = (middle.span(),) if middle else ()
        size = {name: value_of(word, code) for name, word in sizes[0].words.items()}
        return Found({"part": "middle", **size}, ((sizes[0].start, sizes[0].end), *spans))
    square = next(find_forms("squares", text, code), None)
    return _found({"part": "square"}, square) if square else Found()


def _without(parts: list[Form], removed: tuple[int, int], code: str) -> Found:
    """What is left: "cut 50 pixels off the bottom", "remove the left half"; nothing of it where the middle goes."""
    left: Values = {}
    for form in parts:
        side = _side(form, code)
        if "pixels" in form.words:
            pixels = value_of(form.words["pixels"], code)
            left[side] = pixels if side in ("left", "top") else -pixels
        else:
            left |= {"part": SIDES[side], "share": round(1 - _share(form, code), 4)}
    return Found({} if "middle" in left or left.get("part") == "" else left, (*_found({}, *parts).spans, removed))


def _side(form: Form, code: str) -> str:
    return _group_of(form.words["side"], SIDES, code)


def _format(text: str, code: str) -> Found:
    form = next(find_forms("formats", text, code), None)
    return _found({"format": FORMATS[form.words["format"]]}, form) if form else Found()


def _sound_format(text: str, code: str) -> Found:
    found = _format(text, code)
    return found if found.parameters.get("format") in SOUND_FORMATS else Found()


def _frames(text: str, code: str) -> Found:
    """How many frames, or which: "one every 5 seconds", "at 0:30", "the last frame"."""
    forms = {name: form for form in reversed([*find_forms("frames", text, code)]) for name in form.words}
    number = value_of(forms["frames"].words["frames"], code) if "frames" in forms else None
    if every := forms.get("each"):
        minutes = wording(code).units[every.words["unit"]] == "minute"
        seconds = (decimal_of(every.words["n"], code) if "n" in every.words else 1.0) * (60 if minutes else 1)
        return _found({"every_seconds": seconds}, every, *([forms["frames"]] if number == 1 else []))
    for which in ("first", "last") if number is None else ():
        if which in forms:
            return _found({"which": which}, forms[which])
    if (at := forms.get("at")) and number in (None, 1):
        return _found({"at_seconds": seconds_of(at.words["at"], "", code)}, at)
    return _found({"frames": number}, forms["frames"]) if number is not None else Found()


VALUES: dict[str, Callable[[str, str], Found]] = {
    "resize": _size,
    "enlarge": _size,
    "rotate": _angle,
    "turn": _angle,
    "flip": _direction,
    "crop": _region,
    **dict.fromkeys(("brighten", "darken", "contrast"), _percent),
    **dict.fromkeys(("louder", "quieter"), _volume),
    "format": _format,
    "frames": _frames,
    "sound-track": _sound_format,
}
"""By operation."""
