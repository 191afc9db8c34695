"""Linking: from wishes to tasks, each joined to its nearest predecessor that fits by kind, with the unsaid steps.

Unsaid steps: writing down speech before its words are used, reading a picture before its text is used, detecting before
counting, saying before a video is dubbed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ....graph.result import Evidence
from ....graph.task import Ref, Task
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from .clauses import Clause, Reading
from .intents import Intent
from .lexicon import lexicon
from .parameters import Parameters, target_languages
from .reference_resolution import Ground
from .referents import Thing, nouns, result_kind

MOST_TASKS = 200
_REPEATABLE = ("image-to-image", "image-text-to-image", "text-generation", "translation", "summarization")
_OF_OBJECTS = ("translate", "speak", "film", "summarize")
"""Acts whose text, where they speak of objects in a picture, is the names of those."""
_UNQUOTED = {"translate": 1, "speak": 1, "sentiment": 3, "language": 2, "entities": 4, "rewrite": 3}
"""How many words without quotation marks are taken for the text of a wish, by act."""


@dataclass
class Linker:
    """The tasks so far, and what can't be planned."""

    reading: Reading
    ground: Ground
    wanted: frozenset[str] = frozenset()
    """Types that some verb of the request asks for: a noun of that type then speaks of its result."""
    tasks: list[Task] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    wish: int = 0
    evidence: list[Evidence] = field(default_factory=list)
    """The words behind each task, the tasks that a wish only implies too."""
    planned: dict[object, Thing] = field(default_factory=dict)
    """Results by what their tasks are made of."""
    served: dict[tuple[str, Clause], Thing] = field(default_factory=dict)
    """The first result of each type in a clause."""

    # -- tasks and results ---------------------------------------------------------------------------------------

    def add(
        self,
        task_type: str,
        inputs: dict[str, Input],
        intent: Intent,
        parameters: Parameters | None = None,
        *,
        implied: bool = False,
    ) -> Thing:
        """One more task, unless the very same is planned; gives its result. `implied`: a step that nobody says."""
        parameters = parameters or {}
        content = (task_type, tuple(inputs.items()), tuple(parameters.items()))
        if content in self.planned:
            return self.planned[content]
        if "question" not in inputs and (said := self.said_before(task_type, intent)) is not None:
            return said
        task = Task(
            id=len(self.tasks), type=task_type, inputs=inputs, parameters=parameters, goal=self.words(intent)[:2000]
        )
        self.tasks.append(task)
        self.evidence.append(Evidence(task_id=task.id, start=intent.start, end=intent.end, implied=implied))
        kind = result_kind(task_type, VOCABULARY[task_type].outputs[0].kind)
        thing = Thing(kind, Ref(task_id=task.id), task_type, intent.start, self.wish)
        self.ground.things.append(thing)
        self.planned[content] = thing
        self.served.setdefault((task_type, intent.clause), thing)
        return thing

    def said_before(self, task_type: str, intent: Intent) -> Thing | None:
        """The result of an earlier wish of this clause, where this one says it again and brings no data of its own."""
        thing = self.served.get((task_type, intent.clause))
        if thing is None or thing.wish == self.wish or not isinstance(thing.value, Ref):
            return None
        used = tuple(self.tasks[thing.value.task_id].inputs.values())
        return None if any(other.value not in used for other in self.ground.inside(intent)) else thing

    def has(self, task_type: str) -> bool:
        """Whether a task of that type is planned."""
        return any(task.type == task_type for task in self.tasks)

    def matter(self, value: Input) -> frozenset[object]:
        """The files and quotations that a value comes from."""
        if not isinstance(value, Ref):
            return frozenset((value,))
        inputs = self.tasks[value.task_id].inputs.values()
        singles = (single for given in inputs for single in (given if isinstance(given, tuple) else (given,)))
        return frozenset(found for single in singles for found in self.matter(single))

    def words(self, intent: Intent) -> str:
        """The clause that asks for it, as written."""
        return self.reading.goal(intent.clause) or self.reading.text[intent.start : intent.end]

    def refuse(self, intent: Intent, why: str) -> None:
        """Say plainly what can't be planned."""
        words = self.words(intent)
        short = words if len(words) <= 120 else words[:117] + "..."
        self.refused.append(f"I could not plan “{short}”: {why}.")

    def nothing(self, intent: Intent, what: str) -> list[Thing]:
        self.refuse(intent, f"it needs {what}, and the request gives none")
        return []

    def texts(self, intent: Intent, *, prose: bool = False, everything: bool = False) -> list[Thing]:
        """The text that a wish is about, with the unsaid step that makes it from sound or a picture."""
        words = self.ground.window(intent)
        spoken_of = nouns(words)
        about_picture = lexicon().cues["picture-content"].search(words) or re.search(
            r"\btexts?\b[^.;,]{0,30}\b(?:in|on|of|from) (?:the |this )?(?:\w+ )?(?:image|photo|picture)", words
        )
        media = self.ground.said(intent, ("image", "audio"))
        own = self.ground.said(intent, ("text", "table"))
        if own and (summed := self.done_first(own[0], intent)):
            return [summed]
        if own and not (media and media[0].place < own[0].place and own[0].origin == "literal"):
            return own
        if media and not own:
            return [self.in_words(thing, intent) for thing in media]
        if about_picture and not self.has("image-to-text") and self.ground.has("image"):
            return [self.in_words(thing, intent) for thing in self.ground.source(intent, ("image",))]
        if self.told_aloud(words) and not self.ground.named(intent, ("text",)):
            return [self.in_words(thing, intent) for thing in self.ground.source(intent, ("audio",))[:1]]
        if "audio" in spoken_of[:1] and intent.act != "speak" and not self.ground.named(intent, ("text",)):
            heard = [t for t in self.ground.source(intent, ("audio",)) if t.origin != "text-to-speech"]
            if heard and not self.has("automatic-speech-recognition"):
                return [self.in_words(thing, intent) for thing in heard]
        found = self.ground.source(intent, ("text",), prose=prose, everything=everything)
        if found and (found[0].made or not self.ground.latest(("audio",)) or found[0].origin != "earlier"):
            return found
        asked = [literal for literal in self.reading.literals if literal.question]
        itself = intent.act in ("speak", "translate", "entities") and re.search(
            r"\b(?:text|question|sentence)\b", words
        )
        if asked and itself and not self.ground.has("text") and not self.ground.has("audio"):
            return [Thing("text", asked[0].text, "literal", asked[0].start)]
        media = self.ground.source(intent, ("audio", "image"), everything=everything)
        return [self.in_words(thing, intent) for thing in media] or found or self.unquoted(intent)

    def told_aloud(self, words: str) -> bool:
        """Whether words speak of what a recording tells: "translate the instructions" that are in example.wav."""
        cues = lexicon().cues
        told = cues["told-aloud"].search(words) and cues["audio-tells"].search(self.reading.masked)
        return bool(told) and not any(t.kind == "text" and t.origin != "earlier" for t in self.ground.things)

    def done_first(self, own: Thing, intent: Intent) -> Thing | None:
        """What an earlier wish makes of a quotation that follows both: "summarise and then translate: '...'"."""
        for thing in reversed(self.ground.things):
            if thing.made and own.origin == "literal" and thing.kind == "text" and thing.place < own.place:
                used = tuple(self.tasks[thing.value.task_id].inputs.values()) if isinstance(thing.value, Ref) else ()
                between = self.reading.masked[thing.place : own.place]
                goes_on = re.search(r"\bthen\b", between) or lexicon().cues["goes-on"].search(
                    self.reading.masked, intent.start, own.place
                )
                return thing if goes_on and (own.value in used or (used[:1] and isinstance(used[0], Ref))) else None
        return None

    def unquoted(self, intent: Intent) -> list[Thing]:
        """The text that a short request carries without quotation marks: "translate good morning to french"."""
        fewest = _UNQUOTED.get(intent.act, 0)
        if intent.act == "translate" and not target_languages(self.reading.masked):
            return []
        match = lexicon().cues["bare-text"].match(self.reading.masked, intent.end, max(intent.stop, intent.end))
        if not fewest or match is None or self.ground.things:
            return []
        start, end = match.span("text")
        text = self.reading.text[start:end].strip(" .,;:\n")
        if len(text.split()) < fewest or lexicon().cues["points"].match(self.reading.masked, start):
            return []
        return [Thing("text", text, "literal", start)]

    def in_words(self, thing: Thing, intent: Intent) -> Thing:
        """The unsaid step from a picture or sound to its text."""
        if (
            thing.kind == "audio"
            and intent.act not in ("transcribe", "question")
            and lexicon().cues["felt"].search(self.ground.window(intent))
        ):
            return self.add("audio-classification", {"audio": thing.value}, intent, implied=True)
        if thing.kind in ("audio", "video"):
            return self.add("automatic-speech-recognition", {"audio": thing.value}, intent, implied=True)
        clause = self.reading.masked[intent.clause.start : intent.clause.end]
        if thing.kind == "image" and (
            re.search(r"\btables?\b", clause) or (thing.origin == "file" and self.shows_table())
        ):
            return self.add("tabular-classification", {"table": thing.value}, intent, implied=True)
        if (
            thing.kind == "image"
            and intent.act in _OF_OBJECTS
            and lexicon().cues["objects-named"].search(self.ground.window(intent))
        ):
            return self.add("object-detection", {"image": thing.value}, intent, implied=True)
        if thing.kind in ("image", "mask"):
            return self.add("image-to-text", {"image": thing.value}, intent, implied=True)
        return thing

    def type_of(self, intent: Intent) -> str:
        """The task type of an act, by the kind of data that its words, then the nearest things, speak of."""
        choices = lexicon().acts[intent.act]
        if len(choices) == 1:
            return choices["any"]
        before = self.reading.masked[intent.clause.start : intent.start]
        for kind in (*nouns(self.ground.window(intent)), *reversed(nouns(before))):
            if kind == "image" and kind not in choices and self.ground.has("image"):
                return choices["table" if "table" in choices and self.shows_table() else "any"]
            if kind in choices and (kind == "table" or self.ground.has(kind)):
                return choices["table" if kind == "image" and "table" in choices and self.shows_table() else kind]
        given = [t for t in self.ground.things if not t.made and t.origin != "earlier"]
        order = sorted(given, key=lambda t: (t.place <= intent.start, t.place))
        order += [t for t in self.ground.things if t.made]
        for thing in reversed(order):
            if thing.kind == "image" and "table" in choices and self.shows_table():
                return choices["table"]
            if thing.kind in choices and not (thing.kind == "video" and self.ground.has("image")):
                kind = "table" if thing.kind == "image" and "table" in choices and self.shows_table() else thing.kind
                return choices[kind]
        return choices["any"]

    def shows_table(self) -> bool:
        """Whether the request introduces its picture as one of a table."""
        return bool(lexicon().cues["table-picture"].search(self.reading.masked))

    def plain(self, intent: Intent, task_type: str, parameters: Parameters | None = None) -> None:
        """A task with one input, once for each thing that the wish is about."""
        port = VOCABULARY[task_type].inputs[0]
        if port.takes("text") and "image" not in port.kinds:
            found = self.texts(intent)
        else:
            pictured = "image" in port.kinds and not (port.takes("table") and self.ground.has("table"))
            found = self.ground.source(intent, ("image",) if pictured else port.kinds)
        if not found:
            self.refuse(intent, f"it needs {' or '.join(port.kinds)}, and the request gives none")
        for thing in found:
            if thing.origin == task_type and task_type not in _REPEATABLE:
                continue
            self.add(task_type, {port.name: (thing.value,) if port.many else thing.value}, intent, parameters)


Handler = Callable[[Linker, Intent], None]
"""Plans one wish of its act."""
