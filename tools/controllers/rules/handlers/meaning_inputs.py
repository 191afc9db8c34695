"""What the inputs of a task of example phrases are given: data in the clause, results, files, the words themselves."""

import re
from collections.abc import Sequence

from .....graph.resource import Resource
from .....graph.task import Ref
from .....graph.task_type import Input as Port
from .....graph.vocabulary import VOCABULARY
from ....text_language import is_in
from ....wording.aloud import without_aloud
from ....wording.clause_words import ClauseWords
from ....wording.fitting import data_ports, step_cost
from ....wording.meanings import COUNTS_OF_TEXT, Meaning
from ....wording.wording import wording
from ..intents import Intent
from ..linking import Linker
from ..parameters import Input, Inputs
from ..reference_resolution import LISTS
from ..referents import Referent, unique

_FINDINGS = ("text-classification", "zero-shot-classification", "token-classification", "language-identification",
             "audio-classification", "image-classification", "sentence-similarity", "count", "compare", "pick-best",
             "question-answering", "document-question-answering", "visual-question-answering")  # fmt: skip
"""Types that only describe a text: later intents are about the text itself, unless they say or translate the finding."""
_SPOKEN_AS_FOUND = ("text-to-speech", "translation", "compare", "count")
_TEXT_SEARCHES = ("question-answering", "token-classification", "text-classification", "language-identification")
"""Types that are about the whole text and not a summary of it."""


def data_of(meaning: Meaning) -> tuple[Port, ...]:
    """The inputs that are data; a text that is rewritten or continued is data as well."""
    if meaning.task_type == "question-answering":
        return (Port(name="context", kinds=("text",)),)
    if meaning.name.startswith("text2text") or meaning.name == "text-generation/continue":
        return (Port(name="prompt", kinds=("text",)),)
    if meaning.name in (*COUNTS_OF_TEXT, "count/e-mails"):
        return (Port(name="items", kinds=("text",), many=True),)
    if meaning.kinds:
        return tuple(port.model_copy(update={"kinds": meaning.kinds}) for port in data_ports(meaning.task_type))
    return data_ports(meaning.task_type)


def choose(linker: Linker, intent: Intent, port: Port, meaning: Meaning) -> list[Referent]:
    """What an input is given: data named in the clause, the latest fitting result, given files and texts, earlier data."""
    resolver = linker.resolver
    picture = VOCABULARY[meaning.task_type].outputs[0].kind == "image"
    usable = [r for r in resolver.referents if step_cost(r.kind, port, picture and not r.is_result) is not None]
    if "text" in port.kinds:  # what was said aloud is the text that was said, and no recording to be written down
        usable = [r for r in usable if r.maker != "text-to-speech"]
    if meaning.task_type not in _SPOKEN_AS_FOUND or meaning.name in COUNTS_OF_TEXT:
        usable = [r for r in usable if r.maker not in _FINDINGS]
    elif meaning.task_type == "count":  # of findings the found, and no number or answer
        usable = [r for r in usable if r.maker not in _FINDINGS or r.kind != "text"]
    if meaning.task_type == "translation":
        usable = [r for r in usable if r.maker != "count"]
    if meaning.task_type in _TEXT_SEARCHES:
        usable = [r for r in usable if r.maker != "summarization"] or usable
        usable = [r for r in usable if r.language in ("", "English")] or usable
    # a film named for the picture is no sound
    others = [other for other in data_of(meaning) if other.kinds != port.kinds]
    usable = [r for r in usable if r.is_result or port.takes(r.kind) or not any(o.takes(r.kind) for o in others)]
    named = unique([r for r in usable if not r.is_result and intent.start <= r.position < intent.stop])
    made = [r for r in usable if r.is_result and port.takes(r.kind)] or [r for r in usable if r.is_result]
    given = unique([r for r in usable if r.origin in ("file", "quotation")])
    before = [r for r in given if r.origin == "quotation" and r.position < intent.start]
    if before and not port.many and all(r.origin == "quotation" for r in given):
        given = before if len(before) < len(given) else given
    words = ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(linker.parsed.language))
    if words.has("both") and not named and not port.many:
        found = sorted(unique([r for r in usable if port.takes(r.kind)]), key=lambda r: r.is_result)[-2:]
    elif made and not named:
        latest = [r for r in made if r.origin == made[-1].origin and _are_found_together(linker, r, made[-1])]
        latest = resolver.counted(latest) or latest
        found = latest if len(latest) > 1 or not port.many or port.kinds != ("text",) else made[-2:]
    else:
        found = named or given or [r for r in usable if r.origin == "earlier"][-1:]
    if port.many and len(found) < 2 and port.kinds == ("text",):
        found = unique([*found, *given])[:2] if len(given) > 1 or made else found
    pages = [r for r in named if r.kind == "document" and "text" in port.kinds]  # read by a step that is implied
    found = [r for r in found if port.takes(r.kind) or r in pages] or found
    return [_as_port(linker, referent, port, intent) for referent in found]


def _are_found_together(linker: Linker, one: Referent, last: Referent) -> bool:
    """Whether one intent makes two results, or one sentence two lists that no task takes: "the names and the amounts"."""
    taken = any(isinstance(one.value, Ref) and one.value.task_id in task.depends_on for task in linker.tasks)
    if one.intent_index == last.intent_index or one.origin not in LISTS or taken:
        return one.intent_index == last.intent_index
    return not re.search(r"[.;!?。！？](?:\s|[^\x00-\x7f])", linker.parsed.masked[one.position : last.position])


def _as_port(linker: Linker, referent: Referent, port: Port, intent: Intent) -> Referent:
    """The referent itself, or its text by an implied step where the input takes texts."""
    if port.name == "items" and referent.kind == "document" and not port.takes("document"):
        return linker.add_task("document-to-text", {"document": referent.value}, intent, implied=True)
    if "text" not in port.kinds or port.takes(referent.kind) or referent.kind == "document":
        return referent
    if referent.kind in ("audio", "video"):
        return linker.add_task("automatic-speech-recognition", {"audio": referent.value}, intent, implied=True)
    return linker.add_task("image-to-text", {"image": referent.value}, intent, {"look_for": "text"}, implied=True)


def own_words(linker: Linker, intent: Intent) -> Input:
    """The quotation in the clause, the latest text where the clause refers back to it, else the words of the clause."""
    words = ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(linker.parsed.language))
    quoted = [r for r in linker.resolver.data_in_words(intent) if r.origin == "quotation"]
    made = linker.resolver.latest_results(("text",))
    if made and words.has("back") and not quoted:
        return made[0].value
    said = without_aloud(linker.parsed.text[intent.start : intent.stop], words.language)
    return quoted[-1].value if quoted else said.strip(" ,.;:\n、，。")


def add_boxes(ports: Sequence[Port], inputs: Inputs, found: Referent) -> None:
    """Give an optional input of boxes what was detected before."""
    boxes = next((port for port in ports if port.kinds == ("boxes",) and not port.required), None)
    if boxes and isinstance(found.value, Ref):
        inputs[boxes.name] = Ref(task_id=found.value.task_id, output="boxes")


def is_latest_in(linker: Linker, code: str) -> bool:
    """Whether the text is in that language already, because it is quoted in it, or is no file."""
    quoted = [str(r.value) for r in linker.resolver.referents if r.origin == "quotation"]
    given = any(isinstance(r.value, Resource) for r in linker.resolver.referents)
    return is_in(quoted[-1], code) if quoted else not given
