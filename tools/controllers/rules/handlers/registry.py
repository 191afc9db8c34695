"""Wishes: each act to what plans it; acts without a handler of their own become a task with one input."""

import re

from ..intents import Intent
from ..lexicon import lexicon
from ..linking import MOST_TASKS, Handler, Linker
from . import audio, comparison, image_contents, pictures, questions, texts

_END = re.compile(r"[.;!?\n]|, |,? (?:and|then|but) |$")


def unable(linker: Linker, intent: Intent) -> None:
    """What no expert does is said, not passed over."""
    end = _END.search(linker.reading.masked, intent.start)
    words = linker.reading.text[intent.start : end.start() if end else intent.end].strip()
    linker.refused.append(f"I could not plan “{words[:120]}”: none of my experts does that.")


HANDLERS: dict[str, Handler] = {
    "unable": unable,
    **pictures.HANDLERS,
    **image_contents.HANDLERS,
    **audio.HANDLERS,
    **texts.HANDLERS,
    **comparison.HANDLERS,
    **questions.HANDLERS,
}


def said_again(linker: Linker, intent: Intent) -> bool:
    """Whether a wish only tells when the next one comes: "after segmenting the image, detect the objects"."""
    masked, acts = linker.reading.masked, lexicon().acts
    gerund = re.match(r"\w+ing\b", masked[intent.start : intent.end])
    timed = gerund and lexicon().cues["afterwards"].search(masked, intent.clause.start, intent.start)
    return bool(timed) and intent.act in acts and linker.has(linker.type_of(intent))


def take(linker: Linker, intent: Intent) -> None:
    """Plan one wish."""
    linker.wish += 1
    if len(linker.tasks) >= MOST_TASKS:
        linker.refuse(intent, f"a plan of mine has {MOST_TASKS} tasks at most")
        return
    if said_again(linker, intent):
        return
    if handler := HANDLERS.get(intent.act):
        handler(linker, intent)
        return
    task_type = linker.type_of(intent)
    if not (intent.mention and (task_type in linker.wanted or linker.has(task_type))):
        linker.plain(intent, task_type)
