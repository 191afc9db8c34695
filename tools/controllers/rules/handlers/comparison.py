"""Handlers of comparisons: compare two items, pick the best of several, measure how similar two texts are."""

import re
from collections.abc import Sequence

from .....graph.resource import Kind, Resource
from .....graph.task import Value as Input
from ....wording.one_apart import one_apart
from ..intents import Intent
from ..linking import Linker
from ..parameters import Parameters
from ..referents import Referent, unique
from ..text_linking import as_text, text_referents
from .questions import add_question


def compare(linker: Linker, intent: Intent) -> None:
    """Compare two files or quotations of one kind, else the two latest results."""
    kinds: tuple[Kind, ...] = ("image", "audio", "text")
    named = (linker.resolver.named_data(intent, (kind,)) for kind in kinds)
    pair = next((referents for referents in named if len(referents) >= 2), [])
    made = [r for r in linker.resolver.referents if r.is_result and r.kind in ("text", "labels", "boxes")]
    if not (pair or made):
        pair = linker.resolver.given_data(intent, ("text", "document", "table"), everything=True)
    texts = [as_text(linker, referent, intent) for referent in pair] or made[-2:]
    if len(texts) > 1 or linker.refuse_missing(intent, "two texts"):
        linker.add_task("compare", {"items": tuple(referent.value for referent in texts)}, intent)


def pick(linker: Linker, intent: Intent) -> None:
    """Find which of several files has most: the best or worst mood, the longest text, the most rows, faces or codes."""
    words = linker.resolver.words_of(intent)
    seen = re.search(r"faces|people|codes", words)
    in_table = re.search(r"rows|entries|records", words)
    kinds: tuple[Kind, ...] = ("image",) if seen else ("table",) if in_table else ("text",)
    files = linker.resolver.named_data(intent, kinds) or linker.resolver.given_data(intent, kinds, everything=True)
    if len(files) < 2 and kinds == ("text",):
        files = [r for r in linker.resolver.referents if r.is_result and r.kind == "text"]
    if len(files) < 2 and linker.parsed.undecided:
        linker.refuse(intent, "not-measured")
        return
    if len(files) < 2:
        add_question(linker, intent, linker.goal_of(intent))
        return
    parameters = names_of(linker, [r.value for r in files])
    items = files
    if seen:
        what = "code" if seen[0] == "codes" else "face"
        items = linker.add_each("object-detection", "image", files, intent, {"look_for": f"{what}s"}, implied=True)
        parameters["label"] = what
    elif mood := re.search(r"(positiv|happ|friendl)|negativ|angr", words):
        items = linker.add_each("text-classification", "text", files, intent, implied=True)
        parameters["label"] = "positive" if mood[1] else "negative"
    elif not in_table:
        parameters["by"] = "length"
    if re.search(r"least|less|fewe|short", words):
        parameters["lowest"] = True
    linker.add_task("pick-best", {"items": tuple(referent.value for referent in items)}, intent, parameters)


def names_of(linker: Linker, values: Sequence[Input]) -> Parameters:
    """The names of the files that are compared, or that compared results are made from."""
    sources = [source for value in values for source in linker.sources_of(value) if isinstance(source, Resource)]
    return {"names": tuple(source.label for source in sources)}


def files_of_clause(linker: Linker, intent: Intent) -> list[Referent]:
    """The files that the clause of an intent names."""
    clause = intent.clause
    return [r for r in linker.resolver.referents if r.origin == "file" and clause.start <= r.position < clause.end]


def apart_from_others(linker: Linker, named: Sequence[Referent]) -> Referent | None:
    """The text that a list of others is measured by: "which of 'b' and 'c' is closer to 'a'"."""
    spans = [(q.start, q.end) for q in linker.parsed.quotations] + [(f.start, f.end) for f in linker.parsed.files]
    own = [next((span for span in spans if span[0] == each.position), (0, 0)) for each in named]
    place = one_apart(linker.parsed.masked, own, linker.parsed.language) if named else None
    return None if place is None else named[place]


def measured_first(linker: Linker, texts: Sequence[Referent]) -> list[Referent]:
    """The texts, that by which a list of others is measured before these."""
    measure = apart_from_others(linker, texts)
    return sorted(texts, key=lambda each: each is not measure)


def similar(linker: Linker, intent: Intent) -> None:
    """Measure how similar two texts are: quotations, results, files, or the text of recordings and pictures."""
    if linker.has_task("sentence-similarity"):
        return
    files = [r for r in linker.resolver.named_data(intent, ("text",)) if r.origin == "file" and r.kind == "text"]
    if len(files) > 1 and linker.parsed.masked[intent.start :].startswith("compare "):
        linker.add_task("compare", {"items": tuple(r.value for r in files)}, intent)
        return
    quotations = [r for r in linker.resolver.referents if r.origin == "quotation"]
    near = linker.resolver.named_data(intent, ("text",)) or quotations
    made = linker.resolver.latest_results(("text",))
    texts = [r for r in linker.resolver.referents if r.is_result and r.kind == "text"]
    clause = [r for r in files_of_clause(linker, intent) if r.kind == "text"]
    named = quotations or unique(clause)
    which = "which" in linker.parsed.words_of(intent.clause)
    compared = [*(texts if which else made), *named]
    several = len(named) == 1 < len(texts) and len({r.origin for r in texts}) == 1
    third = named[0] if which and several else apart_from_others(linker, named)
    if len(compared) > 2 and (third or not made):  # "which of 'b' and 'c' is closer to 'a'"
        source = third or named[0]
        others = tuple(each.value for each in compared if each is not source)
        linker.add_task("sentence-similarity", {"source_sentence": source.value, "sentences": others}, intent)
        return
    questions = [Referent("text", q.text, "quotation", 0) for q in linker.parsed.quotations if q.question]
    results = [r for r in linker.resolver.referents if r.is_result and r.kind in ("text", "labels")]
    latest = [*questions, *quotations, *results][-2:]
    pair = [made[0], near[-1]] if made and near else near[-2:] if len(near) > 1 else latest
    given = [r for r in linker.resolver.referents if r.origin in ("file", "earlier")]
    if len(pair) < 2:
        texts = [r for r in given if r.kind in ("text", "table")]
        texts += [] if texts else text_referents(linker, intent)
        pair = [*pair, *(r for r in texts if r not in pair)][:2]
    if len(pair) < 2:
        media = [r for r in given if r.kind in ("image", "audio")]
        media_texts = [as_text(linker, referent, intent) for referent in media[:2]]
        pair = [*pair, *(r for r in media_texts if r not in pair)][:2]
    if len(pair) > 1 or linker.refuse_missing(intent, "two texts"):
        inputs: dict[str, Input] = {"source_sentence": pair[0].value, "sentences": (pair[1].value,)}
        linker.add_task("sentence-similarity", inputs, intent)
