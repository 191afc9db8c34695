"""`prompt_for`: the text that a picture, video, text or song is generated from: a quotation, a result, the words."""

import re

from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..parameters import Input
from ..referents import kinds_named
from ..text_linking import as_text, refers_to_recording, text_referents

_DEFAULT_TO_LATEST = ("converse", "film", "draw", "write", "speak")
"""Acts that, without an object, are about the latest result."""


def prompt_for(linker: Linker, intent: Intent) -> Input:
    """A quotation in the words of the intent, a result that they name, else the words themselves."""
    cues, masked, words = lexicon().cues, linker.parsed.masked, linker.resolver.words_of(intent)
    own = linker.parsed.text[intent.start : intent.stop].strip(" ,.;\n")
    quoted = linker.resolver.named_data(intent, ("text",))
    named = linker.resolver.named_results(intent, ("text",))
    if quoted and cues["within-picture"].search(masked, intent.start, quoted[0].position):
        return own
    made = linker.resolver.latest_results(("text",))
    if quoted and made and made[0].origin == "translation" and made[0].position >= intent.clause.start:
        return made[0].value
    if quoted and not (named and re.search(r"\bbased on the\b", words)):
        return quoted[0].value
    found = named or linker.resolver.latest_results(("text",))
    bare = intent.act in _DEFAULT_TO_LATEST and not cues["content"].search(masked, intent.end, intent.stop)
    chat = intent.act == "converse" and not cues["own-words"].search(words)
    if found and (named or bare or chat or refers_to_data(words)):
        return found[0].value
    vague = cues["vague"].search(words)
    if vague and any(r.origin == "quotation" for r in linker.resolver.referents):
        return linker.resolver.given_data(intent, ("text",))[0].value
    given = (r for r in linker.resolver.referents if r.origin in ("file", "earlier"))
    if vague and any(r.kind in ("text", "audio") for r in given):
        return text_referents(linker, intent)[0].value
    return own


def prompt_from_media(linker: Linker, intent: Intent) -> Input:
    """As `prompt_for`; where the intent is about a recording, or about a picture and no text is given, its text."""
    recordings = [] if linker.resolver.latest_results(("text",)) else linker.resolver.given_data(intent, ("audio",))
    words = linker.resolver.words_of(intent)
    about_audio = "audio" in kinds_named(words) or refers_to_recording(linker, words)
    about_audio = about_audio or bool(linker.resolver.named_data(intent, ("audio",)))
    if recordings and recordings[0].origin == "file" and about_audio:
        return as_text(linker, recordings[0], intent).value
    texts = linker.resolver.named_data(intent, ("text",)) or linker.resolver.latest_results(("text",))
    if refers_to_data(words) and not texts:
        has_quotation = any(r.origin == "quotation" for r in linker.resolver.referents)
        media = linker.resolver.resolve(intent, ("image", "audio"))
        if media and media[0].origin != "earlier" and not has_quotation and not linker.resolver.has_kind("text"):
            return as_text(linker, media[0], intent).value
    return prompt_for(linker, intent)


def refers_to_data(words: str) -> bool:
    """Whether words refer to existing data, and do not describe the content themselves."""
    cues = lexicon().cues
    own = cues["own-words"].search(words) and not cues["based-on"].search(words)
    return bool(cues["refers"].search(words)) and not own
