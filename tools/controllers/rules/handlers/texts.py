"""Wishes about texts and labels: classify, summarise, translate, write, converse."""

import re

from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Handler, Linker
from ..parameters import Parameters, candidate_labels, sentence_limit, source_language, target_languages
from ..referents import Thing
from .generation_prompts import described, prompt
from .questions import ask


def sentiment(linker: Linker, intent: Intent) -> None:
    labels = candidate_labels(linker.ground.window(intent))
    if not labels and linker.ground.has("image") and not linker.ground.has("text"):
        words = linker.ground.window(intent)
        if re.search(r"\b(?:person|face|man|woman|child|people)\b", words):
            ask(linker, intent, linker.words(intent))
            return
    for thing in linker.texts(intent, prose=True) or linker.nothing(intent, "a text"):
        if labels:
            linker.add("zero-shot-classification", {"text": thing.value}, intent, {"candidate_labels": labels})
        else:
            linker.add("text-classification", {"text": thing.value}, intent)


def classify(linker: Linker, intent: Intent) -> None:
    words = linker.reading.masked[intent.start : intent.clause.end]
    labels = candidate_labels(words)
    if words.startswith(("classified", "categori")) and any("classification" in task.type for task in linker.tasks):
        return
    task_type = linker.type_of(intent)
    zero = {
        "image-classification": "zero-shot-image-classification",
        "text-classification": "zero-shot-classification",
    }
    if labels and task_type in zero:
        linker.plain(intent, zero[task_type], {"candidate_labels": labels})
        return
    if linker.has(task_type):
        return
    linker.plain(intent, task_type)


def entities(linker: Linker, intent: Intent) -> None:
    """Find names in a text; "the output of token classification" speaks of those found."""
    spoken_of = intent.mention or lexicon().cues["outcome"].search(
        linker.reading.masked[intent.clause.start : intent.end]
    )
    if linker.has("token-classification") and spoken_of:
        return
    if not (intent.mention and "token-classification" in linker.wanted):
        linker.plain(intent, "token-classification")


def summarize(linker: Linker, intent: Intent) -> None:
    if intent.mention and ("summarization" in linker.wanted or linker.has("summarization")):
        return
    clause = linker.reading.masked[intent.clause.start : intent.clause.end]
    answered = bool(linker.tasks) and linker.tasks[-1].type.endswith("question-answering")
    full = linker.ground.latest(("text",), prose=True)
    if answered and full and not re.search(r"\banswers?\b", clause):
        linker.add("summarization", {"text": full[0].value}, intent, sentence_limit(clause))
        return
    linker.plain(intent, "summarization", sentence_limit(clause))


def translate(linker: Linker, intent: Intent) -> None:
    if intent.mention and ("translation" in linker.wanted or linker.has("translation")):
        return
    words = linker.reading.masked[intent.start : max(intent.clause.end, intent.end)]
    targets = target_languages(words) or target_languages(linker.reading.masked)[:1]
    source = source_language(linker.reading.masked[intent.clause.start : intent.clause.end])
    asked = [lit for lit in linker.reading.literals if lit.question and intent.start <= lit.start < intent.clause.end]
    refers = re.search(r"\bquestion\b", linker.ground.window(intent))
    asked = asked or [lit for lit in linker.reading.literals if lit.question][:1] if refers else asked
    made = linker.ground.latest(("text",)) if intent.mention else []
    lead = lexicon().cues["translated"].search(linker.reading.masked, intent.clause.start, intent.end)
    core = lead.group() if lead else linker.reading.masked[intent.start : intent.end]
    if made and made[0].place >= intent.clause.start:
        found = made
    elif not asked and (named := linker.ground.named(intent, ("text",), words=core)):
        found = named
    elif asked:
        found = [Thing("text", asked[0].text, "literal", asked[0].start)]
    else:
        found = linker.texts(intent)
    for thing in found or linker.nothing(intent, "a text"):
        for target in (targets[:1] if intent.mention else targets) or [""]:
            parameters: Parameters = {"target_language": target} if target else {}
            if source and source != target:
                parameters["source_language"] = source
            linker.add("translation", {"text": thing.value}, intent, parameters)


def continue_(linker: Linker, intent: Intent) -> None:
    linker.add("text-generation", {"prompt": prompt(linker, intent)}, intent)


def rewrite(linker: Linker, intent: Intent) -> None:
    if intent.mention and linker.has("text-generation"):
        return
    for thing in linker.texts(intent) or linker.nothing(intent, "a text"):
        linker.add("text-generation", {"prompt": thing.value}, intent)


def write(linker: Linker, intent: Intent) -> None:
    """A new text; "a description" where there is only a picture is the picture in words."""
    described_ = re.search(r"\bdescriptions?\b", linker.reading.masked[intent.start : intent.end])
    has = linker.ground.has
    texts = linker.ground.latest(("text", "labels")) or has("text") or has("audio")
    if (
        described_
        and has("image")
        and not texts
        and not linker.shows_table()
        and not linker.has("tabular-classification")
    ):
        linker.plain(intent, "image-to-text")
        return
    linker.add("text-generation", {"prompt": described(linker, intent)}, intent)


def converse(linker: Linker, intent: Intent) -> None:
    if linker.has("conversational"):
        return
    questions = [lit for lit in linker.reading.literals if lit.question]
    if not linker.tasks and questions and not any(t.origin == "file" for t in linker.ground.things):
        linker.add("conversational", {"text": questions[0].text}, intent)
        return
    linker.add("conversational", {"text": described(linker, intent)}, intent)


def fill(linker: Linker, intent: Intent) -> None:
    """The sentence with the blank: quoted, or the clause itself."""
    found = linker.ground.source(intent, ("text",))
    clause = linker.reading.masked[intent.clause.start : intent.clause.end]
    said = lexicon().cues["asked-to-fill"].match(clause)
    words = linker.reading.text[intent.clause.start + (said.end() if said else 0) : intent.clause.end].strip()
    linker.add("fill-mask", {"text": found[0].value if found else words}, intent)


def language(linker: Linker, intent: Intent) -> None:
    asked = [lit for lit in linker.reading.literals if lit.question and intent.start <= lit.start < intent.clause.end]
    for literal in asked[:1]:
        linker.add("language-identification", {"text": literal.text}, intent)
        return
    for thing in linker.texts(intent, prose=True) or linker.nothing(intent, "a text"):
        linker.add("language-identification", {"text": thing.value}, intent)


def join(linker: Linker, intent: Intent) -> None:
    """Put the texts of the nearest wish one after another."""
    texts = linker.ground.latest(("text",))
    if len(texts) < 2:
        texts = [thing for thing in linker.ground.things if thing.kind == "text"]
    if len(texts) < 2:
        linker.nothing(intent, "two texts")
        return
    linker.add("join-text", {"texts": tuple(thing.value for thing in texts)}, intent)


HANDLERS: dict[str, Handler] = {
    **{
        "entities": entities,
        "fill": fill,
        "sentiment": sentiment,
        "classify": classify,
    },
    **{"image-class": classify, "summarize": summarize, "translate": translate, "continue": continue_},
    **{"rewrite": rewrite, "write": write, "converse": converse, "language": language, "join": join},
}
