"""Promises about requests in other languages: what their words limit is limited in every result of theirs."""

import pytest

from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.tools.controllers.rules.controller import propose

NAMES = ("scan.pdf", "memo.txt", "other.txt", "poster.jpg", "rows.csv", "talk.wav")


def proposal(text: str) -> Proposal:
    named = [(name, *kind_of_name(name)) for name in NAMES if name in text]
    return propose(Request(text=text, files=tuple(Resource(kind=k, media_type=m, name=n) for n, k, m in named)))


def planned(text: str) -> list[str]:
    return sorted(task.type for task in proposal(text).plan.tasks)


@pytest.mark.parametrize(
    "text",
    [
        "Lies mir bitte vor, was auf Seite 2 von scan.pdf steht",
        "Lies vor, was auf der zweiten Seite von scan.pdf steht",
        "Léeme, por favor, lo que pone en la página 2 de scan.pdf",
        "Lis-moi ce qui est écrit à la page 2 de scan.pdf",
        "Lê em voz alta o que está na página 2 de scan.pdf",
        "朗读 scan.pdf 第2页的内容",
        "scan.pdfの2ページ目を読み上げて",
    ],
)
def test_only_the_named_page_is_spoken(text: str) -> None:
    read, spoken = proposal(text).plan.tasks
    assert [read.type, spoken.type] == ["document-to-text", "text-to-speech"]
    assert read.parameters == {"first_page": 2, "last_page": 2}


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Resume solo la última página de scan.pdf", -1),
        ("Resuma a última página de scan.pdf", -1),
        ("Résume la dernière page de scan.pdf", -1),
        ("Fasse die letzte Seite von scan.pdf zusammen", -1),
        ("scan.pdf の2ページ目を要約して", 2),
        ("总结 scan.pdf 的最后一页", -1),
    ],
)
def test_the_verb_decides_what_is_made_and_the_page_only_limits_it(text: str, page: int) -> None:
    read, summary = proposal(text).plan.tasks
    assert [read.type, summary.type] == ["document-to-text", "summarization"]
    assert read.parameters == {"first_page": page, "last_page": page}


def test_a_summary_of_a_page_in_a_language_is_a_summary_and_a_translation() -> None:
    assert planned("Résume la dernière page de scan.pdf en français") == [
        "document-to-text",
        "summarization",
        "translation",
    ]


def test_a_page_that_is_counted_from_the_end_does_not_end_the_request() -> None:
    assert planned("总结 scan.pdf 的最后一页并朗读") == ["document-to-text", "summarization", "text-to-speech"]


@pytest.mark.parametrize(
    "text",
    [
        "Traduz memo.txt para inglês, mas só o segundo parágrafo",
        "Traduce memo.txt al inglés, pero solo el segundo párrafo",
        "Übersetze memo.txt ins Englische, aber nur den zweiten Absatz",
        "Traduis memo.txt en anglais, mais seulement le deuxième paragraphe",
    ],
)
def test_a_part_that_is_named_afterwards_limits_the_request_before(text: str) -> None:
    asked = proposal(text)
    assert sorted(task.type for task in asked.plan.tasks) == ["text-part", "translation"]
    assert not asked.refusals


@pytest.mark.parametrize(
    "text",
    [
        "把 memo.txt 翻译成英语和法语",
        "Übersetze memo.txt ins Englische und ins Französische",
        "Traduce memo.txt al inglés y al francés",
        "Traduis memo.txt en anglais et en français",
        "memo.txtを英語とフランス語に翻訳して",
    ],
)
def test_of_two_languages_both_are_translated_into_from_the_text_itself(text: str) -> None:
    tasks = proposal(text).plan.tasks
    assert [task.parameters["target_language"] for task in tasks] == ["English", "French"]
    assert not any(task.depends_on for task in tasks)


@pytest.mark.parametrize(
    "text",
    [
        "Traduce memo.txt del inglés al francés",
        "Traduis memo.txt de l'anglais en français",
        "Übersetze memo.txt vom Englischen ins Französische",
        "把 memo.txt 从英语翻译成法语",
    ],
)
def test_the_language_that_a_text_is_in_is_no_target(text: str) -> None:
    (task,) = proposal(text).plan.tasks
    assert dict(task.parameters) == {"target_language": "French", "source_language": "English"}


@pytest.mark.parametrize(
    "text",
    [
        "Resume memo.txt en dos frases y lo mismo para other.txt",
        "Résume memo.txt en deux phrases et la même chose pour other.txt",
        "Fasse memo.txt in zwei Sätzen zusammen und dasselbe für other.txt",
        "Resuma memo.txt em duas frases e o mesmo para other.txt",
    ],
)
def test_the_same_for_another_file_is_the_same_with_its_details(text: str) -> None:
    tasks = proposal(text).plan.tasks
    assert [(task.type, dict(task.parameters)) for task in tasks] == [("summarization", {"max_sentences": 2})] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Lies den QR-Code und den Text in poster.jpg",
        "Lee el código QR y el texto de poster.jpg",
        "Lis le code QR et le texte de poster.jpg",
        "Leia o código QR e o texto de poster.jpg",
        "读取 poster.jpg 中的二维码和文字",
        "poster.jpg のQRコードと文字を読み取ってください",
    ],
)
def test_two_things_that_one_verb_reads_are_both_read(text: str) -> None:
    assert planned(text) == ["image-to-text", "object-detection"]
    assert not proposal(text).refusals


@pytest.mark.parametrize("text", ["Lies den QR-Code in poster.jpg", "poster.jpgの文字を読み取ってください"])
def test_one_thing_that_is_read_brings_no_second(text: str) -> None:
    assert len(planned(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "rows.csv の North の revenue の合計を教えて、その数字を音声で",
        "Blubbere rows.csv frobnizierend, und lies es laut vor",
    ],
)
def test_nothing_is_made_of_the_file_where_the_result_that_is_meant_is_refused(text: str) -> None:
    asked = proposal(text)
    assert not asked.plan.tasks
    assert len(asked.refusals) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Lies scan.pdf, dann fasse es zusammen",
        "Lee scan.pdf y resúmelo",
        "Lis scan.pdf puis résume-le",
        "Leia scan.pdf e depois resuma",
        "读 scan.pdf,然后总结",
        "scan.pdfを読んで、要約して",
    ],
)
def test_what_is_read_to_be_summarised_is_not_spoken_and_its_text_is_taken(text: str) -> None:
    assert planned(text) == ["document-to-text", "summarization"]


@pytest.mark.parametrize(
    "text",
    [
        "lee scan.pdf y luego responde: ¿cuándo vence?",
        "Lis scan.pdf puis réponds : quand expire le contrat ?",
        "Lies scan.pdf und beantworte: Wann ist es fällig?",
    ],
)
def test_a_question_behind_a_colon_is_asked_of_the_file_that_is_read(text: str) -> None:
    (task,) = proposal(text).plan.tasks
    assert task.type == "document-question-answering"
    assert task.inputs["question"] == text.partition(":")[2].strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lies scan.pdf vor, aber nicht die Kaution", "Kaution"),
        ("Resume memo.txt, pero no la fianza", "fianza"),
        ("Résume memo.txt mais pas la caution", "caution"),
    ],
)
def test_a_thing_that_is_to_be_left_out_and_is_not_is_reported(text: str, words: str) -> None:
    assert any(words in refusal for refusal in proposal(text).refusals)


def test_a_task_that_is_forbidden_is_only_not_done() -> None:
    asked = proposal("Fasse memo.txt zusammen, aber nicht übersetzen")
    assert [task.type for task in asked.plan.tasks] == ["summarization"]
    assert not asked.refusals


def test_two_sentences_that_are_quoted_are_the_two_that_are_compared() -> None:
    assert not proposal("这两句话有多相似? “我喜欢猫”和“我爱猫”").refusals


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("总结一下报告的第一页", ["document-to-text", "summarization"]),
        ("总结一下报告的第一页并翻译成英文", ["document-to-text", "summarization", "translation"]),
        ("report.pdfの1ページ目を翻訳して", ["document-to-text", "translation"]),
    ],
)
def test_what_is_to_be_done_with_a_page_is_done_and_no_picture_made_of_it(text: str, types: list[str]) -> None:
    file = Resource(kind="document", media_type="application/pdf", name="report.pdf")
    assert [task.type for task in propose(Request(text=text, files=(file,))).plan.tasks] == types
