"""`plan_meaning`: the tasks of an intent that example phrases decide, in any language, linked by the kinds of data."""

from collections.abc import Sequence
from itertools import product

from .....graph.task import Ref
from .....graph.vocabulary import VOCABULARY
from ....languages import NAMES
from ....tables.table_words import names_table_operation
from ....wording.clause_words import ClauseWords
from ....wording.languages_apart import languages_apart
from ....wording.meanings import Meaning, meaning_of
from ....wording.nearest import nearest
from ....wording.operation_values import has_words
from ....wording.picture_words import names_a_part, names_a_picture
from ....wording.refusals import refusal
from ....wording.several_questions import several_questions
from ....wording.text_parts import read_parts
from ....wording.time_ranges import time_range
from ....wording.wording import wording
from ..intents import Intent
from ..linking import Linker
from ..parameters import Input, Inputs, Parameters
from ..referents import Referent
from .comparison import measured_first, names_of
from .meaning_inputs import add_boxes, choose, data_of, is_latest_in, own_words
from .meaning_neighbours import CUTS, counts_all_mails, for_kind, is_about_refused, meanings_of
from .meaning_parameters import parameters_of
from .meaning_rows import OF_ROWS, asks_about_rows, plan_rows
from .pictures import names_a_part as names_english_part
from .tables import counts_results, filter_rows

_WHOLE_PICTURE = tuple(f"image-to-image/{name}" for name in ("blur", "grayscale", "brighten", "darken", "sharpen", "invert",
                                                             "contrast", "flip", "rotate", "resize"))  # fmt: skip
"""Operations that no expert does to a part of a picture."""
_SPEECH = "text-to-speech"
_READ = ("document-to-text", "document-to-images", "image-to-text")
"""Types that a clause which asks to hear a text is near to, by its other words: "lies Seite 3 laut vor"."""
_WRITTEN = ("summarization", "image-to-text", "text-generation", "question-answering")
"""Types after which a language that the clause names asks for a translation."""


def _changes_a_part(linker: Linker, words: ClauseWords) -> bool:
    """Whether an operation is meant for what was found in a picture, and not for the picture."""
    english = words.language.code == "en"
    part = names_english_part(linker, words.text) if english else names_a_part(words)
    return part or (linker.has_found_boxes and not names_a_picture(words))


def plan_meaning(linker: Linker, intent: Intent) -> None:
    """Add the tasks of an intent with a nearest example, or a refusal."""
    if intent.match is None:
        return
    meaning = meaning_of(intent.match.meaning)
    words = ClauseWords(linker.parsed.masked[intent.start : intent.stop], wording(linker.parsed.language))
    if meaning.task_type == "text-part" and words.language.code != "en":  # taken by `take_parts`
        return
    if words.is_aloud and meaning.task_type in _READ:
        meaning = meaning_of(_SPEECH)
    if is_about_refused(linker, intent, meaning):
        linker.refusals.append(refusal(words.language.code, "missing", linker.goal_of(intent), "text"))
        return
    if counts_results(linker, intent, words.text):
        return
    planned = len(linker.tasks)
    for each in meanings_of(meaning, words):
        _plan(linker, intent, each, words)
    if not words.is_aloud or meaning.task_type == _SPEECH or len(linker.tasks) == planned:
        return
    made = linker.tasks[-1].type
    if VOCABULARY[made].outputs[0].kind == "text" and made != "pick-best":  # a name is not its text
        linker.add_each(_SPEECH, "text", linker.resolver.latest_results(("text",)), intent)
    else:
        linker.refusals.append(refusal(linker.parsed.language, "not-understood", linker.goal_of(intent)))


def _plan(linker: Linker, intent: Intent, meaning: Meaning, words: ClauseWords) -> None:
    some_mails = meaning.name == "count/e-mails" and not counts_all_mails(linker, intent, meaning, words)
    if meaning.is_out_of_reach or some_mails:
        linker.refusals.append(refusal(words.language.code, "out-of-reach", linker.goal_of(intent)))
        return
    if asks_about_rows(linker, intent, meaning, words):
        meaning = meaning_of(OF_ROWS)
    if plan_rows(linker, intent, meaning):
        return
    if _lacks_details(meaning, words):
        linker.refusals.append(refusal(words.language.code, "not-understood", linker.goal_of(intent)))
        return
    blurs = meaning.task_type == "object-detection" and words.operation == "blur"
    if blurs or (meaning.name in _WHOLE_PICTURE and _changes_a_part(linker, words)):
        linker.refuse(intent, "part-only")
        return
    if meaning.task_type == "video-to-images" and (words.names_by_number("frame") or words.names_every("frame")):
        linker.refuse(intent, "every-frame" if words.names_every("frame") else "by-number")
        return
    if meaning.task_type == "filter" and words.language.code == "en":
        filter_rows(linker, intent)
        return
    targets, source = words.languages
    if meaning.task_type == "translation":
        of_request = ClauseWords(linker.parsed.masked, words.language).languages[0]
        _translate(linker, intent, targets or (*of_request, words.language.code)[:1], source)
        return
    if meaning.task_type == _SPEECH and targets and not is_latest_in(linker, targets[0]):
        for text in _translate(linker, intent, targets, source):
            linker.add_task(_SPEECH, {"text": text.value}, intent, {"language": text.language})
        return
    made = _add(linker, intent, for_kind(linker, intent, meaning, words), words)
    counted = names_table_operation(words.words, words.language.code, ("count",))
    if counted and meaning.task_type == "token-classification":
        linker.add_task("count", {"items": tuple(result.value for result in made)}, intent)
    for result, target in product(made if meaning.task_type in _WRITTEN else (), targets):
        linker.add_task("translation", {"text": result.value}, intent, {"target_language": NAMES[target]})


def _lacks_details(meaning: Meaning, words: ClauseWords) -> bool:
    """Whether a new format or a part is meant and not understood: nothing is made of the whole in its place."""
    if meaning.task_type == "crop" and has_words("diagonal", words.text, words.language.code):
        return True
    if meaning.task_type == "text-part" and not read_parts(words.text, words.language.code):
        return True
    if meaning.name == "count/occurrences":  # `count_occurrences` found no words to count
        return True
    if meaning.name.endswith("/format") or meaning.name == "crop":
        return parameters_of(meaning, words) == meaning.parameters
    timed = any(kind in ("audio", "video") for port in VOCABULARY[meaning.task_type].inputs for kind in port.kinds)
    if meaning.task_type in CUTS:
        return not parameters_of(meaning, words)
    unread = words.names_time and "every_seconds" not in parameters_of(meaning, words)
    return timed and unread and time_range(words.text, words.language.code) is None


def _add(linker: Linker, intent: Intent, meaning: Meaning, words: ClauseWords) -> list[Referent]:
    """The tasks of one meaning, one for each datum that it is about; returns their results."""
    first: list[Referent] = []
    if meaning.first:
        first = _add(linker, intent, _narrowed(linker, intent, meaning_of(meaning.first)), words)
        if not first:
            return []
    row, data = VOCABULARY[meaning.task_type], data_of(meaning)
    fixed: Inputs = {}
    for port in row.inputs:
        if port.required and port not in data and not port.many and port.kinds == ("text",):
            fixed[port.name] = own_words(linker, intent)
    over: tuple[str, Sequence[Input]] | None = None
    named: Parameters = {}
    for port in data:
        many = port.many and (port.kinds != ("text",) or len(data) == 1)
        found = first if first and any(port.takes(r.kind) for r in first) else choose(linker, intent, port, meaning)
        found = measured_first(linker, found) if meaning.task_type == "sentence-similarity" else found
        if not found:
            linker.refusals.append(refusal(words.language.code, "missing", linker.goal_of(intent), port.kinds[0]))
            return []
        values = [referent.value for referent in found]
        if many:
            fixed[port.name] = tuple(values)
            named = names_of(linker, values) if meaning.task_type == "pick-best" else {}
        elif port.many:
            fixed[port.name] = tuple(values[1:] or values)
        elif over is None and len(values) > 1 and not any(p.many for p in data):
            over = (port.name, values)
        else:
            fixed[port.name] = values[0]
    if first and all(port.name not in fixed or fixed[port.name] != first[0].value for port in data):
        add_boxes(row.inputs, fixed, first[0])
    every = [{**fixed, over[0]: value} for value in over[1]] if over else [fixed]
    several = several_questions(words.text, words.language.code) if meaning.task_type != OF_ROWS else ()
    for each in several if "question" in fixed else ():
        asked = each.texts(linker.parsed.text[intent.start : intent.stop], words.language.code)
        every = [{**inputs, "question": question} for inputs in every for question in asked]
    return [
        result
        for parameters in _searches({**named, **_as_typed(linker, parameters_of(meaning, words))})
        for result in _joined(linker, meaning.task_type, fixed, parameters)
        or [linker.add_task(meaning.task_type, inputs, intent, parameters) for inputs in every]
    ]


def _as_typed(linker: Linker, parameters: Parameters) -> Parameters:
    """The parameters, with labels in the characters that they are typed with."""
    labels = parameters.get("candidate_labels")
    if not isinstance(labels, tuple) or linker.parsed.language != "zh":
        return parameters
    return {**parameters, "candidate_labels": tuple(linker.parsed.as_typed(str(label)) for label in labels)}


def _searches(parameters: Parameters) -> list[Parameters]:
    """Names and what else is looked for as two tasks: other experts find names."""
    named = str(parameters.get("look_for", "")).split(", ")
    others = ", ".join(each for each in named if each != "names")
    if "names" not in named or not others:
        return [parameters]
    return [{**parameters, "look_for": "names"}, {**parameters, "look_for": others}]


def _joined(linker: Linker, task_type: str, inputs: Inputs, parameters: Parameters) -> list[Referent]:
    """The result of a task of the same type and data, which then looks for these as well: "the dates and the amounts"."""
    for number, task in enumerate(linker.tasks):
        both = [str(each["look_for"]) for each in (task.parameters, parameters) if "look_for" in each]
        if (task.type, task.inputs) == (task_type, inputs) and len(both) == 2 and "names" not in both:
            joined = {**task.parameters, "look_for": ", ".join(dict.fromkeys(both))}
            linker.tasks[number] = task.model_copy(update={"parameters": joined})
            return [Referent(VOCABULARY[task_type].outputs[0].kind, Ref(task_id=number), task_type, 0)]
    return []


def _translate(linker: Linker, intent: Intent, targets: Sequence[str], source: str) -> list[Referent]:
    """The texts of a clause in each language, or each in its own; those that are in it already as they are."""
    made: list[Referent] = []
    port = VOCABULARY["translation"].inputs[0]
    found = choose(linker, intent, port, meaning_of("translation"))
    if not found:
        linker.refusals.append(refusal(linker.parsed.language, "missing", linker.goal_of(intent), "text"))
    own = languages_apart(linker.parsed.masked[intent.start : intent.stop], linker.parsed.language)
    for number, referent in enumerate(found):
        each = own[number : number + 1] if len(own) == len(found) else targets
        for name in (NAMES.get(target, target) for target in each):
            parameters: Parameters = {"target_language": name}
            if source and source not in targets:
                parameters["source_language"] = NAMES.get(source, source)
            given: Inputs = {"text": referent.value}
            is_done = referent.language == name
            made.append(referent if is_done else linker.add_task("translation", given, intent, parameters))
    return made


def _narrowed(linker: Linker, intent: Intent, meaning: Meaning) -> Meaning:
    """The part of a meaning that the clause asks for: faces or codes, where objects in general would be detected."""
    parts = (meaning.name, *(f"{meaning.name}/{part}" for part in ("faces", "codes")))
    found = nearest(linker.parsed.masked[intent.start : intent.stop], linker.parsed.language, among=parts)
    return meaning_of(found[0].meaning) if found else meaning
