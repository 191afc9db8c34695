"""Requests in six languages that ask for several things at once: each is asked, each is read, none is lost."""

from typing import Any

import pytest

from hugginggpt.graph.mentions import kind_of_name, mentions
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Proposal, Request
from hugginggpt.graph.task import Ref
from hugginggpt.tools.controllers.rules.controller import propose


def plan(text: str) -> Proposal:
    names = dict.fromkeys(mention.name for mention in mentions(text))
    files = tuple(Resource(kind=kind_of_name(n)[0], media_type=kind_of_name(n)[1], name=n) for n in names)
    return propose(Request(text=text, files=files))


def questions(text: str) -> list[Any]:
    return [task.inputs["question"] for task in plan(text).plan.tasks]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Sag mir die Miete, die Kaution und die Frist aus vertrag.pdf", ["die Miete", "die Kaution", "die Frist"]),
        ("Wie hoch ist die Miete und wann endet der Vertrag in vertrag.txt?", ["Miete", "wann endet der Vertrag"]),
        ("facture.pdf : quel est le montant, la date et le client ?", ["le montant", "la date", "le client"]),
        ("Quel est le total et quelle est l'adresse dans recu.png ?", ["quel est le total", "quelle est l'adresse"]),
        ("¿Cuál es el alquiler, la fianza y el plazo de contrato.pdf?", ["el alquiler", "la fianza", "el plazo"]),
        ("Qual é o aluguel e o prazo em contrato.pdf?", ["o aluguel", "o prazo"]),
        (
            "¿Cuándo y dónde empieza el viaje, y qué no comen los niños en viaje.txt?",
            ["cuándo empieza", "dónde empieza", "qué no comen"],
        ),
        ("Quand et où commence le voyage, et que mange Léa dans a.txt ?", ["quand", "où", "que mange Léa"]),
        ("a.txt: Was bringt Juan nicht mit und was essen die Kinder nicht?", ["was bringt Juan", "was essen"]),
        ("Quando e onde começa a excursão em a.txt?", ["quando", "onde"]),
        ("合同.pdf里的租金、押金和到期日是多少？", ["租金", "押金", "到期日"]),
        ("契約書.pdfの家賃と敷金と契約期間を教えて", ["家賃", "敷金", "契約期間"]),
    ],
)
def test_each_thing_that_is_asked_for_is_a_question_of_its_own(text: str, asked: list[str]) -> None:
    found = questions(text)
    assert len(found) == len(asked), found
    for question, thing in zip(found, asked, strict=True):
        assert thing.casefold() in question.casefold()
        assert not any(other.casefold() in question.casefold() for other in asked if other != thing)


@pytest.mark.parametrize(
    ("text", "first", "then"),
    [
        ("How much is the rent in a.txt and when is it due?", "How much is the rent in a.txt", "when is it due"),
        ("Wie hoch ist die Miete in a.txt und wann ist sie fällig?", "Wie hoch ist die Miete", "wann ist sie fällig"),
        ("Which item in a.csv is the cheapest and how many pieces of it are there?", "Which item", "how many pieces"),
        ("Who is the tenant in a.txt and who is the landlord?", "", "who is the landlord"),
    ],
)
def test_a_question_about_what_the_one_before_is_about_stands_behind_it(text: str, first: str, then: str) -> None:
    before, _, last = questions(text)[1].rpartition(" → ")
    assert (before.startswith(first), last.rstrip("?").startswith(then)) == (True, True)
    assert bool(before) == bool(first)


def test_the_file_that_a_sentence_begins_with_is_no_request() -> None:
    """ "Laut a.txt" is where to look, and nothing to hear."""
    for text in (
        "Laut a.txt, wie hoch ist die Kaution und wann beginnt das Mietverhältnis?",
        "Según a.txt, ¿cuánto es el alquiler y cuándo empieza el contrato?",
        "De acordo com a.txt, quanto é o aluguel e quando começa o contrato?",
        "Selon a.txt, combien est le loyer et quand commence le bail ?",
    ):
        assert [task.type for task in plan(text).plan.tasks] == ["question-answering"] * 2, text


@pytest.mark.parametrize(
    "text",
    [
        "Wie viele Zeilen in verkauf.csv sind nach dem 1. März 2025?",
        "Qui a été embauché après 2018 dans equipe.xlsx ?",
        "¿Cuántas ventas hubo después de 2020 en ventas.csv?",
        "Quantas vendas de vendas.csv são depois de 3 de março?",
    ],
)
def test_a_question_is_not_divided_within_a_date(text: str) -> None:
    assert questions(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Wie viele Zeilen in verkauf.csv sind in Hamburg und in Berlin?",
        "¿Cuántas filas hay en Madrid y en Sevilla en ventas.csv?",
        "Quantas linhas há em Lisboa e em Braga em vendas.csv?",
        "Combien de lignes y a-t-il à Lyon et à Nice, dans equipe.xlsx ?",
    ],
)
def test_a_question_is_not_divided_between_two_places(text: str) -> None:
    assert questions(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "Was steht in a.txt?",
        "¿Qué pone en a.txt?",
        "O que está escrito em a.txt?",
        "a.txt里写了什么？",
        "Affiche a.txt",
    ],
)
def test_who_asks_what_stands_in_a_text_is_shown_it(text: str) -> None:
    assert [task.type for task in plan(text).plan.tasks] == ["join-text"]


def test_a_request_behind_the_things_is_no_thing() -> None:
    """ "... and translate it" is a task of its own."""
    types = [task.type for task in plan("Dime el total y la fecha de factura.pdf y tradúcela al inglés").plan.tasks]
    assert types.count("document-question-answering") == types.count("translation") == 2
    types = [task.type for task in plan("Quel est le total de facture.pdf et résume le texte").plan.tasks]
    assert [types.count(name) for name in ("document-question-answering", "summarization")] == [1, 1]


@pytest.mark.parametrize(
    "text",
    [
        "traduis note.txt en espagnol et lis les deux versions",
        "übersetze note.txt ins Spanische und lies beide Fassungen vor",
        "traduce note.txt al inglés y lee las dos versiones",
        "traduza note.txt para inglês e leia as duas versões",
        "把note.txt翻成英文，然后两个版本都读出来",
        "note.txtを英語に訳して、両方読み上げて",
    ],
)
def test_both_versions_are_the_text_and_its_translation(text: str) -> None:
    proposal = plan(text)
    spoken = [task.inputs["text"] for task in proposal.plan.tasks if task.type == "text-to-speech"]
    assert sorted(isinstance(value, Ref) for value in spoken) == [False, True]
    assert not proposal.refusals


def test_to_read_the_translation_is_to_hear_it() -> None:
    """Also where the request begins with a picture, whose text is read in another sense."""
    for text in (
        "lis le texte de photo.png, traduis-le en anglais et lis la traduction",
        "lee el texto de photo.png, tradúcelo al inglés y lee la traducción",
    ):
        assert [task.type for task in plan(text).plan.tasks] == ["image-to-text", "translation", "text-to-speech"]


@pytest.mark.parametrize(
    "text",
    ["male einen Hund, rot", "dessine un chien, rouge", "dibuja un perro, rojo", "desenhe um cachorro, vermelho",
     "画一只狗，红色的", "犬を描いて、赤色で"],
)  # fmt: skip
def test_a_colour_after_a_comma_belongs_to_the_picture(text: str) -> None:
    assert [(task.type, task.inputs) for task in plan(text).plan.tasks] == [("text-to-image", {"prompt": text})]


def test_the_film_that_a_sound_is_laid_under_gives_no_sound() -> None:
    tasks = plan("nimm den ton aus clip.mp4 und leg ihn unter silent.mp4").plan.tasks
    assert [task.type for task in tasks] == ["video-to-audio", "mux"]


@pytest.mark.parametrize(
    "text",
    ["c.ics里有几个日程", "d.pptx有多少张幻灯片", "d.pptxは何枚のスライドですか"],
)
def test_a_count_that_no_expert_makes_is_refused_and_makes_no_film(text: str) -> None:
    proposal = plan(text)
    assert not proposal.plan.tasks
    assert len(proposal.refusals) == 1


@pytest.mark.parametrize(
    "text",
    ["Wie viele Folien hat d.pptx?", "combien de diapositives dans d.pptx ?", "¿cuántas citas hay en c.ics?",
     "quantos slides tem d.pptx?"],
)  # fmt: skip
def test_a_count_of_what_a_file_consists_of_is_one_question(text: str) -> None:
    types = [task.type for task in plan(text).plan.tasks]
    assert [name for name in types if name != "document-to-text"] == ["question-answering"]


def test_the_highest_and_the_lowest_of_a_table_are_one_question() -> None:
    for text in (
        "销售.csv里收入最高和最低相差多少",
        "¿cuál es la diferencia entre el precio más alto y el más bajo en p.csv?",
    ):
        assert [task.type for task in plan(text).plan.tasks] == ["table-question-answering"]


def test_each_file_is_translated_into_the_language_behind_it() -> None:
    for text in (
        "Übersetze a.txt ins Französische und b.txt ins Spanische",
        "Traduis a.txt en français et b.txt en espagnol",
        "Read a.wav in French and b.wav in Spanish",
    ):
        made = [task.parameters["target_language"] for task in plan(text).plan.tasks if task.type == "translation"]
        assert made == ["French", "Spanish"], text
