"""Handler of questions: `add_question` finds the task type by what a question is about: a text, a page, a picture ..."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .....graph.resource import Kind, Resource
from .....graph.task import Ref, Template
from .....graph.task import Value as Input
from .....graph.vocabulary import VOCABULARY
from ....tables.follow_up import of_those, refers_back
from ....wording.asked_apart import FOLLOWED
from ....wording.nearest import is_out_of_reach
from ....wording.refusals import refusal
from ....wording.several_questions import several_questions
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..text_linking import as_text, text_referents

_OF_TABLE = "table-question-answering"
"""Its answer is no text that a further question is about."""
_CHOOSING = ("count", "filter")
"""Types whose rows a question right behind them may be about."""
_WORD = re.compile(r"[a-z]{4,}")
_QUESTION_WORDS = frozenset("what which whom whose when where does have been were that this with from about".split())
_TELLING = re.compile(
    r"(?:what are|(?:tell|give|show|read) (?:me|us)|(?:i|we) need|let me know)(?= (?:the|my|our|his|her|its|their) )",
    re.I,
)
"""Words that ask for several things, of which each is a question of its own."""
_FILE_NAMES = re.compile(r"\S+\.[a-z][a-z0-9]{1,4}\b")


def answer_question(linker: Linker, intent: Intent) -> None:
    """Answer the question of an intent."""
    kinds = {referent.kind for referent in linker.resolver.referents if referent.origin != _OF_TABLE}
    if kinds == {"audio"} and (asked := lexicon().cues["of-sound"].search(intent.question.lower())):
        if asked["length"]:
            linker.refuse(
                intent, "no expert here measures how long a recording is; I can cut it by time or transcribe it"
            )
            return
        for referent in linker.resolver.resolve(intent, ("audio",)):
            linker.add_task("audio-classification", {"audio": referent.value}, intent)
        return
    several = several_questions(intent.question.lower(), "en", certain=True)
    things = several[0].texts(intent.question, "en") if several and kinds & {"text", "document", "image"} else []
    for question in things or [intent.question]:  # an expert gives one answer to a question
        add_question(linker, intent, _TELLING.sub("What is", question) if things else question)
    if things:
        linker.use(intent.clause.start, intent.clause.end)


def add_question(linker: Linker, intent: Intent, question: str) -> None:
    """Add the task that answers a question, by the kind of its source; a general question goes to a chat model."""
    if ask_of_chosen(linker, intent, question):
        return
    cues = _source_kind_cues(linker, intent, _FILE_NAMES.sub(" ", question.lower()))
    kind = next((kind for holds, kind in cues if holds), None)
    question_input: Input = question
    if question == linker.parsed.text_of(intent.clause) or not intent.question:
        question_input = _question_in_media(linker, intent) or question
    translated = [r for r in linker.resolver.latest_results(("text",)) if r.origin == "translation"]
    if translated and isinstance(translated[0].value, Ref):
        source = linker.tasks[translated[0].value.task_id].inputs.get("text")
        question_input = translated[0].value if source == question else question
    if kind is None and is_out_of_reach(question, linker.parsed.language):
        linker.refusals.append(refusal(linker.parsed.language, "out-of-reach", question))
    elif kind is None:
        linker.add_task("conversational", {"text": question}, intent)
    elif kind == "text":
        inputs: dict[str, Input] = {"question": question_input}
        context = [r for r in text_referents(linker, intent) if r.value != question_input]
        if context:
            inputs["context"] = context[0].value
        linker.add_task("question-answering", inputs, intent)
    elif kind == "table" and ask_of_rows_before(linker, intent, question):
        return
    else:
        task_type = lexicon().acts["question"][kind]
        port = VOCABULARY[task_type].inputs[0]
        kinds: tuple[Kind, ...] = ("document", "image") if kind == "document" else (kind,)
        name = VOCABULARY[task_type].inputs[1].name
        if question_input == question and (known := _earlier_finding(linker, intent)):
            question_input = Template(parts=(f"{question} (given: ", known, ")"))
        for referent in linker.resolver.resolve(intent, kinds) or linker.refuse_missing(intent, f"a {kind}"):
            linker.add_task(task_type, {port.name: referent.value, name: question_input}, intent)


def ask_of_chosen(linker: Linker, intent: Intent, question: str) -> bool:
    """Ask about some of the rows that a task right before counts or keeps: "how many of them are paid?"."""
    last = linker.tasks[-1] if linker.tasks else None
    rows = last is not None and last.type in _CHOOSING and bool(last.parameters.get("where"))
    if last is None or not rows or not of_those(question, linker.parsed.language):
        return False
    given = last.inputs["items"]
    table = given[0] if isinstance(given, tuple) and len(given) == 1 else None
    if not isinstance(table, Resource) or table.kind != "table":
        linker.refuse(intent, "I can't ask about the rows counted before; ask for both conditions in one question")
        return True
    begun = next(e.start for e in linker.evidence if e.task_id == last.id)
    before = re.sub(r"\W*(?:\band\W*)?\Z", "", linker.parsed.text[begun : intent.start])
    both = FOLLOWED.join((before or last.goal, question))
    linker.add_task(_OF_TABLE, {"table": table, "question": both}, intent)
    linker.use(intent.start, intent.stop)
    return True


def ask_of_rows_before(linker: Linker, intent: Intent, question: str) -> bool:
    """Ask about the rows of the question before; where none is planned, the clause before is one."""
    if not refers_back(question, linker.parsed.language):
        return False
    if asked_with(linker, intent, question):
        return True
    before = [c for c in linker.parsed.clauses if c.end <= intent.clause.start and not c.background]
    before = [c for c in before if " " in linker.parsed.text_of(c).strip()]
    tables = linker.resolver.resolve(intent, ("table",))
    if linker.tasks or not before or len(tables) != 1:
        return False
    rows = replace(intent, start=before[-1].start, end=before[-1].end, clause=before[-1])
    chosen = linker.goal_of(rows).strip(" ,.")
    for asked, each in ((chosen, rows), (FOLLOWED.join((chosen, question)), intent)):
        linker.add_task(_OF_TABLE, {"table": tables[0].value, "question": asked}, each)
        linker.use(each.clause.start, each.clause.end)
    return True


def asked_with(linker: Linker, intent: Intent, question: str) -> bool:
    """Add a question about the rows of the one before to that: "how many are in North and what is the total there?"."""
    last = linker.tasks[-1] if linker.tasks else None
    if last is None or last.type != _OF_TABLE or not isinstance(last.inputs["question"], str):
        return False
    both = f"{last.inputs['question'].rstrip(' ?,.')} and {question.rstrip(' ?.')}"
    linker.tasks[-1] = last.model_copy(update={"inputs": {**last.inputs, "question": both}})
    linker.use(linker.evidence[-1].start, linker.evidence[-1].end)
    linker.use(intent.start, intent.stop)
    return True


def _question_in_media(linker: Linker, intent: Intent) -> Ref | None:
    """The question that a recording or a picture holds: "answer the question in question.wav"."""
    cues, masked = lexicon().cues, linker.parsed.masked
    for kind, cue in (("audio", "question-in-audio"), ("image", "question-in-image")):
        referents = [r for r in linker.resolver.referents if r.kind == kind and r.origin == "file"]
        if referents and (match := cues[cue].search(masked)):
            inside = [r for r in referents if match.start() <= r.position < match.end()] or referents
            text = as_text(linker, inside[0], intent).value
            return text if isinstance(text, Ref) else None
    return None


def _earlier_finding(linker: Linker, intent: Intent) -> Ref | None:
    """The finding of the step right before a question about a picture, where the question builds upon it."""
    last = linker.resolver.referents[-1] if linker.resolver.referents else None
    if last is None or not isinstance(last.value, Ref) or last.origin not in _USEFUL_FINDINGS:
        return None
    words = linker.parsed.masked[intent.clause.start : intent.stop] + intent.question.lower()
    pictures = linker.resolver.resolve(intent, ("document", "image"))
    related = any(linker.sources_of(last.value) & linker.sources_of(picture.value) for picture in pictures)
    return last.value if related or lexicon().cues["builds-upon"].search(words) else None


_USEFUL_FINDINGS = (
    *("object-detection", "image-classification", "token-classification", "tabular-classification"),
    *("summarization", "translation", "text-generation", "conversational", "audio-classification"),
    "automatic-speech-recognition",
)
"""Types whose result may help to answer a question about a picture."""


def _named_as_document(linker: Linker, intent: Intent) -> bool:
    """Whether the file name of the picture says that it is one of a page: receipt.jpg."""
    pictures = linker.resolver.resolve(intent, ("document", "image"))[:1]
    if pictures and pictures[0].is_result:
        pictures = [r for r in linker.resolver.referents if r.kind == "image" and r.origin == "file"]
    names = [r.value.name or "" for r in pictures if isinstance(r.value, Resource)]
    return any(lexicon().cues["document-name"].search(name.lower()) for name in names)


def _source_kind_cues(linker: Linker, intent: Intent, question: str) -> Iterator[tuple[object, Kind]]:
    cues, has = lexicon().cues, linker.resolver.has_kind
    words = linker.parsed.words_of(intent.clause) + " " + question
    picture = has("image") or has("document")
    pointed = linker.resolver.named_data(intent, ("image", "document")) or cues["pointed-at"].search(words)
    of_text = cues["of-the-text"].search(question) or _quotation_covers(linker, question)
    yield has("text") and of_text and not pointed and not cues["visual"].search(question), "text"
    yield has("video") and not picture and not has("text"), "video"
    texts = [r for r in linker.resolver.referents if r.kind == "text" and r.origin != _OF_TABLE]
    yield has("table") and not picture and not texts, "table"
    read = linker.resolver.latest_results(("text",))
    of_page = bool(read) and read[0].origin == "image-to-text"
    yield of_page and cues["from-text"].search(words) and not cues["visual"].search(question), "text"
    yield picture and linker.shows_table() and cues["tabular"].search(question), "document"
    files = [r.kind for r in linker.resolver.data_in_words(intent) if r.origin == "file"]
    yield files and set(files) == {"text"}, "text"
    yield picture and not cues["visual"].search(question) and _named_as_document(linker, intent), "document"
    yield picture and cues["printed"].search(question) and not cues["visual"].search(question), "document"
    yield files == ["image"] and not cues["document"].search(words), "image"
    yield picture and (cues["document"].search(question) or (has("document") and not has("image"))), "document"
    yield has("image") and cues["visual"].search(question), "image"
    introduced = cues["document-picture"].search(linker.parsed.masked)
    yield picture and (cues["document"].search(words) or introduced), "document"
    yield cues["textual"].search(words) and (has("text") or has("audio")), "text"
    yield has("image"), "image"
    yield has("text") or has("audio"), "text"


def _quotation_covers(linker: Linker, question: str) -> bool:
    """Whether a quotation holds half of the words of a question: "Who bought the apples?" 'Anna bought two apples.'"""
    asked_words = {word for word in _WORD.findall(question) if word not in _QUESTION_WORDS}
    prompts = [value for task in linker.tasks for name, value in task.inputs.items() if name == "prompt"]
    quoted = [r.value for r in linker.resolver.referents if r.origin == "quotation" and r.value not in prompts]
    texts = [value.lower() for value in quoted if isinstance(value, str)]
    return any(len(asked_words & set(_WORD.findall(text))) >= max(2, (len(asked_words) + 1) // 2) for text in texts)
