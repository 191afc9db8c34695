"""Prompts: what something is to be made from: quoted words, a result, a picture in words, or the words of the wish."""

import re

from .....graph.task import Value as Input
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..referents import nouns

_CARRIED = ("converse", "film", "draw", "write", "speak")
"""Acts that, said without an object, are about what was just made."""


def prompt(linker: Linker, intent: Intent) -> Input:
    """A quotation in the wish, a result it speaks of, else its own words."""
    cues, masked, words = lexicon().cues, linker.reading.masked, linker.ground.window(intent)
    own = linker.reading.text[intent.start : max(intent.stop, intent.end)].strip(" ,.;\n")
    said = linker.ground.said(intent, ("text",))
    named = linker.ground.named(intent, ("text",))
    if said and cues["within-picture"].search(masked, intent.start, said[0].place):
        return own
    made = linker.ground.latest(("text",))
    if said and made and made[0].origin == "translation" and made[0].place >= intent.clause.start:
        return made[0].value
    if said and not (named and re.search(r"\bbased on the\b", words)):
        return said[0].value
    found = named or linker.ground.latest(("text",))
    bare = intent.act in _CARRIED and not cues["content"].search(masked, intent.end, max(intent.stop, intent.end))
    talk = intent.act == "converse" and not cues["own-words"].search(words)
    if found and (named or bare or talk or refers(words)):
        return found[0].value
    vague = cues["vague"].search(words)
    if vague and any(t.origin == "literal" for t in linker.ground.things):
        return linker.ground.given(intent, ("text",))[0].value
    if vague and any(t.origin in ("file", "earlier") and t.kind in ("text", "audio") for t in linker.ground.things):
        return linker.texts(intent)[0].value
    return own or linker.words(intent)


def described(linker: Linker, intent: Intent) -> Input:
    """A prompt; where the wish is about a recording, or about a picture and there is no text, that in words."""
    heard = [] if linker.ground.latest(("text",)) else linker.ground.given(intent, ("audio",))
    words = linker.ground.window(intent)
    about = "audio" in nouns(words) or linker.told_aloud(words) or linker.ground.said(intent, ("audio",))
    if heard and heard[0].origin == "file" and about:
        return linker.in_words(heard[0], intent).value
    if (
        refers(linker.ground.window(intent))
        and not linker.ground.said(intent, ("text",))
        and not linker.ground.latest(("text",))
    ):
        literal = any(t.origin == "literal" for t in linker.ground.things)
        media = linker.ground.source(intent, ("image", "audio"))
        if media and media[0].origin != "earlier" and not literal and not linker.ground.has("text"):
            return linker.in_words(media[0], intent).value
    return prompt(linker, intent)


def refers(words: str) -> bool:
    """Whether a wish speaks of something that is there, and does not say in its own words what it wants."""
    cues = lexicon().cues
    own = cues["own-words"].search(words) and not cues["based-on"].search(words)
    return bool(cues["refers"].search(words)) and not own
