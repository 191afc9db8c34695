"""`ARGUMENTS`: readers of the size, angle, region, format and number that an operation names, with where they stand."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ...wording.wording import wording
from .parameters import Parameters


@dataclass(frozen=True)
class Found:
    """Parameters of an operation, and the words that they were read from."""

    parameters: Parameters = field(default_factory=dict)
    spans: tuple[tuple[int, int], ...] = ()


_NUMBER = r"\d+(?:\.\d+)?|half|double|twice|triple"
_COUNTED = "px|pixel|second|sec|minute|min|hour|time|percent|degree|frame|still|picture|image|photo|hundred|thousand"
_TIMES = {"half": 0.5, "double": 2.0, "twice": 2.0, "triple": 3.0}
_SIDE = r"(?P<side>left|right|top|upper|bottom|lower|middle|cent(?:re|er))(?:most)?(?:[- ]hand)?"
_SIDES = {"upper": "top", "lower": "bottom", "center": "middle", "centre": "middle"}
_SHARES = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2}
SOUND_FORMATS = ("wav", "mp3", "flac", "ogg", "m4a")
FORMATS = {
    **{name: name for name in SOUND_FORMATS},
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "bmp": "bmp",
    "tiff": "tiff",
    "gif": "gif",
}

_MIDDLE = re.compile(r"\b(?:middle|centre|center)\b")
_PAIR = re.compile(r"\b(\d{1,5}) ?(?:x|×|by) ?(\d{1,5})(?: ?(?:px|pixels?))?\b")
_WIDTH = re.compile(
    r"\b(?P<n>\d{1,5}) ?(?:px|pixels?)?[ -](?:wide|in width)|\bwidth (?:of |to |= ?)?(?P<m>\d{1,5})(?: ?(?:px|pixels?))?"
)
_HEIGHT = re.compile(
    r"\b(?P<n>\d{1,5}) ?(?:px|pixels?)?[ -](?:high|tall|in height)"
    r"|\bheight (?:of |to |= ?)?(?P<m>\d{1,5})(?: ?(?:px|pixels?))?"
)
_PERCENT = re.compile(r"\b(?:by |to |at )?(\d{1,4}(?:\.\d+)?) ?(?:%|percent|per cent)")
_SCALE = re.compile(
    rf"\b(?P<a>{_NUMBER})(?:x\b| ?times\b|[- ]?fold\b)"
    rf"|\b(?:by (?:a |the )?)?(?:factor|scale)(?: of| by)? (?P<b>{_NUMBER})\b"
    rf"|\bby (?P<c>{_NUMBER})(?! ?(?:%|px|pixel|percent|°|deg))\b"
    r"|\b(?P<d>half|double|twice|triple)\b(?: (?:as (?:large|big|small)|(?:the |its |of )*(?:original )?size))"
    r"|\b(?:halve|to (?:an? )?(?P<e>half|third|quarter|fifth))\b(?: of)?(?: (?:the |its |that |original )*size)?"
    r"|\benlarge\w*\b[^.;\n]{0,40}\b(?P<f>twice|double)\b"
)
_WAY = re.compile(r"\b(?:(?P<less>shrink|smaller|reduce|downs)|enlarg|bigger|larger|increase|blow)")
_COMPARED = re.compile(r" ?(?:smaller|bigger|larger)\b")
_ANGLE = re.compile(
    r"\b(?:by |to )?(-?\d{1,4}(?:\.\d+)?) ?(?:°|degrees?\b|deg\b)|\bby (-?\d{1,3})\b(?! ?(?:%|px|pixel))"
)
_TURN = re.compile(
    r"\b(?:a (?P<quarter>quarter|half) turn )?(?:to |to the )?(?P<way>left|right|(?:counter-?|anti-?)?clockwise)\b"
    r"|\b(?P<over>upside[- ]down|round|around|(?:up)?right way up)\b"
)
_FLAT = re.compile(r"\b(?:horizontal|vertical)(?:ly)?\b|\bupside[- ]down\b|\b(?:top to bottom|left to right)\b")
_OFF = re.compile(
    r"\b(?P<n>\d{1,5}) ?(?:px|pixels?)? (?:off|from|at) (?:the )?(?P<side>left|right|top|bottom)(?: (?:side|edge))?\b"
    r"|\b(?:and|,) (?P<m>\d{1,5}) (?:off|from) the (?P<other>left|right|top|bottom)"
)
_PART = re.compile(
    rf"\b(?:to )?(?:the )?{_SIDE} (?:(?P<share>half|third|quarter|fifth)|(?P<n>\d{{1,5}}) ?(?P<unit>px|pixels?|%|percent))\b"
    r"|\b(?P<n2>\d{1,5}) ?(?P<unit2>px|pixels?|%|percent) (?:on|of) the (?P<side2>left|right|top|bottom)\b"
)
EDGE = re.compile(
    r"\b(?:rectangle )?(left|top|right|bottom)(?: (?:edge|at|is))*(?: |: ?| ?= ?)(\d{1,5})(?: ?(?:px|pixels?))?\b"
)
_SQUARE = re.compile(r"\b(?:to )?(?:an? )?square\b(?: out)?(?: (?:of|from) the (?:middle|cent(?:re|er)))?(?: of)?")
_SQUARE_SIDE = re.compile(r"\b(\d{1,5}) ?(?:px|pixels?)?[ -]square\b")
_FORMAT = re.compile(rf"\b(?:in)?(?:to|as) (?:an? )?(?P<f>{'|'.join(FORMATS)})s?\b(?: (?:file|format|image))?")
_SOUND_FORMAT = re.compile(rf"\b(?:(?:in)?(?:to|as) )?(?:an? )?({'|'.join(SOUND_FORMATS)})\b(?: (?:file|format))?")
_FRAMES = re.compile(
    r"\b(?P<n>\d{1,3})"
    r"(?= (?:\w+ ){0,2}(?:frames?|stills?|images?|pictures?|photos?|screenshots?|snapshots?)\b)"
)
_EVERY = re.compile(
    r"\b(?:an? )?(?:\w+ )?(?:every|each|per|an?) +(?:(?P<n>\d+(?:\.\d+)?) )?(?P<unit>second|minute)s?\b"
)
_AT = re.compile(
    r"\b(?:at|from) (?:second )?(?:(?P<m>\d{1,2}):(?P<s>\d{2})|(?P<n>\d+(?:\.\d+)?) ?(?:s\b|seconds?\b)?)"
    r"|\b(?P<first>first|opening)\b|\b(?P<last>last|final)\b"
)


def with_digits(words: str) -> str:
    """The words with number words as digits, in the same places: "three hundred pixels" holds `300`."""
    return _numbers().sub(_digits, words)


@cache
def _numbers() -> re.Pattern[str]:
    names = "|".join(name for name in wording("en").numbers if name not in ("one", "hundred", "thousand"))
    return re.compile(
        rf"\b(?:(?P<n>{names})|one(?= (?:{_COUNTED}))|an?(?= (?:hundred|thousand)))(?: (?P<h>hundred|thousand))?\b"
    )


def _digits(match: re.Match[str]) -> str:
    known = wording("en").numbers
    value = known.get(match["n"] or "one", 1) * known.get(match["h"] or "", 1)
    return f"{value:>{len(match.group())}}"


def _number(word: str) -> float:
    return _TIMES.get(word) or float(word)


def _size(words: str) -> Found:
    if pair := _PAIR.search(words):
        return Found({"width": int(pair[1]), "height": int(pair[2])}, (pair.span(),))
    if square := _SQUARE_SIDE.search(words):
        return Found({"width": int(square[1]), "height": int(square[1])}, (square.span(),))
    sides = {"width": _WIDTH.search(words), "height": _HEIGHT.search(words)}
    found = {name: match for name, match in sides.items() if match}
    if found:
        return Found(
            {name: int(match["n"] or match["m"]) for name, match in found.items()},
            tuple(match.span() for match in found.values()),
        )
    if percent := _PERCENT.search(words):
        share = float(percent[1]) / 100
        if _is_relative(words, percent) and (way := _WAY.search(words)):  # "shrink it by 20 %" leaves 80 %
            share = 1 - share if way["less"] else 1 + share
        return Found({"scale": round(share, 4)}, (percent.span(),))
    if scale := _SCALE.search(words):
        share = _SHARES.get(scale["e"] or "", 0.5 if "halve" in scale.group() else 0.0)
        factor = share or _number(next(group for group in scale.groups() if group))
        smaller = factor >= 1 and re.search(r"\b(?:shrink|smaller|reduce|downs)", words)
        return Found({"scale": round(1 / factor, 4) if smaller else factor}, (scale.span(),))
    return Found()


def _is_relative(words: str, percent: re.Match[str]) -> bool:
    """By so much: "by 20 %", "20 % smaller", "shrink it 20 %"; "to 20 %" and "enlarge it 150 %" name the new size."""
    if not percent.group()[0].isdigit() or words.startswith(" of", percent.end()):
        return percent.group().startswith("by ")
    way = _WAY.search(words)
    compared = _COMPARED.match(words, percent.end()) or _COMPARED.search(words, 0, percent.start())
    return bool(compared or (way and way["less"]) or float(percent[1]) < 100)


def _thumbnail_or_size(words: str) -> Found:
    given = _size(words)
    if given.spans or not (named := re.search(r"\bthumbnail\b", words)):
        return given
    return Found({"width": 200}, (named.span(),))


def _angle(words: str) -> Found:
    number, turn = _ANGLE.search(words), _TURN.search(words)
    if turn and turn["over"]:
        return Found({"angle": 180.0}, (turn.span(),))
    if not number and not turn:
        return Found()
    degrees = float(number[1] or number[2]) if number else 180.0 if turn and turn["quarter"] == "half" else 90.0
    clockwise = turn and turn["way"] in ("right", "clockwise")
    return Found({"angle": -degrees if clockwise else degrees}, tuple(m.span() for m in (number, turn) if m))


def _direction(words: str) -> Found:
    if not (match := _FLAT.search(words)):
        return Found()
    upright = match.group().startswith(("vertical", "upside", "top"))
    return Found({"direction": "vertical" if upright else "horizontal"}, (match.span(),))


def _region(words: str) -> Found:
    edges, part = list(EDGE.finditer(words)), _PART.search(words)
    if edges and (part is None or len(edges) > 1):
        return Found({match[1]: int(match[2]) for match in edges}, tuple(match.span() for match in edges))
    if removed := list(_OFF.finditer(words)):
        sides = {match["side"] or match["other"]: int(match["n"] or match["m"]) for match in removed}
        edges_left = {side: size if side in ("left", "top") else -size for side, size in sides.items()}
        return Found({**edges_left}, tuple(match.span() for match in removed))
    if part:
        side = part["side"] or part["side2"]
        parameters: Parameters = {"part": _SIDES.get(side, side)}
        number, unit = part["n"] or part["n2"], part["unit"] or part["unit2"] or ""
        if number and unit.startswith("p") and not unit.startswith("per"):
            parameters["pixels"] = int(number)
        else:
            parameters["share"] = round(_SHARES[part["share"]] if part["share"] else int(number) / 100, 4)
        return Found(parameters, (part.span(),))
    if (pair := _PAIR.search(words)) and re.search(r"\b(?:crop|cut|trim)", words):
        spans = (pair.span(), *(middle.span() for middle in _MIDDLE.finditer(words)))
        return Found({"part": "middle", "width": int(pair[1]), "height": int(pair[2])}, spans)
    if square := _SQUARE.search(words):
        return Found({"part": "square"}, (square.span(),))
    return Found()


def _format(words: str) -> Found:
    match = _FORMAT.search(words)
    return Found({"format": FORMATS[match["f"]]}, (match.span(),)) if match else Found()


def _sound_format(words: str) -> Found:
    match = _SOUND_FORMAT.search(words)
    return Found({"format": match[1]}, (match.span(),)) if match else Found()


def _percent(words: str) -> Found:
    if share := re.search(r"\bby (?:an? )?(half|third|quarter|fifth)\b", words):
        return Found({"percent": round(100 * _SHARES[share[1]])}, (share.span(),))
    match = _PERCENT.search(words)
    return Found({"percent": round(float(match[1]))}, (match.span(),)) if match else Found()


def _frames(words: str) -> Found:
    number = _FRAMES.search(words)
    if (every := _EVERY.search(words)) and every.group().split()[-1].startswith(("second", "minute")):
        seconds = (_number(every["n"]) if every["n"] else 1.0) * (60 if every["unit"] == "minute" else 1)
        single = number is not None and number["n"] == "1"
        return Found({"every_seconds": seconds}, (every.span(), *([number.span("n")] if number and single else [])))
    at = _AT.search(words)
    if at and not number:
        if at["first"] or at["last"]:
            return Found({"which": "first" if at["first"] else "last"}, (at.span(),))
        return Found({"at_seconds": float(at["n"] or 0) + 60 * int(at["m"] or 0) + int(at["s"] or 0)}, (at.span(),))
    if number:
        return Found({"frames": int(_number(number["n"]))}, (number.span("n"),))
    single = re.search(r"\ba (?:single )?(?=(?:frame|still|screenshot|snapshot)\b)", words)
    return Found({"frames": 1}, (single.span(),)) if single else Found()


ARGUMENTS: dict[str, Callable[[str], Found]] = {
    "resize": _thumbnail_or_size,
    "enlarge": _size,
    "rotate": _angle,
    "turn": lambda words: _angle(words) if re.search(r"\bturn", words) else Found(),
    "flip": _direction,
    "crop": lambda words: _region(words) if re.search(r"\b(?:crop|cut|keep|trim|only|just|off)\b", words) else Found(),
    "brighten": _percent,
    "darken": _percent,
    "contrast": _percent,
    "louder": _percent,
    "quieter": _percent,
    "format": _format,
    "frames": _frames,
    "sound-track": _sound_format,
}
"""By operation; words without any give no spans."""
