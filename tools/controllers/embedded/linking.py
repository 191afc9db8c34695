"""Linking: from wishes to tasks, each joined to its nearest compatible predecessor by kind, with the steps that go unsaid.

Unsaid steps: writing down speech before its words are used, reading a picture before its text is used, detecting before
counting, saying before a video is dubbed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ....graph.resource import Kind
from ....graph.task import Ref, Task
from ....graph.task import Value as Input
from ....graph.vocabulary import VOCABULARY
from .arguments import (
    Parameters,
    candidate_labels,
    control_of,
    counted,
    picture_operation,
    sentence_limit,
    source_language,
    target_languages,
)
from .clauses import Clause, Reading
from .grounding import Ground, Thing, nouns, result_kind
from .intents import Intent
from .lexicon import lexicon

MOST_TASKS = 200
_REPEATABLE = ("image-to-image", "image-text-to-image", "text-generation", "translation", "summarization")
_REFERS = re.compile(r"\b(?:based on|from|using|of|about|it|this|that|them|with|by|for|into|describ\w+|the)\b")
_OWN_WORDS = re.compile(
    r"\b(?:of|about|where|showing|depicting|with|that says) (?!the\b|this\b|that\b|it\b|its\b|these\b|those\b|them\b|your\b)\w"
)
_BASED = re.compile(r"\b(?:based on|from|using|according to)\b")


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
    planned: dict[object, Thing] = field(default_factory=dict)
    """Results by what their tasks are made of."""
    served: dict[tuple[str, Clause], Thing] = field(default_factory=dict)
    """The first result of each type in a clause."""

    # -- tasks and results ---------------------------------------------------------------------------------------

    def add(
        self, task_type: str, inputs: dict[str, Input], intent: Intent, parameters: Parameters | None = None
    ) -> Thing:
        """One more task, unless the very same is planned; gives its result."""
        parameters = parameters or {}
        content = (task_type, tuple(inputs.items()), tuple(parameters.items()))
        if content in self.planned:
            return self.planned[content]
        if (said := self.said_before(task_type, intent)) is not None:
            return said
        task = Task(id=len(self.tasks), type=task_type, inputs=inputs, parameters=parameters, goal=self.words(intent)[:2000])
        self.tasks.append(task)
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

    def words(self, intent: Intent) -> str:
        """The clause that asks for it, as written."""
        return self.reading.goal(intent.clause) or self.reading.text[intent.start : intent.end]

    def refuse(self, intent: Intent, why: str) -> None:
        """Say plainly what can't be planned."""
        words = self.words(intent)
        short = words if len(words) <= 120 else words[:117] + "..."
        self.refused.append(f"I could not plan “{short}”: {why}.")

    # -- sources -------------------------------------------------------------------------------------------------

    def texts(self, intent: Intent, *, prose: bool = False, everything: bool = False) -> list[Thing]:
        """The text that a wish is about, with the unsaid step that makes it from sound or a picture."""
        words = self.ground.window(intent)
        spoken_of = nouns(words)
        about_picture = re.search(
            r"\btexts?\b[^.;,]{0,30}\b(?:in|on|of|from) (?:the |this )?(?:\w+ )?(?:image|photo|picture)", words
        )
        media = self.ground.said(intent, ("image", "audio"))
        own = self.ground.said(intent, ("text", "table"))
        if own and not (media and media[0].place < own[0].place and own[0].origin == "literal"):
            return own
        if media and not own:
            return [self.in_words(thing, intent) for thing in media]
        if about_picture and not any(task.type == "image-to-text" for task in self.tasks) and self.ground.has("image"):
            return [self.in_words(thing, intent) for thing in self.ground.source(intent, ("image",))]
        if "audio" in spoken_of[:1] and not self.ground.named(intent, ("text",)):
            heard = [t for t in self.ground.source(intent, ("audio",)) if not self.is_said(t)]
            if heard and not any(t.type == "automatic-speech-recognition" for t in self.tasks):
                return [self.in_words(thing, intent) for thing in heard]
        found = self.ground.source(intent, ("text",), prose=prose, everything=everything)
        if found and (found[0].made or not self.ground.latest(("audio",)) or found[0].origin != "earlier"):
            return found
        media = self.ground.source(intent, ("audio", "image"), everything=everything)
        return [self.in_words(thing, intent) for thing in media] or found

    def is_said(self, thing: Thing) -> bool:
        """Whether a sound is one that this plan speaks from text."""
        return thing.origin == "text-to-speech"

    def in_words(self, thing: Thing, intent: Intent) -> Thing:
        """The unsaid step from a picture or sound to its text."""
        if thing.kind == "audio":
            return self.add("automatic-speech-recognition", {"audio": thing.value}, intent)
        if thing.kind == "image" and re.search(r"\btables?\b", self.ground.window(intent)):
            return self.add("tabular-classification", {"table": thing.value}, intent)
        if thing.kind in ("image", "mask"):
            return self.add("image-to-text", {"image": thing.value}, intent)
        return thing

    def prompt(self, intent: Intent) -> Input:
        """What to make: a quotation in the wish, a result it speaks of, else its own words."""
        said = self.ground.said(intent, ("text",))
        named = self.ground.named(intent, ("text",))
        if said and not (named and re.search(r"\bbased on the\b", self.ground.window(intent))):
            return said[0].value
        found = named or self.ground.latest(("text",))
        words = self.ground.window(intent)
        if found and (named or (_REFERS.search(words) and (not _OWN_WORDS.search(words) or _BASED.search(words)))):
            return found[0].value
        literals = [t for t in self.ground.things if t.origin == "literal"]
        vague = re.search(r"\b(?:following|this|that|the|these|provided|given|it)\b", self.ground.window(intent))
        if literals and vague:
            return self.ground.given(intent, ("text",))[0].value
        files = [t for t in self.ground.things if t.origin in ("file", "earlier") and t.kind in ("text", "audio")]
        if files and vague:
            return self.texts(intent)[0].value
        return self.reading.text[intent.start : max(intent.stop, intent.end)].strip(" ,.;\n") or self.words(intent)

    # -- wishes --------------------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """Plan one wish."""
        self.wish += 1
        if len(self.tasks) >= MOST_TASKS:
            self.refuse(intent, f"a plan of mine has {MOST_TASKS} tasks at most")
            return
        special = getattr(self, f"_{intent.act.replace('-', '_')}", None)
        if special is not None:
            special(intent)
            return
        task_type = self.type_of(intent)
        if intent.mention and (task_type in self.wanted or any(task.type == task_type for task in self.tasks)):
            return
        self.plain(intent, task_type)

    def type_of(self, intent: Intent) -> str:
        """The task type of an act, by the kind of data that its words, then the nearest things, speak of."""
        choices = lexicon().acts[intent.act]
        if len(choices) == 1:
            return choices["any"]
        before = self.reading.masked[intent.clause.start : intent.start]
        for kind in (*nouns(self.ground.window(intent)), *reversed(nouns(before))):
            if kind in choices and (kind == "table" or self.ground.has(kind)):
                kind = "table" if kind == "image" and "table" in choices and self.shows_table() else kind
                return choices[kind]
        given = [t for t in self.ground.things if not t.made and t.origin != "earlier"]
        order = sorted(given, key=lambda t: (t.place <= intent.start, t.place))
        order += [t for t in self.ground.things if t.made]
        for thing in reversed(order):
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
            found = self.pictures(intent) if "image" in port.kinds else self.ground.source(intent, port.kinds)
        if not found:
            self.refuse(intent, f"it needs {' or '.join(port.kinds)}, and the request gives none")
        for thing in found:
            if thing.origin == task_type and task_type not in _REPEATABLE:
                continue
            self.add(task_type, {port.name: (thing.value,) if port.many else thing.value}, intent, parameters)

    def pictures(self, intent: Intent, kinds: Sequence[Kind] = ("image",)) -> list[Thing]:
        """The picture that a wish is about."""
        return self.ground.source(intent, kinds)

    def _speak(self, intent: Intent) -> None:
        if any(task.type == "text-to-video" for task in self.tasks[-1:]) and "dub" in self.ground.window(intent):
            self._dub(intent)
            return
        if not self.ground.said(intent, ("text",)) and self.tasks and self.tasks[-1].type == "text-to-speech":
            return
        self.plain(intent, "text-to-speech")
        better = re.search(r"\b(?:enhanced|high[- ]quality|improved|clear|refined)\b", self.ground.window(intent))
        if better and self.tasks and self.tasks[-1].type == "text-to-speech":
            self.add("audio-to-audio", {"audio": Ref(task_id=self.tasks[-1].id)}, intent)

    def _dub(self, intent: Intent) -> None:
        """A sound track for a video: its own prompt, said."""
        film = self.tasks[-1]
        voice = self.add("text-to-speech", {"text": film.inputs["prompt"]}, intent)
        self.add("mux", {"video": Ref(task_id=film.id), "audio": voice.value}, intent)

    def _sound_clean(self, intent: Intent) -> None:
        if not self.ground.has("audio"):
            if self.ground.has("image") and not re.search(
                r"\b(?:audio|speech|voice|sound)\b", self.ground.window(intent)
            ):
                self.plain(intent, "image-to-image", picture_operation(self.ground.window(intent)))
                return
            for thing in self.texts(intent):
                self.add("text-to-speech", {"text": thing.value}, intent)
        if self.tasks and self.tasks[-1].type == "audio-to-audio":
            return
        self.plain(intent, "audio-to-audio")

    def _enhance(self, intent: Intent) -> None:
        task_type = self.type_of(intent)
        words = self.reading.masked[intent.clause.start : intent.clause.end]
        self.plain(intent, task_type, picture_operation(words) if task_type == "image-to-image" else None)

    _turn = _enhance

    def _restyle(self, intent: Intent) -> None:
        task_type = self.type_of(intent)
        port = VOCABULARY[task_type].inputs[0]
        for thing in self.ground.source(intent, port.kinds) or self._nothing(intent, "an image"):
            self.add(task_type, {port.name: thing.value, "prompt": self.words(intent)}, intent)

    def _nothing(self, intent: Intent, what: str) -> list[Thing]:
        self.refuse(intent, f"it needs {what}, and the request gives none")
        return []

    def _edit(self, intent: Intent) -> None:
        if intent.mention and self.ground.latest(("image",)):
            return
        if self.type_of(intent) == "video-to-video":
            self.plain(intent, "video-to-video")
            return
        named = self.ground.named(intent, ("text",))
        quoted = [t for t in self.ground.said(intent, ("text",)) if t.origin == "literal"]
        if not quoted and re.search(r"\b(?:description|text|described)\b", self.ground.window(intent)):
            quoted = [t for t in self.ground.given(intent, ("text",)) if t.origin == "literal"]
        prompt = (quoted or named or [None])[0]
        for thing in self.pictures(intent) or self._nothing(intent, "an image"):
            words = prompt.value if prompt else self.words(intent)
            self.add("image-text-to-image", {"image": thing.value, "prompt": words}, intent)

    def _draw(self, intent: Intent) -> None:
        words = self.ground.window(intent)
        if re.search(r"\bsimilar to (?:this|it|that|the)\b", words) and self.ground.has("image"):
            self.plain(intent, "image-to-image")
            return
        self.add("text-to-image", {"prompt": self.described(intent)}, intent)

    def described(self, intent: Intent) -> Input:
        """A prompt; where the wish is about a picture and there is no text, the picture in words."""
        words = self.ground.window(intent)
        if not self.ground.said(intent, ("text",)) and not self.ground.latest(("text",)) and _REFERS.search(words):
            literal = any(t.origin == "literal" for t in self.ground.things)
            media = self.ground.source(intent, ("image", "audio"))
            if media and media[0].origin != "earlier" and not literal and not self.ground.has("text"):
                return self.in_words(media[0], intent).value
        return self.prompt(intent)

    def _film(self, intent: Intent) -> None:
        if any(task.type in ("text-to-video", "image-to-video") for task in self.tasks) and intent.mention:
            return
        if any(task.type == "text-to-video" for task in self.tasks[-1:]):
            return
        self.add("text-to-video", {"prompt": self.described(intent)}, intent)

    def _slideshow(self, intent: Intent) -> None:
        images = self.ground.source(intent, ("image",), everything=True)
        if not images:
            self._nothing(intent, "images")
            return
        inputs: dict[str, Input] = {"images": tuple(thing.value for thing in images)}
        voice = self.ground.latest(("audio",)) or self.ground.said(intent, ("audio",))
        words = self.reading.masked[intent.clause.start : intent.clause.end]
        quoted = [t for t in self.ground.things if t.origin == "literal"]
        if not voice and quoted and re.search(r"\bnarrat|\bsay|\bvoice|\bspoken|\bspeech", words):
            voice = [self.add("text-to-speech", {"text": quoted[0].value}, intent)]
        if voice:
            inputs["audio"] = voice[0].value
        self.add("image-to-video", inputs, intent)

    def _look_alike(self, intent: Intent) -> None:
        for thing in self.pictures(intent) or self._nothing(intent, "an image"):
            self.add("image-to-image", {"image": thing.value}, intent)
            words = self.add("image-to-text", {"image": thing.value}, intent)
            self.add("text-to-video", {"prompt": words.value}, intent)

    def _thorough(self, intent: Intent) -> None:
        for thing in self.pictures(intent) or self._nothing(intent, "an image"):
            for task_type in ("image-to-text", "object-detection", "image-classification"):
                self.add(task_type, {"image": thing.value}, intent)

    def _control(self, intent: Intent) -> None:
        self.plain(intent, f"{control_of(self.ground.window(intent))}-control")

    def _control_image(self, intent: Intent) -> None:
        control = control_of(self.ground.window(intent))
        made = self.ground.latest(("image",), skip=())
        images = made or [
            self.add(f"{control}-control", {"image": thing.value}, intent)
            for thing in self.pictures(intent) or self._nothing(intent, "an image")
        ]
        for thing in images:
            inputs: dict[str, Input] = {"prompt": self.words(intent), "image": thing.value}
            self.add(f"{control}-text-to-image", inputs, intent)

    def _pose_image(self, intent: Intent) -> None:
        for thing in self.pictures(intent) or self._nothing(intent, "an image"):
            pose = self.add("openpose-control", {"image": thing.value}, intent)
            goal = self.reading.text[intent.start : intent.end]
            self.add("openpose-text-to-image", {"prompt": goal, "image": pose.value}, intent)

    def _crop(self, intent: Intent) -> None:
        words = self.reading.masked[intent.start : max(intent.stop, intent.end)]
        images = self.pictures(intent)
        boxes = self.ground.latest(("boxes",)) or [
            t for t in self.ground.latest(("labels",)) if t.origin == "object-detection"
        ]
        for thing in images or self._nothing(intent, "an image"):
            inputs: dict[str, Input] = {"image": thing.value}
            if boxes:
                inputs["boxes"] = (
                    Ref(task_id=boxes[0].value.task_id, output="boxes") if isinstance(boxes[0].value, Ref) else ""
                )
            elif re.search(r"\b(?:faces?|objects?|people|persons?|cars?|it|them|dogs?|cats?)\b", words):
                found = self.add("object-detection", {"image": thing.value}, intent)
                inputs["boxes"] = found.value
            self.add("crop", inputs, intent)

    def _count(self, intent: Intent) -> None:
        words = self.reading.masked[intent.start : intent.clause.end]
        if re.search(r"\b(?:words|lines|rows|columns|pages|sentences)\b", words) or not self.ground.has("image"):
            self.ask(intent, self.reading.text[intent.start : intent.clause.end].strip())
            return
        found = [t for t in self.ground.latest(("labels",)) if t.origin == "object-detection"]
        if not found:
            images = self.ground.source(intent, ("image",), everything=True)
            found = [self.add("object-detection", {"image": thing.value}, intent) for thing in images]
        self.add("count", {"items": tuple(thing.value for thing in found)}, intent, counted(words))

    def _compare(self, intent: Intent) -> None:
        images = self.ground.said(intent, ("image",)) or self.ground.said(intent, ("text",))
        if len(images) >= 2:
            texts = [self.in_words(thing, intent) for thing in images]
        else:
            texts = [t for t in self.ground.things if t.made and t.kind in ("text", "labels", "boxes")][-2:]
        if len(texts) < 2:
            self._similar(intent)
            return
        self.add("compare", {"items": tuple(thing.value for thing in texts)}, intent)

    def _similar(self, intent: Intent) -> None:
        if any(task.type == "sentence-similarity" for task in self.tasks):
            return
        literals = [t for t in self.ground.things if t.origin == "literal"]
        near = self.ground.said(intent, ("text",)) or literals
        made = self.ground.latest(("text",))
        if len(near) >= 2 and not made:
            pair = near[-2:] if near is literals else near[:2]
        elif made and near:
            pair = [made[0], near[-1]]
        else:
            results = [t for t in self.ground.things if t.made and t.kind in ("text", "labels")]
            questions = [lit.text for lit in self.reading.literals if lit.question]
            asked = [Thing("text", text, "literal", 0) for text in questions]
            pair = [*asked, *literals, *results][-2:]
        if len(pair) < 2:
            texts = self.texts(intent)
            pair = [*pair, *(t for t in texts if t not in pair)][:2]
        if len(pair) < 2:
            self._nothing(intent, "two texts")
            return
        self.add("sentence-similarity", {"source_sentence": pair[0].value, "sentences": (pair[1].value,)}, intent)

    def _sentiment(self, intent: Intent) -> None:
        labels = candidate_labels(self.ground.window(intent))
        if not labels and self.ground.has("image") and not self.ground.has("text"):
            words = self.ground.window(intent)
            if re.search(r"\b(?:person|face|man|woman|child|people)\b", words):
                self.ask(intent, self.words(intent))
                return
        for thing in self.texts(intent, prose=True) or self._nothing(intent, "a text"):
            if labels:
                self.add("zero-shot-classification", {"text": thing.value}, intent, {"candidate_labels": labels})
            else:
                self.add("text-classification", {"text": thing.value}, intent)

    def _classify(self, intent: Intent) -> None:
        words = self.reading.masked[intent.start : intent.clause.end]
        labels = candidate_labels(words)
        task_type = self.type_of(intent)
        zero = {
            "image-classification": "zero-shot-image-classification",
            "text-classification": "zero-shot-classification",
        }
        if labels and task_type in zero:
            self.plain(intent, zero[task_type], {"candidate_labels": labels})
            return
        if any(task.type == task_type for task in self.tasks):
            return
        self.plain(intent, task_type)

    _image_class = _classify

    def _summarize(self, intent: Intent) -> None:
        if intent.mention and ("summarization" in self.wanted or any(t.type == "summarization" for t in self.tasks)):
            return
        clause = self.reading.masked[intent.clause.start : intent.clause.end]
        answered = bool(self.tasks) and self.tasks[-1].type.endswith("question-answering")
        full = self.ground.latest(("text",), prose=True)
        if answered and full and not re.search(r"\banswers?\b", clause):
            self.add("summarization", {"text": full[0].value}, intent, sentence_limit(clause))
            return
        self.plain(intent, "summarization", sentence_limit(clause))

    def _translate(self, intent: Intent) -> None:
        if intent.mention and ("translation" in self.wanted or any(t.type == "translation" for t in self.tasks)):
            return
        words = self.reading.masked[intent.start : max(intent.clause.end, intent.end)]
        targets = target_languages(words) or target_languages(self.reading.masked)[:1]
        source = source_language(self.reading.masked[intent.clause.start : intent.clause.end])
        asked = [lit for lit in self.reading.literals if lit.question and intent.start <= lit.start < intent.clause.end]
        refers = re.search(r"\bquestion\b", self.ground.window(intent))
        asked = asked or [lit for lit in self.reading.literals if lit.question][:1] if refers else asked
        if asked:
            found = [Thing("text", asked[0].text, "literal", asked[0].start)]
        else:
            found = self.texts(intent)
        for thing in found or self._nothing(intent, "a text"):
            for target in targets or [""]:
                parameters: Parameters = {"target_language": target} if target else {}
                if source and source != target:
                    parameters["source_language"] = source
                self.add("translation", {"text": thing.value}, intent, parameters)

    def _continue(self, intent: Intent) -> None:
        self.add("text-generation", {"prompt": self.prompt(intent)}, intent)

    def _rewrite(self, intent: Intent) -> None:
        for thing in self.texts(intent) or self._nothing(intent, "a text"):
            self.add("text-generation", {"prompt": thing.value}, intent)

    def _write(self, intent: Intent) -> None:
        self.add("text-generation", {"prompt": self.described(intent)}, intent)

    def _converse(self, intent: Intent) -> None:
        if any(task.type == "conversational" for task in self.tasks):
            return
        questions = [lit for lit in self.reading.literals if lit.question]
        if not self.tasks and questions and not any(t.origin == "file" for t in self.ground.things):
            self.add("conversational", {"text": questions[0].text}, intent)
            return
        self.add("conversational", {"text": self.described(intent)}, intent)

    def _language(self, intent: Intent) -> None:
        for thing in self.texts(intent, prose=True) or self._nothing(intent, "a text"):
            self.add("language-identification", {"text": thing.value}, intent)

    def _describe(self, intent: Intent) -> None:
        task_type = self.type_of(intent)
        if any(task.type == "image-to-text" for task in self.tasks) and task_type == "image-to-text":
            latest = self.ground.latest(("image",))
            if not latest or any(
                task.type == "image-to-text" and latest[0].value in task.inputs.values() for task in self.tasks
            ):
                return
        if task_type == "image-to-text" and not self.ground.has("image"):
            self.add("text-generation", {"prompt": self.prompt(intent)}, intent)
            return
        self.plain(intent, task_type)

    def _happen(self, intent: Intent) -> None:
        self.plain(intent, self.type_of(intent))

    # -- questions -----------------------------------------------------------------------------------------------

    def _question(self, intent: Intent) -> None:
        self.ask(intent, intent.question)

    def ask(self, intent: Intent, question: str) -> None:
        """A question, to an expert for the kind of its source."""
        kind = self.kind_asked(intent, question.lower())
        asked: Input = question
        translated = [t for t in self.ground.latest(("text",)) if t.origin == "translation"]
        if translated and isinstance(translated[0].value, Ref):
            source = self.tasks[translated[0].value.task_id].inputs.get("text")
            asked = translated[0].value if source == question else question
        if kind is None:
            self.add("conversational", {"text": question}, intent)
        elif kind == "text":
            inputs: dict[str, Input] = {"question": asked}
            context = [t for t in self.texts(intent) if t.value != asked]
            if context:
                inputs["context"] = context[0].value
            self.add("question-answering", inputs, intent)
        else:
            task_type = lexicon().acts["question"][kind]
            port = VOCABULARY[task_type].inputs[0]
            wanted: tuple[Kind, ...] = ("document", "image") if kind == "document" else (kind,)
            name = VOCABULARY[task_type].inputs[1].name
            for thing in self.ground.source(intent, wanted) or self._nothing(intent, f"a {kind}"):
                self.add(task_type, {port.name: thing.value, name: asked}, intent)

    def is_document(self) -> bool:
        """Whether the request introduces its picture as one of a document."""
        return bool(lexicon().cues["document-picture"].search(self.reading.masked))

    def kind_asked(self, intent: Intent, question: str) -> Kind | None:
        """What a question is about: a document, a picture, a table, a video or a text; None for a question at large."""
        cues, has = lexicon().cues, self.ground.has
        words = self.reading.masked[intent.clause.start : intent.clause.end] + " " + question
        picture = has("image") or has("document")
        if has("video") and not picture and not has("text"):
            return "video"
        if has("table") and not picture and not has("text"):
            return "table"
        files = [thing.kind for thing in self.ground.inside(intent) if thing.origin == "file"]
        if files == ["image"] and not cues["document"].search(words):
            return "image"
        if picture and (cues["document"].search(question) or (has("document") and not has("image"))):
            return "document"
        if has("image") and cues["visual"].search(question):
            return "image"
        if picture and (cues["document"].search(words) or self.is_document()):
            return "document"
        if cues["textual"].search(words) and (has("text") or has("audio")):
            return "text"
        if has("image"):
            return "image"
        return "text" if has("text") or has("audio") else None
