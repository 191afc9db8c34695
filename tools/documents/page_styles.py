"""`apply_styles`: what the `<style>` elements of a page hide or show, written into the `style` of each element they name."""

import re
from collections.abc import Iterator
from typing import Any

MOST_TESTS = 5_000_000
"""Selectors times elements of a page: about a microsecond each. Hiding rules beyond are said to be unread."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CONDITIONAL = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
"""Rules for print, small screens and the like: a page is read as it is shown by itself."""
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VISIBLE = re.compile(r"(?:^|;)\s*((?:display|visibility)\s*:\s*[\w-]+)", re.IGNORECASE)
_HIDES = re.compile(r"none$|hidden$|collapse$", re.IGNORECASE)
_PART = re.compile(r"(\*|[a-zA-Z][\w-]*)?((?:[.#][\w-]+|:(?:nth-child\(\d+\)|first-child|last-child))*)")
_STATE = re.compile(r"::|:(?!nth-|first-|last-|not|is|where|only-|empty)", re.IGNORECASE)
"""What is generated, or holds while somebody points, types or clicks."""


def apply_styles(root: Any) -> list[str]:
    """Returns the selectors of hiding rules that are not understood; those of states (`:hover`) are passed over."""
    rules = list(_rules(root))
    if not any(map(_hides, (said for _, said in rules))):
        return []
    found: dict[Any, list[str]] = {}
    unread = list[str]()
    words = {word for key in ("class", "id") for each in root.xpath(f"//@{key}") for word in each.split()}
    left = MOST_TESTS // (sum(1 for _ in root.iter()) + 1)
    for selector, said in rules:
        absent = not words.issuperset(re.findall(r"[.#]([\w-]+)", selector)) and ":not" not in selector
        if absent or _STATE.search(selector):
            continue
        path = _path(selector) if left > 0 else None
        left -= 1
        if path is None:
            unread += [selector] if _hides(said) else []
            continue
        for element in root.xpath(path):
            found.setdefault(element, []).extend(said)
    for element, said in found.items():
        element.set("style", ";".join((*said, element.get("style") or "")))
    return unread


def _hides(said: list[str]) -> bool:
    return any(map(_HIDES.search, said))


def _rules(root: Any) -> Iterator[tuple[str, list[str]]]:
    """Each selector with what it says on being visible."""
    for style in root.iter("style"):
        if (style.get("media") or "all").strip().lower() not in ("all", "screen"):
            continue
        text = _CONDITIONAL.sub("", _COMMENT.sub("", style.text or ""))
        for selectors, body in _RULE.findall(text):
            if said := _VISIBLE.findall(body):
                yield from ((selector.strip(), said) for selector in selectors.split(","))


def _path(selector: str) -> str | None:
    """A selector as XPath; None for one with other parts than names, classes, ids and places."""
    path, axis = "", "//"
    for part in selector.replace(">", " > ").split():
        if part == ">":
            axis = "/"
            continue
        if not (match := _PART.fullmatch(part)):
            return None
        path += f"{axis}*{''.join(_tests(match[1] or '*', match[2]))}"
        axis = "//"
    return path or None


def _tests(name: str, marks: str) -> Iterator[str]:
    if name != "*":
        yield f"[self::{name.lower()}]"
    for sign, word in re.findall(r"([.#:])([\w-]+(?:\(\d+\))?)", marks):
        match sign:
            case ".":
                yield f"[contains(concat(' ', normalize-space(@class), ' '), ' {word} ')]"
            case "#":
                yield f"[@id='{word}']"
            case _ if word == "last-child":
                yield "[not(following-sibling::*)]"
            case _:
                yield f"[count(preceding-sibling::*) = {int(re.sub('[^0-9]', '', word) or 1) - 1}]"
