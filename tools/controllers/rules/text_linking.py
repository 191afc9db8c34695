"""`text_referents`: the texts of an intent, of a picture or recording by an implied task; `add_single_input`: its plan."""

import re

from ....graph.task import Ref
from ....graph.vocabulary import VOCABULARY
from .intents import Intent
from .lexicon import lexicon
from .linking import Linker
from .parameters import Parameters, target_languages
from .reference_resolution import SEARCHING_ACTS
from .referents import Referent, kinds_named

_USE_OBJECT_NAMES = ("translate", "speak", "film", "summarize")
"""Acts whose text, where they name the objects in a picture, is the labels of these."""
_MIN_UNQUOTED_WORDS = {"translate": 1, "speak": 1, "sentiment": 3, "language": 2, "entities": 4, "rewrite": 3}
"""Acts whose text may stand without quotation marks, and how many words it has at least."""
_REPEATABLE = ("image-to-image", "image-text-to-image", "text-generation", "translation", "summarization")
"""Types that may take the result of a task of the same type."""
_MADE = re.compile(r"\b(?:translat|result|output)")
_IN_PICTURE = re.compile(r"\btexts?\b[^.;,]{0,30}\b(?:in|on|of|from) (?:the |this )?(?:\w+ )?(?:image|photo|picture)")


def text_referents(linker: Linker, intent: Intent, *, prose: bool = False, everything: bool = False) -> list[Referent]:
    """The texts that an intent is about; `prose` and `everything` as in `ReferenceResolver.resolve`.

    What looks for something in a text looks in the one that was translated, unless the words name the translation.
    """
    found = _texts_meant(linker, intent, prose=prose, everything=everything)
    words = linker.parsed.masked[intent.start : max(intent.stop, intent.clause.end)]
    searching = intent.act in SEARCHING_ACTS and not _MADE.search(words)
    return [_before_translation(linker, text, words) for text in found] if searching else found


def _texts_meant(linker: Linker, intent: Intent, *, prose: bool, everything: bool) -> list[Referent]:
    resolver = linker.resolver
    words = resolver.words_of(intent)
    media = resolver.named_data(intent, ("image", "audio"))
    own = resolver.named_data(intent, ("text", "table"))
    if own and own[0].origin == "quotation" and (made := _earlier_result_from(linker, own[0], intent)):
        return [made]
    if own and not (media and media[0].position < own[0].position and own[0].origin == "quotation"):
        return own
    if several := linker.open_results(intent, ("text",)):
        return several
    if media and not own:
        return [as_text(linker, medium, intent) for medium in media]
    if _IN_PICTURE.search(words) and not linker.has_task("image-to-text") and resolver.has_kind("image"):
        return [as_text(linker, image, intent) for image in resolver.resolve(intent, ("image",))]
    if refers_to_recording(linker, words) and not resolver.named_results(intent, ("text",)):
        return [as_text(linker, audio, intent) for audio in resolver.resolve(intent, ("audio",))[:1]]
    if kinds_named(words)[:1] == ["audio"] and intent.act != "speak" and not resolver.named_results(intent, ("text",)):
        recordings = [r for r in resolver.resolve(intent, ("audio",)) if r.origin != "text-to-speech"]
        if recordings and not linker.has_task("automatic-speech-recognition"):
            return [as_text(linker, audio, intent) for audio in recordings]
    found = resolver.resolve(intent, ("text",), prose=prose, everything=everything)
    if found and (found[0].is_result or not resolver.latest_results(("audio",)) or found[0].origin != "earlier"):
        return found
    questions = [q for q in linker.parsed.quotations if q.question]
    quoted = intent.act in ("speak", "translate", "entities") and re.search(r"\b(?:text|question|sentence)\b", words)
    if questions and quoted and not resolver.has_kind("text") and not resolver.has_kind("audio"):
        return [Referent("text", questions[0].text, "quotation", questions[0].start)]
    media = resolver.resolve(intent, ("audio", "image"), everything=everything)
    return [as_text(linker, medium, intent) for medium in media] or found or _unquoted_text(linker, intent)


def _before_translation(linker: Linker, text: Referent, words: str) -> Referent:
    """What a text was translated from, unless into English, which the experts read best, or a language that words name."""
    task = linker.tasks[text.value.task_id] if isinstance(text.value, Ref) else None
    target = str(task.parameters.get("target_language", "")).lower() if task else ""
    if task is None or target in ("", "english") or target in words:
        return text
    return next((r for r in linker.resolver.referents if r.value == task.inputs.get("text")), text)


def as_text(linker: Linker, referent: Referent, intent: Intent) -> Referent:
    """The text of a picture or recording, by an implied step; a text as it is."""
    cues, words = lexicon().cues, linker.resolver.words_of(intent)
    if referent.kind in ("audio", "video"):
        return linker.add_task("automatic-speech-recognition", {"audio": referent.value}, intent, implied=True)
    clause = linker.parsed.words_of(intent.clause)
    of_table = re.search(r"\btables?\b", clause) or (referent.origin == "file" and linker.shows_table())
    if referent.kind == "image" and of_table:
        return linker.add_task("tabular-classification", {"table": referent.value}, intent, implied=True)
    if referent.kind == "image" and intent.act in _USE_OBJECT_NAMES and cues["objects-named"].search(words):
        return linker.add_task("object-detection", {"image": referent.value}, intent, implied=True)
    if referent.kind in ("image", "mask"):
        return linker.add_task("image-to-text", {"image": referent.value}, intent, implied=True)
    return referent


def refers_to_recording(linker: Linker, words: str) -> bool:
    """Whether words name the content of a recording: "translate the instructions" that are in example.wav."""
    cues = lexicon().cues
    described = cues["described-content"].search(words) and cues["described-in-audio"].search(linker.parsed.masked)
    return bool(described) and not any(r.kind == "text" and r.origin != "earlier" for r in linker.resolver.referents)


def _earlier_result_from(linker: Linker, own: Referent, intent: Intent) -> Referent | None:
    """The result that an earlier intent makes of a quotation that follows both: "summarise and then translate: '...'"."""
    for referent in reversed(linker.resolver.referents):
        if referent.is_result and referent.kind == "text" and referent.position < own.position:
            value, masked = referent.value, linker.parsed.masked
            used = tuple(linker.tasks[value.task_id].inputs.values()) if isinstance(value, Ref) else ()
            goes_on = re.search(r"\bthen\b", masked[referent.position : own.position]) or lexicon().cues[
                "continues-with-result"
            ].search(masked, intent.start, own.position)
            return referent if goes_on and (own.value in used or (used[:1] and isinstance(used[0], Ref))) else None
    return None


def _unquoted_text(linker: Linker, intent: Intent) -> list[Referent]:
    """The text that a short request holds without quotation marks: "translate good morning to french"."""
    fewest = _MIN_UNQUOTED_WORDS.get(intent.act, 0)
    if intent.act == "translate" and not target_languages(linker.parsed.masked):
        return []
    match = lexicon().cues["bare-text"].match(linker.parsed.masked, intent.end, intent.stop)
    if not fewest or match is None or linker.resolver.referents:
        return []
    start, end = match.span("text")
    text = linker.parsed.text[start:end].strip(" .,;:\n")
    if len(text.split()) < fewest or lexicon().cues["points"].match(linker.parsed.masked, start):
        return []
    return [Referent("text", text, "quotation", start)]


def add_single_input(linker: Linker, intent: Intent, task_type: str, parameters: Parameters | None = None) -> None:
    """Add a task of the type for each referent of the intent; without any, a refusal."""
    port = VOCABULARY[task_type].inputs[0]
    if port.takes("text") and "image" not in port.kinds:
        found = text_referents(linker, intent)
    else:
        pictured = "image" in port.kinds and not (port.takes("table") and linker.resolver.has_kind("table"))
        found = linker.resolver.resolve(intent, ("image",) if pictured else port.kinds)
    if intent.act == "read" and not found and task_type == "image-to-text":  # a document that is read is shown
        texts = [r for r in linker.resolver.resolve(intent, ("text",)) if r.origin == "file"]
        if texts:
            linker.add_task("join-text", {"texts": tuple(referent.value for referent in texts)}, intent)
            return
    for referent in found or linker.refuse_missing(intent, " or ".join(port.kinds)):
        if referent.origin != task_type or task_type in _REPEATABLE:
            value = (referent.value,) if port.many else referent.value
            linker.add_task(task_type, {port.name: value}, intent, parameters)
