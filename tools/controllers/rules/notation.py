r"""`expanded`: the short notation of patterns in rules.toml, as a regular expression.

(a|b)      a group; it captures nothing
describe~  the verb and its gerund: describe, describing; also (crop|classify)~
<name>     a piece of `[words]`, or a placeholder
..40       up to 40 characters of the same sentence; `,,40` up to the next comma
\b         added at both ends of each alternative, where it begins or ends with a letter, a group or a name
"""

import re
from collections.abc import Iterator, Mapping

_NAME = re.compile(r"(?<!\(\?P)(?<!\(\?)<([a-z][a-z0-9-]*)>")
_VERBS = re.compile(r"(\([a-z \[\]|-]+\)|(?:(?<=\\b)|(?<![\\a-z]))[a-z](?:[a-z-]|\[[a-z]+\])*)~")
_SPAN = re.compile(r"(\.\.|,,)(\d+)")
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:P<\w+>|<?[=!]|:))?|[)|]")
_DOUBLED = re.compile(r"(?:^|[^aeiou])[aeiou][bdglmnprt]\Z")
_OPEN_START = re.compile(r"[a-z]|\((?:\?:)?[^?\\]")
_OPEN_END = re.compile(r"(?<!\\)[a-z)]\Z|(?<!\\)[a-z]\?\Z")


def expanded(pattern: str, words: Mapping[str, str]) -> str:
    """The regular expression of a pattern; `words` are the pieces that it may name."""
    while (filled := _NAME.sub(lambda m: words[m[1]], pattern)) != pattern:
        pattern = filled
    pattern = _VERBS.sub(lambda m: _with_gerunds(m[1]), pattern)
    pattern = "|".join(_edged_alternatives(pattern))
    pattern = _SPAN.sub(lambda m: rf"[^.;{m[1].strip('.')[:1]}?!\n]{{0,{m[2]}}}", pattern)
    return _TOKEN.sub(lambda m: "(?:" if m.group() == "(" else m.group(), pattern)


def _edged_alternatives(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern, outside groups, with `\\b` at open ends; a lookaround or optional group is no end."""
    depth, start, closed = 0, 0, "(?:"
    tokens = [*_TOKEN.finditer(pattern), None]
    for token in tokens:
        if token is None or (token.group() == "|" and not depth):
            part = pattern[start : token and token.start()]
            start = token.end() if token else 0
            ends = _OPEN_END.search(part) and (part[-1] != ")" or closed in ("(", "(?:"))
            yield (r"\b" * bool(_OPEN_START.match(part))) + part + (r"\b" * bool(ends))
        elif token.group().startswith("("):
            closed = closed if depth else token.group()
            depth += 1
        elif token.group() == ")":
            depth -= 1


def _with_gerunds(verbs: str) -> str:
    """`(crop|make)` as `(crop|cropping|make|making)`."""
    forms = []
    for verb in verbs.strip("()").split("|"):
        doubled = _DOUBLED.search(verb) and len(re.findall("[aeiou]", verb)) == 1
        forms += [verb, f"{verb}{verb[-1]}ing" if doubled else f"{verb.removesuffix('e')}ing"]
    return f"({'|'.join(forms)})"
