"""`mask` replaces quotations, files and pasted text by placeholders, so that no rule matches inside them.

A placeholder has as many characters as what it hides: a position in the masked text is a position in the request.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....graph.mentioned_groups import groups
from ....graph.mentions import UNKNOWN, kind_of_name, mentions, shorter_names
from ....graph.resource import Resource
from ...wording.request_language import QUOTATION
from .lexicon import FILES, QUESTION, QUOTE, lexicon

MAX_CHARACTERS = 8_000
"""Characters outside quotations in which intents are searched; text in the middle beyond them counts as pasted."""
_LONGEST_WORD = 60

_PATH = re.compile(r"(?<!\S)[\"'(]?((?:(?:~|\.{1,2})/|/[\w.-]+/|[A-Za-z]:\\)[\w./\\-]*\w)(?=[^\w/\\]*(?:\s|\Z))")
"""A path, which is a file without a suffix too: `/etc/passwd`, `./README`."""
_QUESTION_START = re.compile(
    r"^\W*(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|has|have)\b", re.I
)
_BEFORE_PASTED = re.compile(
    r"\b(?:sentences?|texts?|paragraph|passage|article|review|message|letter|poem|story|words|phrase|quote|email|tweet|"
    r"photo|picture|image|painting|drawing|prompt|following|this|to (?:[a-z]+)"
    r"|(?:summari[sz]e|translate|shorten|rewrite|rephrase|paraphrase)(?: this| it)?(?: for me)?)"
    r"\s*:\s*(?=[^\s\ue000-\ue0ff])"
)
_CONTEXT_LABEL = re.compile(r"\b(?:text|passage|context|article|paragraph)\s*:\s*(?=[^\s\ue000-\ue0ff])")
_QUESTION_LABEL = re.compile(r"\bquestion\s*:")
_ANSWER_LABEL = re.compile(r"\banswer\b[^.;:?!]*:\s*(?=[^\ue000-\ue0ff]+\?\s*\Z)")
"""Before a question that is all of the rest: "answer from faq.txt: can I ...?"."""
_NEXT_SENTENCE = re.compile(r"\s+[A-Z]")
"""After a quotation that ends in a full stop: a new sentence, not "'One.' and 'Two.'"."""


@dataclass(frozen=True)
class Quotation:
    """Text that the request itself carries, quoted or pasted: `start` and `end` include its quotation marks."""

    text: str
    start: int
    end: int
    question: bool


@dataclass(frozen=True)
class FileMention:
    """A file or URL and where the request names it; `start` is -1 when it is attached and not named."""

    resource: Resource
    start: int
    end: int


def mask(text: str, attached: Sequence[Resource] = ()) -> tuple[str, tuple[Quotation, ...], tuple[FileMention, ...]]:
    """The masked text in lower case, and the quotations and files that it hides, in order."""
    masked = list(_lowered(text))
    files = _files(text, attached)
    for file in (file for file in files if file.start >= 0):
        masked[file.start : file.end] = FILES.get(file.resource.kind, FILES["document"]) * (file.end - file.start)
    named = {file.start: file for file in files if file.start >= 0}
    quotations: list[Quotation] = []
    for match in QUOTATION.finditer(text):
        inner = next((group for group in match.groups() if group is not None), "")
        whole = next((f for f in (named.get(p) for p in range(match.start(), match.start() + 3)) if f), None)
        if whole and not text[whole.end : match.end()].strip("'\"`”’»」.,;:"):
            masked[match.start() : match.end()] = masked[whole.start] * len(match.group())
        elif inner.strip() and not (whole is None and len(inner) == 1 and inner < "\u2e80"):
            _hide(masked, quotations, inner, match.start(), match.end())
            if inner.rstrip().endswith((".", "!", "?")) and _NEXT_SENTENCE.match(text, match.end()):
                masked[match.end() - 1] = "."
    _hide_pasted(text, masked, quotations)
    quoted = tuple(sorted(quotations, key=lambda q: q.start))
    quoting, given = bytearray(len(text)), frozenset(attached)
    for passage in (quotation for quotation in quoted if not quotation.question):
        quoting[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    outside = (f for f in files if f.start < 0 or not quoting[f.start] or f.resource in given)
    return "".join(masked), quoted, tuple(outside)


def _lowered(text: str) -> Iterator[str]:
    """Lower case, one character for one; curly apostrophes; none of the placeholders."""
    for character in text:
        lower = character.lower()
        if "\ue000" <= character <= "\ue0ff":
            yield " "
        else:
            yield "’" if character in "'’`" else lower if len(lower) == 1 else character


def _files(text: str, attached: Sequence[Resource]) -> tuple[FileMention, ...]:
    """Every mention of a file, in order, then what is attached and not named.

    A folder or pattern, or a name that two attached files have, is a mention of each of these files.
    """
    by_name = {resource.name: [resource] for resource in attached if resource.name}
    by_label: dict[str, list[Resource]] = {}
    for resource in attached:
        by_label.setdefault(resource.label, []).append(resource)
    meant = {name: by_name[name] for name in by_name if name and _is_unusual(name)}
    meant |= {label: found for label, found in by_label.items() if _is_unusual(label) and label not in meant}
    for group in groups(text):
        if members := [resource for resource in attached if group.holds(resource.name or "")]:
            meant[group.name] = members
    for mention in mentions(text):
        missing = Resource(kind=mention.kind, media_type=mention.media_type, name=mention.name)
        known = by_name.get(mention.name) or by_label.get(missing.label)
        shorter = next((name for name in shorter_names(mention.name) if not known and name in by_name), mention.name)
        meant.setdefault(shorter, known or by_name.get(shorter) or [missing])
    for path in _PATH.findall(text):
        absent = Resource(kind="text", media_type="text/plain", name=path)
        meant.setdefault(path, by_name.get(path) or by_label.get(absent.label) or [absent])
    files: list[FileMention] = []
    taken = bytearray(len(text))
    for name in sorted(meant, key=len, reverse=True):
        for written in dict.fromkeys((name, name.replace(" ", "\\ "))):
            for start, end in (found.span() for found in re.finditer(re.escape(written), text)):
                if not any(taken[start:end]):
                    taken[start:end] = b"\1" * len(written)
                    files += [FileMention(resource, start, end) for resource in meant[name]]
    named = {file.resource for file in files}
    files.sort(key=lambda file: file.start)
    return (*files, *(FileMention(resource, -1, -1) for resource in attached if resource not in named))


def _is_unusual(name: str) -> bool:
    """Whether a name is not found by its spelling: with spaces, or with a suffix that says nothing."""
    return any(map(str.isspace, name)) or ("." in name.strip(".") and kind_of_name(name) == UNKNOWN)


def _hide(masked: list[str], quotations: list[Quotation], inner: str, start: int, end: int) -> None:
    question = (bool(_QUESTION_START.match(inner)) and len(inner) < 400) or inner.rstrip().endswith(("?", "？"))
    masked[start:end] = (QUESTION if question else QUOTE) * (end - start)
    quotations.append(Quotation(inner.strip(), start, end, question))


def _hide_pasted(text: str, masked: list[str], quotations: list[Quotation]) -> None:
    """Hide the text after a colon or a blank line, and the middle of a very long request, as quotations."""
    plain = "".join(masked)
    question_label = _QUESTION_LABEL.search(plain)
    context = _CONTEXT_LABEL.search(plain, 0, question_label.start()) if question_label else None
    if question_label and context and not re.search(r"[\ue000-\ue0ff]", plain[context.end() : question_label.start()]):
        _hide(masked, quotations, text[context.end() : question_label.start()], context.end(), question_label.start())
        return
    if asked := _ANSWER_LABEL.search(plain):
        _hide(masked, quotations, text[asked.end() :], asked.end(), len(text))
        return
    match = _BEFORE_PASTED.search(plain) or re.search(
        r"\n[^\S\n]*\n(?=[^\s\ue000-\ue0ff][^\n]{80})|:[^\S\n]*\n[^\S\n]*\n(?=[^\s\ue000-\ue0ff][^\n]{20})", plain
    )
    if match and not re.search(r"[\ue000-\ue0ff]", plain[match.end() : match.end() + 300]):
        end = len(text.rstrip())
        requested = lexicon().cues["request"].search(plain, match.end(), match.end() + 25)
        commanded = re.match(r"\W*(?:\d+[.)])?\W*" + lexicon().verb.pattern, plain[match.end() :])
        if end - match.end() > 2 and not requested and not commanded:
            _hide(masked, quotations, text[match.end() : end], match.end(), end)
            plain = "".join(masked)
    bare = [position for position, character in enumerate(plain) if not "\ue000" <= character <= "\ue0ff"]
    if len(bare) > MAX_CHARACTERS:
        start, end = bare[MAX_CHARACTERS // 2], bare[-MAX_CHARACTERS // 4]
        # at spaces, where there are some near: no word is cut in two
        start = max(plain.rfind(" ", start - _LONGEST_WORD, start) + 1, start - _LONGEST_WORD)
        space = plain.find(" ", end, end + _LONGEST_WORD)
        end = space if space >= 0 else end
        masked[start:end] = QUOTE * (end - start)
        quotations[:] = [q for q in quotations if q.end <= start or q.start >= end]
        quotations.append(Quotation(text[start:end].strip() or "text", start, end, False))
