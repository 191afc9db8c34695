"""Handlers of intents about texts: classify, summarise, translate, write, converse, join."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .....graph.task import Ref
from ....text_language import is_in
from ....wording.wording import wording
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..parameters import Parameters, candidate_labels, source_language, summary_limits, target_languages
from ..referents import Referent
from ..text_linking import add_single_input, as_text, text_referents
from .generation_prompts import prompt_for, prompt_from_media
from .questions import add_question

_EACH_LINE = re.compile(r"\b(?:each|every) line\b")


def sentiment(linker: Linker, intent: Intent) -> None:
    """Classify the sentiment of a text, by the labels of the request if any; of a face, by a question."""
    labels = candidate_labels(linker.resolver.words_of(intent))
    if not labels and linker.resolver.has_kind("image") and not linker.resolver.has_kind("text"):
        words = linker.resolver.words_of(intent)
        if re.search(r"\b(?:person|face|man|woman|child|people)\b", words):
            add_question(linker, intent, linker.goal_of(intent))
            return
    texts = text_referents(linker, intent, prose=True) or linker.refuse_missing(intent, "a text")
    if labels:
        linker.add_each("zero-shot-classification", "text", texts, intent, {"candidate_labels": labels})
    else:
        linker.add_each("text-classification", "text", texts, intent)


def classify(linker: Linker, intent: Intent) -> None:
    """Classify data, by the labels of the request if any."""
    words = linker.parsed.masked[intent.start : intent.clause.end]
    labels = candidate_labels(words)
    if words.startswith(("classified", "categori")) and any("classification" in task.type for task in linker.tasks):
        return
    task_type = linker.task_type_of(intent)
    zero = {"image-classification": "zero-shot-image-classification", "text-classification": "zero-shot-classification"}
    if labels and task_type in zero:
        add_single_input(linker, intent, zero[task_type], {"candidate_labels": labels})
    elif not linker.has_task(task_type):
        add_single_input(linker, intent, task_type)


def entities(linker: Linker, intent: Intent) -> None:
    """Find named entities, of the groups that the words name; "the output of token classification" is that found before."""
    outcome = lexicon().cues["outcome"].search(linker.parsed.masked[intent.clause.start : intent.end])
    planned = linker.has_task("token-classification") and outcome
    if planned or linker.refers_to_result(intent, "token-classification"):
        return
    known = wording("en").section("goal")["token-classification"].split()
    one = f"(?:{'|'.join(sorted(known, key=len, reverse=True))})"
    words = linker.parsed.words_of(intent.clause)
    without = [part.span() for part in _left_out(words, one)]
    found = list(re.finditer(rf"\b{one}(?: {one})*\b", words))
    named = [each.group() for each in found if not any(start <= each.start() < end for start, end in without)]
    if found and not named:
        linker.refuse(intent, "it names only what is not to be found")
        return
    add_single_input(linker, intent, "token-classification", {"look_for": ", ".join(named)} if named else {})


def _left_out(words: str, one: str) -> Iterator[re.Match[str]]:
    """The parts of a clause that leave out things to find: "but not the dates or the amounts"."""
    lists = wording("en").clauses
    said = "|".join(map(re.escape, sorted({*lists["except"], *lists["negation"]}, key=len, reverse=True)))
    joined = rf"(?:\s|,|the\b|any\b|all\b|and\b|n?or\b|also\b|but\b|(?:{said})\b)*"
    return re.finditer(rf"\b(?:{said})\b(?:{joined}\b{one}(?: {one})*\b)+", words)


def summarize(linker: Linker, intent: Intent) -> None:
    """Summarise a text; after an answer the whole text, not the answer."""
    if linker.refers_to_result(intent, "summarization"):
        return
    clause = linker.parsed.words_of(intent.clause)
    limits, spans = summary_limits(clause)
    for start, end in spans:
        linker.use(intent.clause.start + start, intent.clause.start + end)
    answered = bool(linker.tasks) and linker.tasks[-1].type.endswith("question-answering")
    full = linker.resolver.latest_results(("text",), prose=True)
    if answered and full and not re.search(r"\banswers?\b", clause):
        linker.add_task("summarization", {"text": full[0].value}, intent, limits)
        return
    add_single_input(linker, intent, "summarization", limits)


def translate(linker: Linker, intent: Intent) -> None:
    """Translate a text into each language that the words name."""
    masked = linker.parsed.masked
    elsewhere = target_languages(f"{masked[: intent.start]};{masked[intent.end :]}")
    own = set(target_languages(masked[intent.start : intent.end]))
    if linker.refers_to_result(intent, "translation") and own <= set(elsewhere):
        return
    words = masked[intent.start : max(intent.clause.end, intent.end)]
    targets = target_languages(words) or target_languages(masked)[:1]
    source = source_language(linker.parsed.words_of(intent.clause))
    questions = [q for q in linker.parsed.quotations if q.question and intent.start <= q.start < intent.clause.end]
    if not questions and re.search(r"\bquestion\b", linker.resolver.words_of(intent)):
        questions = [q for q in linker.parsed.quotations if q.question][:1]
    made = linker.resolver.latest_results(("text",)) if intent.mention else []
    object_first = lexicon().cues["translated"].search(masked, intent.clause.start, intent.end)
    core = object_first.group() if object_first else masked[intent.start : intent.end]
    if made and made[0].position >= intent.clause.start:
        found = made
    elif not questions and (named := linker.resolver.named_results(intent, ("text",), words=core)):
        found = named
    elif questions:
        found = [Referent("text", questions[0].text, "quotation", questions[0].start)]
    else:
        found = text_referents(linker, intent)
    if _repeats(linker, intent, found, targets):
        return
    usual = targets[:1] if intent.mention else targets
    said = re.search(r"\b(?:say|speak|read|pronounce)\b", linker.parsed.words_of(intent.clause))
    for referent in found or linker.refuse_missing(intent, "a text"):
        for target in languages_beside(linker, referent, intent) or usual or [""]:
            if said and referent.origin == "quotation" and is_in(str(referent.value), target):
                continue
            parameters: Parameters = {"target_language": target} if target else {}
            if source and source != target:
                parameters["source_language"] = source
            linker.add_task("translation", {"text": referent.value}, intent, parameters)


def _repeats(linker: Linker, intent: Intent, found: Sequence[Referent], targets: Sequence[str]) -> bool:
    """Whether the languages belong to texts translated in the same clause: "a.txt into French and the rest into German"."""
    here = {e.task_id for e in linker.evidence if intent.clause.start <= e.start < intent.start}
    made = [r for r in linker.resolver.referents if isinstance(r.value, Ref) and r.value.task_id in here]
    own = [r for r in made if r.origin == "translation"]
    done = {source for o in own for source in o.sources if o.language in targets}
    return any(r in own or r.value in done for r in found) and {*targets} <= {r.language for r in own}


def languages_beside(linker: Linker, referent: Referent, intent: Intent) -> list[str]:
    """The languages next after a file among several: "a.txt to French and b.txt to German"."""
    end = max(intent.clause.end, intent.end)
    here = (f for f in linker.parsed.files if intent.clause.start <= f.start < end)
    own = [file.start for file in here if file.resource in referent.sources]
    position = referent.position if referent.origin == "file" else own[0] if len({*own}) == 1 else -1
    later = sorted({f.start for f in linker.parsed.files if position < f.start < end})
    for start, stop in pairwise((position, *later, end)) if position >= 0 else ():
        if targets := target_languages(linker.parsed.masked[start:stop]):
            return targets
    return []


def from_prompt(linker: Linker, intent: Intent) -> None:
    """Continue a text, or make music, from a prompt."""
    linker.add_task(linker.task_type_of(intent), {"prompt": prompt_for(linker, intent)}, intent)


def rewrite(linker: Linker, intent: Intent) -> None:
    """Rewrite a text."""
    texts = text_referents(linker, intent) or linker.refuse_missing(intent, "a text")
    linker.add_each("text-generation", "prompt", texts, intent)


def write(linker: Linker, intent: Intent) -> None:
    """Generate a text; "a description" where only a picture is given is its caption."""
    description = re.search(r"\bdescriptions?\b", linker.parsed.masked[intent.start : intent.end])
    has = linker.resolver.has_kind
    texts = linker.resolver.latest_results(("text", "labels")) or has("text") or has("audio")
    tabular = linker.shows_table() or linker.has_task("tabular-classification")
    if description and has("image") and not texts and not tabular:
        add_single_input(linker, intent, "image-to-text")
        return
    linker.add_task("text-generation", {"prompt": prompt_from_media(linker, intent)}, intent)


def converse(linker: Linker, intent: Intent) -> None:
    """Answer as a chat model."""
    if linker.has_task("conversational"):
        return
    questions = [q for q in linker.parsed.quotations if q.question]
    if not linker.tasks and questions and not any(r.origin == "file" for r in linker.resolver.referents):
        linker.add_task("conversational", {"text": questions[0].text}, intent)
        return
    linker.add_task("conversational", {"text": prompt_from_media(linker, intent)}, intent)


def fill(linker: Linker, intent: Intent) -> None:
    """Fill the blank of a sentence: the quoted one, or the clause itself."""
    found = linker.resolver.resolve(intent, ("text",))
    clause = linker.parsed.words_of(intent.clause)
    command = lexicon().cues["asked-to-fill"].match(clause)
    words = linker.parsed.text[intent.clause.start + (command.end() if command else 0) : intent.clause.end].strip()
    linker.add_task("fill-mask", {"text": found[0].value if found else words}, intent)


def language(linker: Linker, intent: Intent) -> None:
    """Identify the language of a text."""
    questions = [q for q in linker.parsed.quotations if q.question and intent.start <= q.start < intent.clause.end]
    if questions:
        linker.add_task("language-identification", {"text": questions[0].text}, intent)
        return
    texts = text_referents(linker, intent, prose=True) or linker.refuse_missing(intent, "a text")
    linker.add_each("language-identification", "text", texts, intent)
    for match in _EACH_LINE.finditer(linker.parsed.masked, intent.clause.start, intent.clause.end):
        linker.use(*match.span())  # the expert finds the languages of mixed lines


def join(linker: Linker, intent: Intent) -> None:
    """Join the texts, pages or recordings that the words name, else the texts of the latest intent."""
    resolver = linker.resolver
    meant = [resolver.made_of(each, ("text",)) or each for each in resolver.data_in_words(intent)]
    named = [as_text(linker, each, intent) for each in meant]
    several = linker.open_results(intent, ("text",))
    texts = named if len(named) > 1 else several or linker.resolver.latest_results(("text",))
    if len(texts) < 2 and not any(linker.is_list(each.value) for each in texts):
        given = linker.resolver.given_data(intent, ("text",), everything=True)
        alike = {getattr(r.value, "made_by", None) for r in given}
        texts = [r for r in resolver.referents if r.kind == "text" and getattr(r.value, "made_by", None) in alike]
        texts = given if len(given) > 1 else texts
    if len(texts) < 2 and not any(linker.is_list(each.value) for each in texts):
        linker.refuse_missing(intent, "two texts")
        return
    linker.add_task("join-text", {"texts": tuple(referent.value for referent in texts)}, intent)
