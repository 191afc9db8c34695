"""A question that asks for several calculations gets every one, and dates are grouped by months, weeks and quarters."""

import pytest

from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import Table

SALES = Table(
    label="sales.csv",
    names=("date", "region", "units", "revenue"),
    cells=(
        ("2025-01-03", "North", "10", "100"),
        ("2025-01-20", "South", "5", "80"),
        ("2025-02-11", "North", "7", "60"),
        ("2025-04-02", "South", "9", "90"),
    ),
)
STOCK = Table(label="stock.csv", names=("item", "pieces", "price"), cells=(("bolt", "10", "1.5"), ("rug", "5", "80")))


@pytest.mark.parametrize(
    ("table", "question", "answers"),
    [
        (SALES, "What are the total units and the average revenue?", ["sum of units: 31", "average of revenue: 82.5"]),
        (
            SALES,
            "total units and average revenue in North",
            ["sum of units where region = North: 17", "average of revenue where region = North: 80"],
        ),
        (
            SALES,
            "Number of sales by region and the median revenue",
            ["count by region: North 2; South 2", "median of revenue: 85"],
        ),
        (
            SALES,
            "How many sales are in North and what is their total revenue?",
            ["count where region = North: 2", "sum of revenue where region = North: 160"],
        ),
        (
            SALES,
            "How many sales are in North and what is the total revenue there?",
            ["count where region = North: 2", "sum of revenue where region = North: 160"],
        ),
        (
            SALES,
            "What is the total revenue of North and South, and how many are there?",
            ["sum of revenue where region = North or South: 330", "count where region = North or South: 4"],
        ),
        *(
            (SALES, question, ["sum of revenue where region = North: 160", "count where region = North: 2"])
            for question in (
                "What is the total revenue of North and how many are they?",
                "Wie hoch ist die Summe von revenue in North und wie viele sind das?",
                "Suma revenue en North y dime cuántas filas son",
                "Quelle est la somme de revenue de North et combien sont-ils ?",
                "Qual é a soma de revenue de North e quantas são?",
                "North的revenue总和是多少\uff1f有几行\uff1f",
                "Northのrevenueの合計はいくらですか\uff1f何行ありますか\uff1f",
            )
        ),
        (
            SALES,
            "Combien de lignes ont region South et quel est le revenue moyen de ces lignes ?",
            ["count where region = South: 2", "average of revenue where region = South: 85"],
        ),
        *(
            (SALES, question, ["count where region = North: 2", "count where units > 8 and region = North: 1"])
            for question in (
                "How many sales are in North, and how many of those have units above 8?",
                "Wie viele Zeilen haben region North, und wie viele davon haben units über 8?",
                "¿Cuántas filas tienen region North y cuántas de ellas tienen units mayor que 8?",
                "Combien de lignes ont region North et combien d'entre elles ont units supérieur à 8 ?",
                "Quantas linhas têm region North e quantas delas têm units maior que 8?",
            )
        ),
        (
            SALES,
            "regionがSouthの行は何行ありますか、そのうちrevenueが85以上の行は何行ですか?",
            ["count where region = South: 2", "count where revenue >= 85 and region = South: 1"],
        ),
        (SALES, "What is the total revenue in North? → and how many have units above 8?", ["1"]),
        (SALES, "Quelle est la somme des revenue pour North ? → et combien y en a-t-il ?", ["2"]),
        (SALES, "Wie hoch ist der Durchschnitt der revenue? → und wie viele davon sind in North?", ["2"]),
        (SALES, "the count and the sum of the revenue", ["count: 4", "sum of revenue: 330"]),
        (SALES, "the sum and the average of the revenue", ["sum of revenue: 330", "average of revenue: 82.5"]),
        (
            SALES,
            "total revenue in North and average revenue in South",
            ["sum of revenue where region = North: 160", "average of revenue where region = South: 85"],
        ),
        (
            SALES,
            "Wie hoch ist die Summe der Units und der Durchschnitt der Revenue?",
            ["sum of units: 31", "average of revenue: 82.5"],
        ),
        (
            STOCK,
            "How many pieces are there in total, and which item is most expensive?",
            ["count and sum of pieces: 15", "highest of item and price: rug, with 80"],
        ),
    ],
)
def test_each_calculation_is_answered_in_order(table: Table, question: str, answers: list[str]) -> None:
    assert answer_about(table, question).splitlines() == answers


@pytest.mark.parametrize(
    "question",
    [
        "How many sales are in North or South and how many of those are in North?",
        "regionがNorthの行は何行ありますか、そのうちregionがSouthの行は何行ですか?",
    ],
)
def test_rows_of_rows_that_cannot_be_told_are_reported(question: str) -> None:
    with collecting() as heard:
        assert answer_about(SALES, question).startswith("count where region = North")
    assert [lack.partition(":")[0] for lack in heard.lacks] == ["not answered"]


def test_how_many_that_was_is_no_question_of_its_own() -> None:
    answer = answer_about(SALES, "Which region sold the most units, and how many?")
    assert answer.startswith("North, with 17")


ORDERS = Table(
    label="orders.csv",
    names=("id", "customer", "amount", "status", "date"),
    cells=(
        ("1", "Otto", "120", "open", "2027-03-05"),
        ("2", "Weber", "80", "open", "2027-02-11"),
        ("3", "Weber", "30", "open", "2027-04-02"),
        ("4", "Otto", "300", "paid", "2027-01-09"),
        ("5", "Brandt", "99", "paid", "2027-01-03"),
    ),
)


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Who has the smallest open order and how much did that customer order in total?", ["30 (id 3", "110"]),
        ("How much did Otto order in total and when was the first order?", ["420", "2027-01-09 (id 4"]),
        ("Wie viel hat Weber insgesamt bestellt und wann war die erste Bestellung?", ["110", "2027-02-11 (id 2"]),
        ("Which customer has the highest order and what is its date?", ["300 (id 4", "2027-01-09"]),
        ("What is the lowest amount and who has it?", ["30 (id 3", "id 3, customer Weber"]),
    ],
)
def test_a_question_behind_another_is_about_what_that_found(question: str, answers: list[str]) -> None:
    said = [line.partition(": ")[2] for line in answer_about(ORDERS, question).splitlines()]
    assert len(said) == len(answers)
    assert all(line.startswith(answer) for line, answer in zip(said, answers, strict=True)), said


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which customers have no open orders?", "Brandt"),
        ("How many customers have no open orders?", "1 (Brandt)"),
        ("Which customers have no paid orders?", "Weber"),
        ("Which customers don't have any open orders?", "Brandt"),
        ("Which customers are without an open order?", "Brandt"),
        ("Which customers have no orders that are open?", "Brandt"),
    ],
)
def test_who_has_no_row_of_a_kind_has_none_at_all(question: str, answer: str) -> None:
    assert answer_about(ORDERS, question) == answer
    with pytest.raises(ExpertError, match="I do not understand “no open”"):
        answer_about(ORDERS, "Who has no open orders?")


CREW = Table(
    label="crew.csv",
    names=("name", "department", "start", "salary", "city", "on leave"),
    cells=(
        ("Ingrid", "Kitchen", "2019-03-04", "31200", "Bergen", "no"),
        ("Tariq", "Kitchen", "2021-11-15", "28900", "Oslo", "yes"),
        ("Mei", "Cleaning", "2022-09-30", "26100", "Tromsø", "yes"),
        ("Olav", "Management", "2015-01-12", "52000", "Oslo", "no"),
        ("Anna", "Management", "2024-06-03", "", "Bergen", "no"),
    ),
)
STORES = Table(
    label="gastos.csv",
    names=("fecha", "categoría", "importe", "tienda"),
    cells=(
        ("2026-02-01", "comida", "45", "Mercado"),
        ("2026-02-02", "ropa", "20", "Mercado"),
        ("2026-02-03", "ocio", "18", "Cine"),
    ),
)


@pytest.mark.parametrize(
    ("table", "question", "answer"),
    [
        (CREW, "Which city does not have anyone from the Kitchen?", "Tromsø"),
        (CREW, "Which department has no one in Bergen?", "Cleaning"),
        (CREW, "Which department has no one on leave?", "Management"),
        (CREW, "Which departments have no salary?", "no row of crew.csv fits"),
        (CREW, "Total salary without the Kitchen", "78100"),
        (STORES, "¿Qué tiendas no tienen gastos de comida?", "Cine"),
    ],
)
def test_no_one_and_no_are_asked_of_a_group_and_never_read_as_an_empty_column(
    table: Table, question: str, answer: str
) -> None:
    with collecting() as heard:
        assert answer_about(table, question) == answer
    assert not heard.lacks


@pytest.mark.parametrize(
    "question", ["Total salary of the cities that have no Kitchen", "Is there no one from the Kitchen in Oslo?"]
)
def test_a_sum_of_those_who_have_none_and_whether_there_are_none_are_refused(question: str) -> None:
    with pytest.raises(ExpertError, match=r"I do not understand “no Kitchen”|I can't tell “no one”"):
        answer_about(CREW, question)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (
            "Who has the lowest salary and who has been here longest?",
            "who has been here longest”: I do not understand “lon",
        ),
        ("Who earns the most and who works the least?", "who works the least”: I do not understand “works”"),
        ("Who is the oldest and who has the lowest salary?", "Who is the oldest”: I do not understand “oldest”"),
        ("Who has the highest salary and who has the lowest salary without Oslo?", "“without oslo” is read as part of"),
    ],
)
def test_a_half_about_a_person_never_takes_the_column_or_the_exception_of_the_other(question: str, reason: str) -> None:
    with collecting() as heard:
        answer_about(CREW, question)
    assert any(reason in each for each in heard.lacks), heard.lacks


def test_an_exception_behind_its_value_counts_for_both_halves() -> None:
    shops = Table(
        label="売上.csv",
        names=("店舗", "売上", "客数"),
        cells=(("渋谷", "320", "41"), ("大阪", "275", "35"), ("札幌", "150", "19")),
    )
    said = answer_about(shops, "渋谷以外の店舗の売上合計はいくら\uff1f客数の平均は\uff1f")
    assert [line.rpartition(": ")[2] for line in said.splitlines()] == ["425", "27"]


def test_combien_before_a_verb_of_money_adds_and_a_second_combien_is_about_another() -> None:
    spent = Table(
        label="depenses.csv",
        names=("poste", "montant", "payé par"),
        cells=(("loyer", "850", "Camille"), ("courses", "64", "Hugo"), ("internet", "30", "Hugo")),
    )
    assert answer_about(spent, "Combien Hugo a-t-il payé ?") == "94"
    said = answer_about(spent, "Combien Hugo a-t-il payé sans l'internet, et combien Camille ?")
    assert [line.rpartition(": ")[2] for line in said.splitlines()] == ["64", "850"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("average revenue per month", "2025-01 90; 2025-02 60; 2025-04 90"),
        ("total revenue per quarter", "2025-Q1 240; 2025-Q2 90"),
        ("total units per week", "2025-W01 10; 2025-W04 5; 2025-W07 7; 2025-W14 9"),
        ("Durchschnittliche revenue pro Monat", "2025-01 90; 2025-02 60; 2025-04 90"),
        ("In which month was the revenue highest?", "2025-01, with 180 in all its rows together"),
    ],
)
def test_dates_are_grouped_by_the_period_that_is_named(question: str, answer: str) -> None:
    assert answer_about(SALES, question).startswith(answer)


def test_each_group_has_its_own_best() -> None:
    answer = answer_about(SALES, "In which month did each region sell the most units?")
    assert [line.partition(", with")[0] for line in answer.splitlines()] == ["North: 2025-01", "South: 2025-04"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("average revenue in North and in South", "North 80; South 85"),
        ("What is the revenue in North and in South, each?", "North 160; South 170"),
        ("total revenue of North and South", "330"),
    ],
)
def test_values_that_are_named_one_by_one_are_answered_one_by_one(question: str, answer: str) -> None:
    assert answer_about(SALES, question) == answer


def test_ties_beyond_the_rows_shown_are_counted() -> None:
    """No row that is the highest as well is left out unsaid."""
    cells = tuple((f"t{n}", str(10 - n // 40)) for n in range(45))
    table = Table(label="many.csv", names=("team", "points"), cells=cells)
    assert answer_about(table, "Which teams have the most points?").endswith("... and 10 more")


DATED = Table(
    label="staff.csv",
    names=("name", "pay", "start"),
    cells=(("Ann", "10", "3 March 2025"), ("Ben", "20", "April 12, 2024"), ("Cid", "30", "5. März 2025")),
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who started on 3 March 2025?", "name Ann, pay 10, start 3 March 2025"),
        ("How many people started in March 2025?", "2"),
        ("total pay per month", "2025-03 40; 2024-04 20"),
        ("the latest start", "5. März 2025 (name Cid, pay 30, start 5. März 2025)"),
    ],
)
def test_dates_in_words_are_dates(question: str, answer: str) -> None:
    assert answer_about(DATED, question) == answer


@pytest.mark.parametrize(
    ("question", "word"), [("when is the number of sales?", "when"), ("who is the total revenue in North?", "who")]
)
def test_a_number_is_no_day_and_nobody(question: str, word: str) -> None:
    with pytest.raises(ExpertError, match=f"I do not understand “{word}”"):
        answer_about(SALES, question)


@pytest.mark.parametrize(
    "question", ["what is the total revenue there?", "wie hoch ist dort die Summe der Units?", "average units of these"]
)
def test_rows_of_a_question_that_is_not_here_are_no_whole_table(question: str) -> None:
    with pytest.raises(ExpertError, match=r"I do not understand “(there|dort|of these)”"):
        answer_about(SALES, question)


def test_hours_are_not_counted_by_their_cells() -> None:
    hours = Table(label="hours.csv", names=("person", "hours"), cells=(("Ida", "7:30"), ("Ida", "1 day, 6:00:00")))
    assert answer_about(hours, "How many different hours did Ida work?").startswith("2 (")
    with pytest.raises(ExpertError, match=r"column hours of hours\.csv has times of two and of three parts"):
        answer_about(hours, "How many hours did Ida work?")


def test_who_has_the_most_is_a_row_and_not_the_group_that_is_asked_beside() -> None:
    staff = Table(
        label="staff.csv",
        names=("name", "salary", "city"),
        cells=(("Mia", "52", "Berlin"), ("Paul", "61", "Munich"), ("Rita", "45", "Berlin")),
    )
    answer = answer_about(staff, "Who has the highest salary, and in which city do they live?")
    assert answer.splitlines() == ["highest of salary: 61 (name Paul, salary 61, city Munich)", "rows of city: Munich"]
