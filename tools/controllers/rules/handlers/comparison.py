"""Wishes to hold two things side by side: compare, measure how alike."""

from .....graph.resource import Kind
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Handler, Linker
from ..referents import Thing

_COMPARED: tuple[Kind, ...] = ("image", "audio", "text")


def compare(linker: Linker, intent: Intent) -> None:
    named = (linker.ground.said(intent, (kind,)) for kind in _COMPARED)
    images = next((things for things in named if len(things) >= 2), [])
    if len(images) >= 2:
        texts = [linker.in_words(thing, intent) for thing in images]
    else:
        texts = [t for t in linker.ground.things if t.made and t.kind in ("text", "labels", "boxes")][-2:]
    if len(texts) < 2:
        similar(linker, intent)
        return
    linker.add("compare", {"items": tuple(thing.value for thing in texts)}, intent)


def similar(linker: Linker, intent: Intent) -> None:
    if linker.has("sentence-similarity"):
        return
    literals = [t for t in linker.ground.things if t.origin == "literal"]
    near = linker.ground.said(intent, ("text",)) or literals
    made = linker.ground.latest(("text",))
    if len(near) >= 2 and not made:
        pair = near[-2:] if near is literals else near[:2]
    elif made and near:
        pair = [made[0], near[-1]]
    else:
        results = [t for t in linker.ground.things if t.made and t.kind in ("text", "labels")]
        questions = [lit.text for lit in linker.reading.literals if lit.question]
        asked = [Thing("text", text, "literal", 0) for text in questions]
        pair = [*asked, *literals, *results][-2:]
    if len(pair) < 2:
        texts = [t for t in linker.ground.things if t.origin in ("file", "earlier") and t.kind in ("text", "table")]
        texts += [] if texts else linker.texts(intent)
        pair = [*pair, *(t for t in texts if t not in pair)][:2]
    if len(pair) < 2:
        media = [t for t in linker.ground.things if t.origin in ("file", "earlier") and t.kind in ("image", "audio")]
        told = [linker.in_words(thing, intent) for thing in media[:2]]
        pair = [*pair, *(t for t in told if t not in pair)][:2]
    bare = lexicon().cues["two-bare"].search(linker.reading.masked, intent.start, intent.clause.end)
    if len(pair) < 2 and bare and not linker.ground.things:
        pair = [
            Thing("text", linker.reading.text[slice(*bare.span(n))].strip(), "literal", bare.start(n)) for n in (1, 2)
        ]
    if len(pair) < 2:
        linker.nothing(intent, "two texts")
        return
    linker.add("sentence-similarity", {"source_sentence": pair[0].value, "sentences": (pair[1].value,)}, intent)


HANDLERS: dict[str, Handler] = {"compare": compare, "similar": similar}
