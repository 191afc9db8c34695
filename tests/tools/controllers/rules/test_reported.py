"""Promises on what no expert can respect: it is reported in the language of the request, not taken for something else."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.tools.backends.embedded.registry import registered
from hugginggpt.tools.controllers.rules.clauses import parse_request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.controllers.rules.suggestions import with_name


def proposed(text: str, file: str) -> Proposal:
    """The proposal for a request with a file."""
    kind, media_type = kind_of_name(file)
    return propose(Request(text=text, files=(Resource(kind=kind, media_type=media_type, name=file),)))


def types(proposal: Proposal) -> list[str]:
    """The task types of a plan."""
    return [task.type for task in proposal.plan.tasks]


@pytest.mark.parametrize(
    ("text", "name", "planned"),
    [
        ("Read notes.txt aloud and save it as a.wav", "a.wav", "text-to-speech"),
        ("Summarise notes.txt and call it summary.txt", "summary.txt", "summarization"),
        ("Summarise notes.txt into summary.txt", "summary.txt", "summarization"),
        ("Lies notes.txt vor und speichere es als a.wav", "a.wav", "text-to-speech"),
        ("Lis notes.txt à voix haute et enregistre le résultat sous a.wav", "a.wav", "text-to-speech"),
        ("Resume notes.txt y guárdalo como resumen.txt", "resumen.txt", "summarization"),
        ("Resume notes.txt e salva como resumo.txt", "resumo.txt", "summarization"),
        ("把notes.txt总结一下，保存为summary.txt", "summary.txt", "summarization"),
        ("notes.txtを要約してsummary.txtとして保存して", "summary.txt", "summarization"),
    ],
)
def test_a_name_for_a_result_is_reported_and_is_no_input(text: str, name: str, planned: str) -> None:
    """The run names its results by what they are."""
    proposal = proposed(text, "notes.txt")
    assert types(proposal) == [planned]
    assert len(proposal.refusals) == 1
    assert name in proposal.refusals[0]
    assert "run.outputs" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Übersetze nur die Personen in text.txt ins Englische", "nur die Personen"),
        ("Traduis seulement les personnes de text.txt en anglais", "seulement les personnes"),
        ("Traduce solo las personas de text.txt al inglés", "solo las personas"),
        ("Traduz apenas as datas de text.txt para inglês", "apenas as datas"),
    ],
)
def test_a_limit_in_words_that_only_other_tasks_know_is_reported(text: str, words: str) -> None:
    """The examples know "people" and "dates", a translation does not."""
    proposal = proposed(text, "text.txt")
    assert types(proposal) == ["translation"]
    assert words in proposal.refusals[0]


@pytest.mark.parametrize(
    "text",
    [
        "Lies nur den Text vor: text.txt",
        "Fasse text.txt zusammen, nur zwei Sätze",
        "Finde nur die Personen in text.txt",
        "Résume seulement text.txt",
    ],
)
def test_a_limit_that_takes_effect_is_not_reported(text: str) -> None:
    """What is limited is the task itself, its data or a parameter."""
    proposal = proposed(text, "text.txt")
    assert proposal.plan.tasks
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text",
    [
        "Save frame 12 of clip.mp4",
        "the 12th frame of clip.mp4",
        "Nimm Bild 12 aus clip.mp4",
        "Prends l'image 12 de clip.mp4",
        "截取clip.mp4的第12帧",
        "clip.mp4の5コマ目を保存して",
    ],
)
def test_a_frame_by_its_number_is_refused(text: str) -> None:
    """Twelve other frames are not what was asked for."""
    proposal = proposed(text, "clip.mp4")
    assert proposal.plan.tasks == ()
    assert proposal.refusals


@pytest.mark.parametrize(
    "text",
    [
        "Tell me if a.txt is in German",
        "Check whether a.txt is German",
        "Sag mir, ob a.txt auf Deutsch ist",
        "Dis-moi si a.txt est en allemand",
        "¿Está a.txt en alemán?",
        "a.txt é em francês?",
        "a.txt是德语吗？",
        "a.txtはドイツ語ですか？",
    ],
)
def test_whether_a_text_is_in_a_language_asks_for_no_translation(text: str) -> None:
    """The language is identified."""
    assert types(proposed(text, "a.txt")) == ["language-identification"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Transcribe the German recording memo.m4a", "German"),
        ("Transcribe memo.m4a, it is in German", "German"),
        ("Summarise the French recording memo.m4a", "French"),
        ("Transcribe memo.m4a and translate it from German into English", "German"),
        ("What language is spoken in memo.m4a?", "any language"),
        ("Transkribiere memo.m4a, es ist auf Deutsch", "German"),
        ("Transkribiere die deutsche Aufnahme memo.m4a", "German"),
        ("Transcris l'enregistrement allemand memo.m4a", "German"),
        ("Transcribe la grabación memo.m4a, está en alemán", "German"),
        ("Transcreve o áudio memo.m4a, está em alemão", "German"),
        ("把德语录音memo.m4a转成文字", "German"),
        ("ドイツ語の録音memo.m4aを文字起こしして", "German"),
    ],
)
def test_a_recording_in_a_stated_language_is_transcribed_in_it(text: str, language: str) -> None:
    """The English recogniser then refuses, instead of finding English words in German."""
    (task, *_) = proposed(text, "memo.m4a").plan.tasks
    assert (task.type, task.parameters.get("language")) == ("automatic-speech-recognition", language)
    recogniser = next(each for each in registered().values() if each.task_type == task.type)
    assert recogniser.obstacle(task)


def test_a_translation_of_a_transcript_says_nothing_of_the_recording() -> None:
    """The language is that of the translation."""
    task, translation = proposed("Transcribe memo.m4a in German", "memo.m4a").plan.tasks
    assert task.parameters == {}
    assert translation.parameters == {"target_language": "German"}


@pytest.mark.parametrize("text", ["brighten the sky", "sharpen the eyes in a.png", "brighten the sky in a.png"])
def test_an_operation_on_a_part_of_a_picture_is_refused(text: str) -> None:
    """The whole picture brighter is not what was asked for."""
    proposal = proposed(text, "a.png")
    assert proposal.plan.tasks == ()
    assert "only a part of a picture" in proposal.refusals[0]


@pytest.mark.parametrize(
    ("text", "file", "parameters"),
    [
        ("rotate the poster by 90 degrees", "scan1.png", {"operation": "rotate", "angle": 90.0}),
        ("brighten the cat", "cat.png", {"operation": "brighten"}),
        ("brighten my holiday picture", "a.png", {"operation": "brighten"}),
        (
            "cut 200 by 200 pixels out of the middle of cat.png",
            "cat.png",
            {"part": "middle", "width": 200, "height": 200},
        ),
    ],
)
def test_a_noun_for_the_picture_means_all_of_it(text: str, file: str, parameters: dict[str, object]) -> None:
    """A poster, or what the name of the file says."""
    proposal = proposed(text, file)
    assert [task.parameters for task in proposal.plan.tasks] == [parameters]
    assert proposal.refusals == ()


FIRST, SECOND = (
    Resource(kind="image", media_type="image/png", sha256=letter * 64, name=f"{letter}.png") for letter in "ab"
)
SUMMARY = Resource(kind="text", media_type="text/plain", sha256="c" * 64, text="A summary.", name="summary.txt")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("make the first one grey", FIRST), ("the second one bigger", SECOND), ("make the last picture grey", SECOND)],
)
def test_a_follow_up_counts_the_results_before_it(text: str, meant: Resource) -> None:
    """Not always the latest."""
    (task,) = propose(Request(text=text, resources=(FIRST, SECOND))).plan.tasks
    assert task.inputs["image"] == meant


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("shorter, one sentence", "summarization"),
        ("plus court, une seule phrase", "summarization"),
        ("mais curto, uma só frase", "summarization"),
        ("et en anglais", "translation"),
        ("und auf Englisch", "translation"),
        ("jetzt als Audio", "text-to-speech"),
        ("音声でも", "text-to-speech"),
        ("kürzer bitte", "summarization"),
        ("jetzt laut", "text-to-speech"),
    ],
)
def test_a_follow_up_of_a_few_words_is_about_the_latest_text(text: str, type_: str) -> None:
    """In all languages."""
    proposal = propose(Request(text=text, resources=(SUMMARY,)))
    assert (types(proposal), proposal.refusals) == ([type_], ())


@pytest.mark.parametrize("text", ["undo that", "mach das rückgängig", "annule ça", "deshaz eso", "撤销", "元に戻して"])
def test_undoing_is_refused_in_words(text: str) -> None:
    """A result is not taken back, and not taken for conversation."""
    proposal = propose(Request(text=text, resources=(SUMMARY,)))
    assert proposal.plan.tasks == ()
    assert proposal.refusals


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Lies nur die erste Seite von report.pdf vor", 1),
        ("Lies mir bitte die erste Seite von report.pdf vor", 1),
        ("Lies Seite 3 von report.pdf laut vor", 3),
        ("Lis-moi la première page de report.pdf", 1),
        ("Leia a página 3 de report.pdf em voz alta", 3),
        ("朗读report.pdf的第3页", 3),
        ("report.pdfの3ページ目を音読して", 3),
    ],
)
def test_a_page_that_is_read_aloud_is_spoken(text: str, page: int) -> None:
    """It is not only drawn or copied, however far the two parts of the verb stand apart."""
    proposal = propose(Request(text=text))
    assert types(proposal) == ["document-to-text", "text-to-speech"]
    assert proposal.plan.tasks[0].parameters == {"first_page": page, "last_page": page}
    assert proposal.refusals == ()


@pytest.mark.parametrize(
    "text", ["Übersetze memo.txt laut lesen ins Englische", "Traduis memo.txt en anglais à voix haute"]
)
def test_a_translation_that_is_asked_for_aloud_is_spoken(text: str) -> None:
    assert types(propose(Request(text=text))) == ["translation", "text-to-speech"]


@pytest.mark.parametrize(
    ("text", "meant"), [("a.png but more colourful", "“colourise a.png”"), ("fold my laundry", ""), ("hum along", "")]
)
def test_what_is_not_understood_is_answered_with_the_nearest_example_if_one_is_near(text: str, meant: str) -> None:
    (refused,) = propose(Request(text=text)).refusals
    assert "I did not understand it." in refused
    assert (f"Did you mean: {meant}?" in refused) == bool(meant)


@pytest.mark.parametrize(("text", "number"), [("a.png 300 wide or so", "300"), ("a.png wide or so", "…")])
def test_a_suggestion_shows_no_placeholder(text: str, number: str) -> None:
    parsed = parse_request(text)
    assert with_name("make {file} {number} pixels wide", parsed) == f"make a.png {number} pixels wide"
