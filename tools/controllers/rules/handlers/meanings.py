"""`plan_meaning`: the tasks of an intent that example phrases decide, in any language, linked by the kinds of data."""

from collections.abc import Sequence

from .....graph.resource import Resource
from .....graph.task import Ref
from .....graph.task import Value as Input
from .....graph.task_type import Input as Port
from .....graph.vocabulary import VOCABULARY
from ....languages import NAMES
from ....text_language import is_in
from ....wording.clause_words import ClauseWords
from ....wording.fitting import data_ports, step_cost
from ....wording.meanings import Meaning, meaning_of
from ....wording.picture_words import names_a_part, names_a_picture
from ....wording.refusals import refusal
from ....wording.wording import wording
from ..intents import Intent
from ..linking import Linker
from ..parameters import Parameters
from ..referents import Referent, unique
from .meaning_parameters import parameters_of

_FINDINGS = ("text-classification", "zero-shot-classification", "token-classification", "language-identification",
             "audio-classification", "image-classification", "sentence-similarity", "count", "compare", "pick-best",
             "question-answering", "document-question-answering", "visual-question-answering")  # fmt: skip
"""Types that only describe a text: later intents are about the text itself, unless they say or translate the finding."""
_SPOKEN_AS_FOUND = ("text-to-speech", "translation", "compare", "count")
_TEXT_SEARCHES = ("question-answering", "token-classification", "text-classification", "language-identification")
"""Types that are about the whole text and not a summary of it."""
_WHOLE_PICTURE = tuple(f"image-to-image/{name}" for name in ("blur", "grayscale", "brighten", "darken", "sharpen", "invert",
                                                             "contrast", "flip", "rotate", "resize"))  # fmt: skip
"""Operations that no expert does to a part of a picture."""
_WRITTEN = ("summarization", "image-to-text", "text-generation", "text-to-speech", "question-answering",
            "automatic-speech-recognition")  # fmt: skip
"""Types after (or before speech) which a language that the clause names asks for a translation."""


def _changes_a_part(linker: Linker, words: ClauseWords) -> bool:
    """Whether an operation is meant for what was found in a picture, and not for the picture."""
    found = bool(linker.tasks) and VOCABULARY[linker.tasks[-1].type].outputs[0].kind == "boxes"
    return names_a_part(words) or (found and not names_a_picture(words))


def plan_meaning(linker: Linker, intent: Intent) -> None:
    """Add the tasks of an intent with a nearest example, or a refusal."""
    if intent.match is None:
        return
    meaning = meaning_of(intent.match.meaning)
    words = ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(linker.parsed.language))
    if meaning.is_out_of_reach:
        linker.refusals.append(refusal(words.language.code, "out-of-reach", linker.goal_of(intent)))
        return
    if _is_conditional(meaning, words):
        linker.refusals.append(refusal(words.language.code, "not-understood", linker.goal_of(intent)))
        return
    blurs = meaning.task_type == "object-detection" and words.operation == "blur"
    if blurs or (meaning.name in _WHOLE_PICTURE and _changes_a_part(linker, words)):
        linker.refuse(intent, "part-only")
        return
    if meaning.task_type == "video-to-images" and words.names_by_number("frame"):
        linker.refuse(intent, "by-number")
        return
    targets, source = words.languages
    if meaning.task_type == "translation":
        _translate(linker, intent, [*targets] or [_target_of_request(linker)], source)
        return
    if meaning.task_type == "text-to-speech" and targets and not _is_in(linker, targets[0]):
        _translate(linker, intent, targets[:1], source)
    made = _add(linker, intent, meaning, words)
    written = meaning.task_type in _WRITTEN and meaning.task_type not in (
        "text-to-speech",
        "automatic-speech-recognition",
    )
    for result in made if targets and written else ():
        linker.add_task("translation", {"text": result.value}, intent, {"target_language": NAMES[targets[0]]})


def _is_conditional(meaning: Meaning, words: ClauseWords) -> bool:
    """Whether a condition chooses rows, which only rules read: of a filter, or of a count that names a number."""
    if meaning.task_type == "count" and meaning.name == "count/rows":
        from ....wording.nearest import nearest

        found = nearest(words.words, words.language.code, among=(meaning.name, "filter/rows"))
        return words.number() is not None or bool(found and found[0].meaning == "filter/rows")
    return meaning.task_type == "filter"


def _add(linker: Linker, intent: Intent, meaning: Meaning, words: ClauseWords) -> list[Referent]:
    """The tasks of one meaning, one for each datum that it is about; returns their results."""
    first: list[Referent] = []
    if meaning.first:
        first = _add(linker, intent, _narrowed(linker, intent, meaning_of(meaning.first)), words)
        if not first:
            return []
    row = VOCABULARY[meaning.task_type]
    fixed: dict[str, Input] = {}
    for port in row.inputs:
        if port.required and port not in _data(meaning) and not port.many and port.kinds == ("text",):
            fixed[port.name] = _own_words(linker, intent)
    over: tuple[str, Sequence[Input]] | None = None
    for port in _data(meaning):
        many = port.many and (port.kinds != ("text",) or len(_data(meaning)) == 1)
        found = first if first and any(port.takes(r.kind) for r in first) else _choose(linker, intent, port, meaning)
        if not found:
            linker.refusals.append(refusal(words.language.code, "missing", linker.goal_of(intent), port.kinds[0]))
            return []
        values = [referent.value for referent in found]
        if many:
            fixed[port.name] = tuple(values)
        elif port.many:
            fixed[port.name] = tuple(values[1:] or values)
        elif over is None and len(values) > 1 and not any(p.many for p in _data(meaning)):
            over = (port.name, values)
        else:
            fixed[port.name] = values[0]
    if first and all(port.name not in fixed or fixed[port.name] != first[0].value for port in _data(meaning)):
        _add_boxes(row.inputs, fixed, first[0])
    every = [{**fixed, over[0]: value} for value in over[1]] if over else [fixed]
    return [
        linker.add_task(meaning.task_type, inputs, intent, parameters)
        for parameters in _searches(parameters_of(meaning, words))
        if not _joined(linker, meaning.task_type, fixed, parameters)
        for inputs in every
    ]


def _searches(parameters: Parameters) -> list[Parameters]:
    """Names and what else is looked for as two tasks: other experts find names."""
    named = str(parameters.get("look_for", "")).split(", ")
    others = ", ".join(each for each in named if each != "names")
    if "names" not in named or not others:
        return [parameters]
    return [{**parameters, "look_for": "names"}, {**parameters, "look_for": others}]


def _add_boxes(ports: Sequence[Port], inputs: dict[str, Input], found: Referent) -> None:
    """Give an optional input of boxes what was detected before."""
    boxes = next((port for port in ports if port.kinds == ("boxes",) and not port.required), None)
    if boxes and isinstance(found.value, Ref):
        inputs[boxes.name] = Ref(task_id=found.value.task_id, output="boxes")


def _joined(linker: Linker, task_type: str, inputs: dict[str, Input], parameters: Parameters) -> bool:
    """Whether a task of the same type and data is planned; it then looks for these as well: "the dates and the amounts"."""
    for number, task in enumerate(linker.tasks):
        if (
            task.type == task_type
            and task.inputs == inputs
            and "look_for" in parameters
            and "look_for" in task.parameters
            and "names" not in (task.parameters["look_for"], parameters["look_for"])
        ):
            both = dict.fromkeys((task.parameters["look_for"], parameters["look_for"]))
            joined = {**task.parameters, "look_for": ", ".join(map(str, both))}
            linker.tasks[number] = task.model_copy(update={"parameters": joined})
            return True
    return False


def _data(meaning: Meaning) -> tuple[Port, ...]:
    """The inputs that are data; a text that is rewritten or continued is data as well."""
    if meaning.task_type == "question-answering":
        return (Port(name="context", kinds=("text",)),)
    if meaning.name.startswith("text2text") or meaning.name == "text-generation/continue":
        return (Port(name="prompt", kinds=("text",)),)
    if meaning.name == "count/words":
        return (Port(name="items", kinds=("text",), many=True),)
    return data_ports(meaning.task_type)


def _choose(linker: Linker, intent: Intent, port: Port, meaning: Meaning) -> list[Referent]:
    """What an input is given: data named in the clause, the latest fitting result, given files and texts, earlier data."""
    resolver = linker.resolver
    picture = VOCABULARY[meaning.task_type].outputs[0].kind == "image"
    usable = [r for r in resolver.referents if step_cost(r.kind, port, picture and not r.is_result) is not None]
    if meaning.task_type not in _SPOKEN_AS_FOUND:
        usable = [r for r in usable if r.origin not in _FINDINGS]
    if meaning.task_type in _TEXT_SEARCHES:
        usable = [r for r in usable if r.origin != "summarization"] or usable
        of_original = [r for r in usable if _language_of(linker, r) in (None, "English")]
        usable = of_original or usable
    named = unique([r for r in usable if not r.is_result and intent.start <= r.position < intent.stop])
    made = [r for r in usable if r.is_result and port.takes(r.kind)] or [r for r in usable if r.is_result]
    given = unique([r for r in usable if r.origin in ("file", "quotation")])
    before = [r for r in given if r.origin == "quotation" and r.position < intent.start]
    if before and not port.many and all(r.origin == "quotation" for r in given):
        given = before if len(before) < len(given) else given
    if made and not named:
        latest = [r for r in made if r.intent_index == made[-1].intent_index and r.origin == made[-1].origin]
        found = latest if len(latest) > 1 or not port.many or port.kinds != ("text",) else made[-2:]
    else:
        found = named or given or [r for r in usable if r.origin == "earlier"][-1:]
    if port.many and len(found) < 2 and port.kinds == ("text",):
        found = unique([*found, *given])[:2] if len(given) > 1 or made else found
    pages = [r for r in named if r.kind == "document" and "text" in port.kinds]  # read by a step that is implied
    found = [r for r in found if port.takes(r.kind) or r in pages] or found
    return [_as_port(linker, referent, port, intent) for referent in found]


def _as_port(linker: Linker, referent: Referent, port: Port, intent: Intent) -> Referent:
    """The referent itself, or its text by an implied step where the input takes texts."""
    if port.name == "items" and referent.kind == "document" and not port.takes("document"):
        return linker.add_task("document-to-text", {"document": referent.value}, intent, implied=True)
    if "text" not in port.kinds or port.takes(referent.kind) or referent.kind == "document":
        return referent
    if referent.kind in ("audio", "video"):
        return linker.add_task("automatic-speech-recognition", {"audio": referent.value}, intent, implied=True)
    return linker.add_task("image-to-text", {"image": referent.value}, intent, {"look_for": "text"}, implied=True)


def _own_words(linker: Linker, intent: Intent) -> Input:
    """The quotation in the clause, the latest text where the clause refers back to it, else the words of the clause."""
    words = ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(linker.parsed.language))
    quoted = [r for r in linker.resolver.data_in_words(intent) if r.origin == "quotation"]
    made = linker.resolver.latest_results(("text",))
    if made and words.has("back") and not quoted:
        return made[0].value
    return quoted[-1].value if quoted else linker.parsed.text[intent.start : intent.stop].strip(" ,.;:\n、，。")


def _translate(linker: Linker, intent: Intent, targets: Sequence[str], source: str) -> None:
    port = VOCABULARY["translation"].inputs[0]
    found = _choose(linker, intent, port, meaning_of("translation"))
    if not found:
        linker.refusals.append(refusal(linker.parsed.language, "missing", linker.goal_of(intent), "text"))
    for referent in found:
        for target in (target for target in targets if _language_of(linker, referent) != NAMES.get(target, target)):
            parameters: Parameters = {"target_language": NAMES.get(target, target)}
            if source and source not in targets:
                parameters["source_language"] = NAMES.get(source, source)
            linker.add_task("translation", {"text": referent.value}, intent, parameters)


def _target_of_request(linker: Linker) -> str:
    """A language that another part of the request names, else the language of the request itself."""
    whole = ClauseWords(linker.parsed.masked, wording(linker.parsed.language))
    return (*whole.languages[0], linker.parsed.language)[0]


def _language_of(linker: Linker, referent: Referent) -> object:
    """The language that a result is translated into; None where it is not."""
    task = linker.tasks[referent.value.task_id] if isinstance(referent.value, Ref) else None
    return task.parameters.get("target_language") if task else None


def _is_in(linker: Linker, code: str) -> bool:
    """Whether the latest text is in that language already, because it was translated into it or is quoted."""
    texts = linker.resolver.latest_results(("text",))
    if texts and isinstance(texts[0].value, Ref):
        return _language_of(linker, texts[0]) == NAMES.get(code)
    quoted = [str(r.value) for r in linker.resolver.referents if r.origin == "quotation"]
    given = any(isinstance(r.value, Resource) for r in linker.resolver.referents)
    return is_in(quoted[-1], code) if quoted else not given


def _narrowed(linker: Linker, intent: Intent, meaning: Meaning) -> Meaning:
    """The part of a meaning that the clause asks for: faces or codes, where objects in general would be detected."""
    from ....wording.nearest import nearest

    parts = (meaning.name, *(f"{meaning.name}/{part}" for part in ("faces", "codes")))
    found = nearest(linker.parsed.masked[intent.start : intent.stop], linker.parsed.language, among=parts)
    return meaning_of(found[0].meaning) if found else meaning
