"""Questions about tables in six languages: the same arithmetic as in English, answered in the language of the question."""

import tomllib
from pathlib import Path

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.mentions import kind_of_name
from hugginggpt.graph.resource import Resource
from hugginggpt.graph.result import Request
from hugginggpt.tools.controllers.rules.controller import propose
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import Table

from .test_questions import table

ROWS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", ROWS)
def test_a_question_in_another_language_is_answered_by_arithmetic(code: str) -> None:
    given = table(ROWS[code]["table"])
    assert [[question, answer_about(given, question)] for question, _ in ROWS[code]["answered"]] == ROWS[code][
        "answered"
    ]


@pytest.mark.parametrize("code", ROWS)
def test_a_question_with_a_word_of_no_meaning_is_refused(code: str) -> None:
    """No total of everything in place of a part that was named."""
    with pytest.raises(ExpertError):
        answer_about(table(ROWS[code]["table"]), ROWS[code]["refused"])


@pytest.mark.parametrize("code", ROWS)
def test_conditions_and_sums_are_read_by_the_table_itself(code: str) -> None:
    kind, media_type = kind_of_name("sales.csv")
    file = Resource(kind=kind, media_type=media_type, name="sales.csv")
    proposal = propose(Request(text=ROWS[code]["request"], files=(file,)))
    assert [task.type for task in proposal.plan.tasks] == ["table-question-answering"]
    assert not proposal.refusals


ORDERS = (
    "Datum;Kunde;Artikel;Menge;Preis\n03.01.2025;Ott;Lampe;2;1.249,90"
    "\n02.02.2025;Kurz;Stuhl;4;89,50\n28.03.2025;Ott;Regal;3;\n"
)
STAFF = "Nom,Salaire,Âge,Embauche\nAlice,2800,34,2019-05-02\nBruno,3100,51,2010-09-15\nDavid,,45,2015-03-01\n"
SHOP = (
    "fecha,tienda,producto,unidades,importe,descuento\n2025-01-10"
    ",Soto,café,120,1440.00,10 %\n2025-02-03,Soto,té,95,760.00,0 %\n2025-03-09,Vega,té,40,600.00,15 %\n"
)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (ORDERS, "Wie viele gab es nach dem 1. Februar 2025?", "2"),
        (ORDERS, "Wie viele gab es zwischen dem 1. Januar und dem 10. Februar?", "2"),
        (ORDERS, "Was kostet der Stuhl?", "89,50"),
        (ORDERS, "Wer hat keinen Preis?", "Datum 28.03.2025, Kunde Ott, Artikel Regal, Menge 3"),
        (ORDERS, "Wie viele haben einen Preis über 1.000?", "1"),
        (ORDERS, "How many rows have a Preis above 1,000?", "1"),
        (STAFF, "Qui gagne plus de 3000 ?", "Nom Bruno, Salaire 3100, Âge 51, Embauche 2010-09-15"),
        (
            STAFF,
            "Les deux salaires les plus bas",
            "Nom Alice, Salaire 2800, Âge 34, Embauche 2019-05-02\nNom Bruno, Salaire 3100, Âge 51, Embauche 2010-09-15",
        ),
        (STAFF, "Qui n'a pas de salaire ?", "Nom David, Âge 45, Embauche 2015-03-01"),
        (STAFF, "Combien ont été embauchés avant 2016 ?", "2"),
        (SHOP, "¿Cuántas filas tienen un importe mayor que 1.000?", "1"),
        (SHOP, "¿Qué producto tiene el mayor descuento?", "té, con 15 %"),
        (SHOP, "Suma de unidades de café y té en Soto", "215"),
        ('客,料金\n佐藤,"18,000円"\n鈴木,"9,500円"\n', "料金の合計はいくらですか", "27500"),
    ],
)
def test_dates_numbers_verbs_and_empty_cells_are_read_as_in_each_language(
    text: str, question: str, answer: str
) -> None:
    assert answer_about(table(text), question) == answer


@pytest.mark.parametrize(
    ("text", "question", "word"),
    [
        (STAFF, "Qui gagne moins que Bruno ?", "que"),
        (SHOP, "¿Cuántas unidades de té se vendieron los sábados?", "sabados"),
        (SHOP, "Suma de los descuentos", "percentages"),
        (SHOP, "descuento por tienda", "percentages"),
    ],
)
def test_a_comparison_of_rows_a_weekday_and_a_sum_of_percentages_are_refused(
    text: str, question: str, word: str
) -> None:
    """Nothing else is computed in their place."""
    with pytest.raises(ExpertError, match=word):
        answer_about(table(text), question)


ASKED = tomllib.loads(Path(__file__).parents[1].joinpath("wording/requests/third/tables.toml").read_text("utf-8"))


def test_questions_written_before_they_were_asked_are_answered_right_or_refused() -> None:
    """Shares, "of each", "both", "never", the second highest: none is answered by something else."""
    answered, wrong = 0, []
    for code, section in ASKED.items():
        for question, *wanted in section["asked"]:
            try:
                answer = answer_about(table(section.get("table") or ROWS[code]["table"]), question)
            except ExpertError:
                continue
            right = all(text[4:] not in answer if text.startswith("not ") else text in answer for text in wanted)
            answered, wrong = answered + right, [*wrong, *([] if right else [(question, answer)])]
    assert not wrong
    assert answered >= 24


def test_a_function_word_is_no_plural_of_a_cell() -> None:
    """French "dans" is not the name Dan."""
    staff = Table(label="staff.csv", names=("name", "city", "pay"), cells=(("Dan", "Oslo", "4"), ("Ida", "Oslo", "6")))
    assert answer_about(staff, "Quelle est la somme de pay pour Oslo dans staff.csv ?") == "10"


CREW = (
    "name,team,city,on leave\nMoe,Kitchen,Bergen,no\nAziz,Kitchen,Oslo,yes\nKamau,Desk,Oslo,no\nChen,Rooms,Oslo,yes\n"
)
COSTS = "date;poste;montant;payé par\n02/03/2026;loyer;850,00;Camille\n05/03/2026;courses;64,30;Hugo\n"
GOODS = "produto,preço,fornecedor\narroz,5.90,Sol\naçúcar,4.10,Mar\n"
STOCK = "商品,单价,仓库\n苹果,3.5,北京\n香蕉,2.8,上海\n"


@pytest.mark.parametrize(
    ("text", "question", "begins", "names"),
    [
        (CREW, "Is everyone in the Kitchen on leave?", "No: 1 of 2 rows do not fit: ", ["Moe"]),
        (CREW, "Does everyone work in Oslo?", "No: 1 of 4 rows do not fit: ", ["Moe"]),
        (CREW, "Are all Rooms people on leave?", "Yes: 1 of 1 rows", []),
        (CREW, "Who in Oslo is on leave?", "name", ["Aziz", "Chen"]),
        (CREW, "Is anyone in Bergen on leave?", "No row of harvest.csv fits.", []),
        (CREW, "Show all people in Bergen", "name", ["Moe"]),
        (ORDERS, "Ist jeder Preis über 50?", "Nein: 1 von 3 Zeilen passen nicht: ", ["Regal"]),
        (SHOP, "¿Todas las unidades son mayores que 50?", "No: 1 de 3 filas no cumplen: ", ["40"]),
        (COSTS, "Camille a-t-elle payé toutes les courses ?", "Non : 1 lignes sur 1 ne conviennent pas : ", ["Hugo"]),
        (COSTS, "Est-ce que Hugo a tout payé ?", "Non : 1 lignes sur 2 ne conviennent pas : ", ["Camille"]),
        (GOODS, "Todos os produtos custam mais de 4?", "Sim: 2 de 2 linhas", []),
        (STOCK, "所有商品都在北京吗", "否", ["香蕉"]),
        (
            STOCK.replace("仓库", "倉庫"),
            "すべての商品が北京ですか",
            "いいえ",
            ["香蕉"],
        ),
    ],
)
def test_all_in_a_question_for_yes_or_no_is_computed(text: str, question: str, begins: str, names: list[str]) -> None:
    """The rows that fulfil it are no answer: those are named that do not."""
    given = table(text)
    answer = answer_about(given, question)
    assert answer.startswith(begins)
    everyone = {row[0] for row in given.cells} if begins.startswith("name") else set()
    assert all(name in answer for name in names)
    assert all(name not in answer for name in everyone - {*names})


@pytest.mark.parametrize(
    ("text", "question", "word"),
    [
        (CREW, "Do both Kitchen people work in Oslo?", "both"),
        (CREW, "Does the Kitchen only work in Oslo?", "only"),
        (CREW, "Is nobody on leave?", "nobody"),
        (CREW, "Does everyone in Oslo work?", "everyone"),
        (CREW, "Does every city have someone on leave?", "every"),
        (CREW, "Are the people on leave all from Oslo?", "all"),
        (CREW, "Which teams have everyone in Oslo?", "everyone"),
        (CREW, "Which cities have only people who are on leave?", "only"),
        (ORDERS, "Hat nur Ott bestellt?", "nur"),
        (SHOP, "¿Solo hay café?", "solo"),
        (GOODS, "O produto arroz é sempre do Sol?", "sempre"),
        (STOCK, "只有苹果在北京吗", "只有"),
    ],
)
def test_a_quantifier_that_can_not_be_computed_is_refused_by_name(text: str, question: str, word: str) -> None:
    with pytest.raises(ExpertError, match=f"“{word}” in a question about harvest.csv"):
        answer_about(table(text), question)


SHOPS = "Tienda,Vende comida,Ventas\nPlaza,sí,45200\nRincón,no,18300\nLuna,sí,30100\n"
GEHALT = "Name;Stadt;Gehalt\nAnna;Berlin;2850\nBernd;Hamburg;3100\nClara;Berlin;2400\n"
VENTES = "Client,Produit,Payé\nHugo,Pain,oui\nHugo,Café,non\n"
MISE = "店舗,地域,売上,営業中\n渋谷,東京,520,はい\n新宿,東京,610,はい\n梅田,大阪,430,いいえ\n"


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (SHOPS, "¿Qué Tienda no vende comida?", "Rincón"),
        (SHOPS, "¿Cuánto vendió más Plaza que Luna?", "15100 (Plaza 45200, Luna 30100)"),
        (GEHALT, "Welches ist das zweithöchste Gehalt?", "2850 (Name Anna"),
        (GEHALT, "Wie viel verdient Bernd mehr als Clara?", "700 (Bernd 3100, Clara 2400)"),
        (GEHALT, "Wessen Name beginnt mit B?", "Bernd"),
        (STAFF, "Combien gagne Alice de plus que Bruno ?", "-300 (Alice 2800, Bruno 3100)"),
        (VENTES, "Hugo a-t-il payé ?", "En partie : 1 lignes sur 2"),
        (VENTES, "Hugo n'a-t-il payé que le pain ?", None),
        (MISE, "東京の売上合計はいくらですか?", "1130"),
    ],
)
def test_comparisons_places_and_exclusions_are_read_in_other_languages(
    text: str, question: str, answer: str | None
) -> None:
    if answer is None:
        with pytest.raises(ExpertError, match="n'a-t-il"):
            answer_about(table(text), question)
    else:
        assert answer_about(table(text), question).startswith(answer)
