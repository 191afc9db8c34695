"""Questions: to an expert for the kind of source that they are about."""

import re
from collections.abc import Iterator

from .....graph.resource import Kind, Resource
from .....graph.task import Ref, Template
from .....graph.task import Value as Input
from .....graph.vocabulary import VOCABULARY
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Handler, Linker

_WORD = re.compile(r"[a-z]{4,}")
_ASKING = frozenset("what which whom whose when where does have been were that this with from about".split())
_NAMES = re.compile(r"\S+\.[a-z][a-z0-9]{1,4}\b")


def question_(linker: Linker, intent: Intent) -> None:
    ask(linker, intent, intent.question)


def ask(linker: Linker, intent: Intent, question: str) -> None:
    """A question, to an expert for the kind of its source."""
    kind = kind_asked(linker, intent, _NAMES.sub(" ", question.lower()))
    asked: Input = question
    spoken = heard(linker, intent) if question == linker.reading.goal(intent.clause) or not intent.question else None
    asked = spoken or asked
    translated = [t for t in linker.ground.latest(("text",)) if t.origin == "translation"]
    if translated and isinstance(translated[0].value, Ref):
        source = linker.tasks[translated[0].value.task_id].inputs.get("text")
        asked = translated[0].value if source == question else question
    if kind is None:
        linker.add("conversational", {"text": question}, intent)
    elif kind == "text":
        inputs: dict[str, Input] = {"question": asked}
        context = [t for t in linker.texts(intent) if t.value != asked]
        if context:
            inputs["context"] = context[0].value
        linker.add("question-answering", inputs, intent)
    else:
        task_type = lexicon().acts["question"][kind]
        port = VOCABULARY[task_type].inputs[0]
        wanted: tuple[Kind, ...] = ("document", "image") if kind == "document" else (kind,)
        name = VOCABULARY[task_type].inputs[1].name
        if asked == question and (known := found_before(linker, intent)):
            asked = Template(parts=("Known so far: ", known, ". " + question))
        for thing in linker.ground.source(intent, wanted) or linker.nothing(intent, f"a {kind}"):
            linker.add(task_type, {port.name: thing.value, name: asked}, intent)


def heard(linker: Linker, intent: Intent) -> Ref | None:
    """A question that stands in a recording or on a picture: "answer the question in question.wav"."""
    cues, masked = lexicon().cues, linker.reading.masked
    for kind, cue in (("audio", "question-in-audio"), ("image", "question-in-image")):
        things = [t for t in linker.ground.things if t.kind == kind and t.origin == "file"]
        if things and cues[cue].search(masked):
            place = cues[cue].search(masked)
            inside = [t for t in things if place and place.start() <= t.place < place.end()] or things
            said = linker.in_words(inside[0], intent).value
            return said if isinstance(said, Ref) else None
    return None


def found_before(linker: Linker, intent: Intent) -> Ref | None:
    """What the step right before a question about a picture found out in words, where the question builds upon it."""
    last = linker.ground.things[-1] if linker.ground.things else None
    if last is None or not isinstance(last.value, Ref) or last.origin not in _BUILT_UPON:
        return None
    words = linker.reading.masked[intent.clause.start : max(intent.stop, intent.end)] + intent.question.lower()
    asked = linker.ground.source(intent, ("document", "image"))
    related = any(linker.matter(last.value) & linker.matter(thing.value) for thing in asked)
    return last.value if related or lexicon().cues["builds-upon"].search(words) else None


_BUILT_UPON = (
    *("object-detection", "image-classification", "token-classification", "tabular-classification"),
    *("summarization", "translation", "text-generation", "conversational", "audio-classification"),
    "automatic-speech-recognition",
)


def is_document(linker: Linker) -> bool:
    """Whether the request introduces its picture as one of a document."""
    return bool(lexicon().cues["document-picture"].search(linker.reading.masked))


def document_named(linker: Linker, intent: Intent) -> bool:
    """Whether the picture asked about is by its name one of a page: receipt.jpg."""
    asked = linker.ground.source(intent, ("document", "image"))[:1]
    if asked and asked[0].made:
        asked = [thing for thing in linker.ground.things if thing.kind == "image" and thing.origin == "file"]
    names = [thing.value.name or "" for thing in asked if isinstance(thing.value, Resource)]
    return any(lexicon().cues["document-name"].search(name.lower()) for name in names)


def kind_asked(linker: Linker, intent: Intent, question: str) -> Kind | None:
    """What a question is about: a document, a picture, a table, a video or a text; None for a question at large."""
    return next((kind for holds, kind in _signs(linker, intent, question) if holds), None)


def _signs(linker: Linker, intent: Intent, question: str) -> Iterator[tuple[object, Kind]]:
    """Signs of a kind of source, the surest first."""
    cues, has = lexicon().cues, linker.ground.has
    words = linker.reading.masked[intent.clause.start : intent.clause.end] + " " + question
    picture = has("image") or has("document")
    pointed = linker.ground.said(intent, ("image", "document")) or cues["pointed-at"].search(words)
    of_text = cues["of-the-text"].search(question) or told(linker, question)
    yield has("text") and of_text and not pointed and not cues["visual"].search(question), "text"
    yield has("video") and not picture and not has("text"), "video"
    yield has("table") and not picture and not has("text"), "table"
    read = linker.ground.latest(("text",))
    of_page = bool(read) and read[0].origin == "image-to-text"
    yield of_page and cues["from-text"].search(words) and not cues["visual"].search(question), "text"
    yield picture and linker.shows_table() and cues["tabular"].search(question), "document"
    called_document = has("text") and cues["document-text"].search(linker.reading.masked)
    yield called_document and cues["document"].search(question), "text"
    files = [thing.kind for thing in linker.ground.inside(intent) if thing.origin == "file"]
    yield files and set(files) == {"text"}, "text"
    yield picture and not cues["visual"].search(question) and document_named(linker, intent), "document"
    yield files == ["image"] and not cues["document"].search(words), "image"
    yield picture and (cues["document"].search(question) or (has("document") and not has("image"))), "document"
    yield has("image") and cues["visual"].search(question), "image"
    yield picture and (cues["document"].search(words) or is_document(linker)), "document"
    yield cues["textual"].search(words) and (has("text") or has("audio")), "text"
    yield has("image"), "image"
    yield has("text") or has("audio"), "text"


def told(linker: Linker, question: str) -> bool:
    """Whether a quotation speaks of what is asked: "Who bought the potatoes?" beside 'John bought potatoes in March.'"""
    asked = {word for word in _WORD.findall(question) if word not in _ASKING}
    drawn = [value for task in linker.tasks for name, value in task.inputs.items() if name == "prompt"]
    quoted = [t.value for t in linker.ground.things if t.origin == "literal" and t.value not in drawn]
    texts = [value.lower() for value in quoted if isinstance(value, str)]
    return any(len(asked & set(_WORD.findall(text))) >= max(2, (len(asked) + 1) // 2) for text in texts)


HANDLERS: dict[str, Handler] = {"question": question_}
