"""Handlers of intents about audio: speak, dub, transcribe, clean, classify, compose."""

import re
from dataclasses import replace

from .....graph.resource import Resource
from .....graph.task import Ref
from .....graph.task import Value as Input
from ....text_language import is_in
from ....wording.request_language import function_words
from ..harmless_words import plain_words
from ..intents import Intent
from ..lexicon import lexicon
from ..linking import Linker
from ..operation_words import operation_in
from ..parameters import target_languages
from ..referents import Referent, kinds_named
from ..speech import manner, words_to_say
from ..text_linking import add_single_input, text_referents
from .questions import add_question
from .texts import languages_beside

_LISTENER = re.compile(r"\bto (?:me|us|him|her|them|(?:my|our|his|her|their) \w+)\b")


def speak(linker: Linker, intent: Intent) -> None:
    """Read the nearest text aloud; "a summarised audio clip" is summarised first, "enhanced speech" is denoised after."""
    films = linker.resolver.latest_results(("video",)) or linker.resolver.named_data(intent, ("video",))
    last = linker.tasks[-1] if linker.tasks else None
    narrated = last is not None and last.type == "image-to-video" and "audio" in last.inputs
    if last and not linker.resolver.named_data(intent, ("text",)) and (last.type == "text-to-speech" or narrated):
        return
    if unread := _unplanned_source(linker, intent):
        linker.refuse(intent, f"what it is to say comes from “{unread}”, which I did not understand")
        return
    clause = linker.parsed.masked[intent.start : intent.clause.end]
    how, spans = manner(clause)
    spans += [listener.span() for listener in _LISTENER.finditer(clause)]
    for start, end in spans:
        linker.use(intent.start + start, intent.start + end)
    targets = target_languages(clause)
    for text in _texts_to_say(linker, intent) or linker.refuse_missing(intent, "text"):
        for target in languages_beside(linker, text, intent) or targets or [""]:
            value = _translated(linker, intent, text.value, target) if target else text.value
            spoken_in = {"language": target} if target and value == text.value else {}
            linker.add_task("text-to-speech", {"text": value}, intent, how | spoken_in)
    enhanced = re.search(r"\b(?:enhanced|high[- ]quality|improved|clear|refined)\b", linker.resolver.words_of(intent))
    if enhanced and linker.tasks and linker.tasks[-1].type == "text-to-speech":
        linker.add_task("audio-to-audio", {"audio": Ref(task_id=linker.tasks[-1].id)}, intent)
    if films and linker.tasks and "dub" in linker.resolver.words_of(intent):
        linker.add_task("mux", {"video": films[0].value, "audio": Ref(task_id=linker.tasks[-1].id)}, intent)


def _unplanned_source(linker: Linker, intent: Intent) -> str:
    """The words that ask for "the total" that is to be said of a table, where no task was planned of them; else empty."""
    parsed, known = linker.parsed, function_words() | plain_words()
    said = lexicon().cues["said"].search(parsed.masked, intent.clause.start, intent.clause.end)
    if said is None or linker.tasks or not linker.resolver.has_kind("table"):
        return ""
    before = [c for c in parsed.clauses if c.end <= intent.clause.start and not c.background]
    words = re.findall(r"[^\W\d_]{3,}", " ".join(map(parsed.words_of, before)))
    asked = [word for word in words if word not in known and not lexicon().verb.fullmatch(word)]
    return " ".join(map(parsed.text_of, before)) if len(asked) > 1 else ""


def _texts_to_say(linker: Linker, intent: Intent) -> list[Referent]:
    """The words themselves ("say hello world"), what of a text is to be said ("the total", "the dates"), or whole texts."""
    given = bool(linker.tasks or linker.resolver.referents)
    said = lexicon().cues["said"].search(linker.parsed.masked, intent.clause.start, intent.clause.end)
    quoted = any(referent.origin == "quotation" for referent in linker.resolver.data_in_words(intent))
    bare = words_to_say(linker.parsed.masked, intent.start, intent.clause.end, has_data=given)
    if given and said:
        linker.use(*said.span())
        asked = replace(intent, act="entities", start=said.start(), end=said.end())
        if said["formal"]:
            found = {"look_for": said["formal"]}
            linker.add_each("token-classification", "text", text_referents(linker, asked), asked, found)
        else:
            add_question(linker, asked, f"What is the {said['value']}?")
        return linker.resolver.latest_results(("text", "labels"))
    if bare and not quoted:
        return [Referent("text", linker.parsed.text[slice(*bare)], "quotation", bare[0])]
    summary = re.search(r"\bsummar", linker.parsed.masked[intent.start : intent.end])
    if summary and not (linker.has_task("summarization") or linker.resolver.made_earlier(["summarization"])):
        add_single_input(linker, intent, "summarization")
        return linker.resolver.latest_results(("text",))
    made = linker.resolver.latest_results(("text", "labels"))
    here = [r for r in made if intent.clause.start <= r.position < intent.clause.end]  # "summarise notes.txt aloud"
    return here or text_referents(linker, intent)


def _translated(linker: Linker, intent: Intent, text: Input, target: str) -> Input:
    """The text in the language `target`; itself, where it is in it already."""
    if isinstance(text, Ref):
        done = linker.tasks[text.task_id].parameters.get("target_language") == target
    else:
        done = is_in(str(text.text if isinstance(text, Resource) else text), target)
    return text if done else linker.add_task("translation", {"text": text}, intent, {"target_language": target}).value


def mux(linker: Linker, intent: Intent) -> None:
    """Put a given sound track under a given video."""
    videos = linker.resolver.named_data(intent, ("video",)) or linker.resolver.resolve(intent, ("video",))
    named = [r for r in linker.resolver.referents if r.kind == "audio" and intent.clause.start <= r.position]
    named = [r for r in named if r.position < intent.clause.end and not r.is_result]
    sounds = named or [r for r in linker.resolver.resolve(intent, ("audio",)) if r.kind == "audio"]
    if not videos or not sounds:
        linker.refuse_missing(intent, "a video and a sound")
        return
    linker.add_task("mux", {"video": videos[0].value, "audio": sounds[0].value}, intent)


def transcribe(linker: Linker, intent: Intent) -> None:
    """Transcribe speech; text in a picture only where there is no audio, or the words name the picture."""
    pictured = "image" in kinds_named(linker.resolver.words_of(intent))
    spoken = linker.resolver.has_kind("audio") and not pictured
    add_single_input(linker, intent, "automatic-speech-recognition" if spoken else linker.task_type_of(intent))


def sound_clean(linker: Linker, intent: Intent) -> None:
    """Denoise audio; without any, enhance the picture, or speak the text first."""
    has, words = linker.resolver.has_kind, linker.resolver.words_of(intent)
    if has("image") and not has("audio") and not re.search(r"\b(?:audio|speech|voice|sound)\b", words):
        add_single_input(linker, intent, "image-to-image", operation_in(words))
        return
    if has("video"):
        linker.use(intent.start, intent.end)  # of its sound
    elif not has("audio"):
        linker.add_each("text-to-speech", "text", text_referents(linker, intent), intent)
    if not (linker.tasks and linker.tasks[-1].type == "audio-to-audio"):
        words = linker.parsed.masked[max(0, intent.start - 60) : intent.stop]
        steady = operation_in(words) == {"operation": "denoise"} and not re.search(r"\bseparat|\bisolat", words)
        add_single_input(linker, intent, "audio-to-audio", {"operation": "denoise"} if steady else {})


def sound_class(linker: Linker, intent: Intent) -> None:
    """Classify audio by emotion, speaker or kind; a text only where there is no audio or the words name one."""
    texts = re.search(r"\b(?:text|review|sentence|message|letter|comment)\b", linker.resolver.words_of(intent))
    of_audio = linker.resolver.has_kind("audio") and not texts
    add_single_input(linker, intent, "audio-classification" if of_audio else linker.task_type_of(intent))
