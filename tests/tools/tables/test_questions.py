"""Questions about a table, answered by arithmetic; and refused where a word has no meaning for it."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import Table, read_table

HARVEST = """\
date,Orchard,fruit,crates,price per crate
2026-08-03,Hill,apple,40,12.50
2026-08-17,Lake,apple,25,12.00
2026-09-02,Hill,pear,31,"1,015.25"
2026-09-20,Lake,pear,18,15.00
2026-09-21,River Side,plum,7,9.75
"""
PLUMS = "date 2026-09-21, Orchard River Side, fruit plum, crates 7, price per crate 9.75"
ERNTE = "Datum;Hof;Menge;Erlös\n03.08.2026;Süd;40;1.250,5\n17.09.2026;Köln;25;300,25\n18.09.2026;Süd;5;49,5\n"


def table(text: str) -> Table:
    """A table as an expert gets it."""
    return read_table(
        Material(resource=Resource(kind="table", media_type="text/csv", name="harvest.csv", text=text), path=Path())
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many rows are there?", "5"),
        ("How many crates were there in September?", "56"),
        ("How many different fruits are there?", "3 (apple, pear, plum)"),
        ("What is the total number of crates of apples?", "65"),
        ("What is the average crates in Hill?", "35.5"),
        ("What is the sum of the crates between 2026-08-10 and 2026-09-10?", "56"),
        ("Which fruit was picked the least?", None),
        ("Which fruit has the fewest crates?", "plum, with 7 in all its rows together"),
        ("Which orchard had the most crates?", "Hill, with 71 in all its rows together"),
        ("What is the lowest price?", f"9.75 ({PLUMS})"),
        ("Which fruits have more than 30 crates?", "apple, pear"),
        ("What is the price of plums?", "9.75"),
        ("How many crates of pears did Lake have?", "18"),
        ("crates per orchard", "Hill 71; Lake 43; River Side 7"),
        ("Top 2 orchards by crates", "Hill 71; Lake 43"),
        ("When was the latest date?", f"2026-09-21 ({PLUMS})"),
        ("How many rows are not from Hill?", "3"),
        ("What is the price in harvest.csv of the river?", "9.75"),
        ("Which orchard had fewer crates?", "River Side, with 7 in all its rows together"),
        ("Which has more crates, Hill or Lake?", "Hill, with 71 in all its rows together"),
        ("Is the plum from River Side?", f"Yes: {PLUMS}"),
        ("Does Hill sell plums?", "No row of harvest.csv fits."),
        ("How many more crates had Hill than Lake?", "28 (Hill 71, Lake 43)"),
        ("Did Hill have more crates than Lake?", "Yes: 28 (Hill 71, Lake 43)"),
        ("Did Lake have more crates than Hill?", "No: -28 (Lake 43, Hill 71)"),
        ("How many crates were there in August and September?", "121"),
        ("Which had more crates, August or September?", None),
        ("How many crates are from Hill? → and from Lake?", "43"),
        ("How many crates are from Hill? → and from Lake? → in September only", "18"),
        ("What is the total number of crates in August? → and the average?", "32.5"),
        ("How many crates are from Hill? → and from Atlantis?", None),
        ("What is the weather on the hill?", None),
        ("Which orchard is the most beautiful?", None),
        ("What is the price?", None),
    ],
)  # fmt: skip
def test_a_question_is_answered_by_arithmetic_or_refused(question: str, answer: str | None) -> None:
    if answer is None:
        with pytest.raises(ExpertError) as caught:
            answer_about(table(HARVEST), question)
        assert not caught.value.input_fault
    else:
        assert answer_about(table(HARVEST), question) == answer


VISITS = """\
day,town,guests,note
2026-03-04,Bari,5,
2026-03-28,Turin,9,late
2026-04-02,Bari,,early
2026-05-01,Como,4,late
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the earliest day?", "2026-03-04 (day 2026-03-04, town Bari, guests 5)"),
        ("What is the latest day in Bari?", "2026-04-02 (day 2026-04-02, town Bari, note early)"),
        ("What is the maximum day?", "2026-05-01 (day 2026-05-01, town Como, guests 4, note late)"),
        ("How many guests were there before April?", "14"),
        ("How many guests were there after March?", "4"),
        ("How many guests were there since April 2026?", "4"),
        ("How many guests were there until March 2026?", "14"),
        ("average guests per town", "Bari 5; Turin 9; Como 4"),
        ("Which town has the lowest average guests?", "Como, with 4 on average"),
        ("How many different notes are there?", "2 (late, early)"),
        ("What is the sum of the guests above 4?", "14"),
        ("second highest guests", "5 (day 2026-03-04, town Bari, guests 5)"),
        ("guests per town per day", None),
        ("What is the average of the 2 highest guests?", None),
        ("Is the total guests above 100?", None),
        ("What percent of guests is Bari?", "27.78 % (5 / 18)"),
        ("What is the share of Bari?", None),
        ("total guests from March to April", "14"),
        ("total guests between 2026-03-28 and 2026-05-01", "13"),
        ("total guests from 2026-03-28 to 2026-05-01", "13"),
        ("total guests not counting Turin", "9"),
        ("total guests without Turin", "9"),
        ("Which rows are not from Bari, without the notes?", None),
        ("Which rows are not from Turin, largest first?", None),
        ("Total guests per town without the Turin ones", "Bari 5; Como 4"),
        ("Which town has the most rows?", None),
    ],
)  # fmt: skip
def test_no_word_of_a_question_is_left_out_of_its_answer(question: str, answer: str | None) -> None:
    if answer is None:
        with pytest.raises(ExpertError, match="do not understand"):
            answer_about(table(VISITS), question)
    else:
        assert answer_about(table(VISITS), question) == answer


def test_a_date_that_can_not_be_ordered_is_an_error() -> None:
    for question in ("What is the latest day?", "How many guests were there in March?", "Sort by day"):
        with pytest.raises(ExpertError, match="03/14/2025"):
            answer_about(table("day,guests\n03/14/2025,4\n02/03/2025,5\n"), question)


def test_decimal_commas_are_read_and_written() -> None:
    assert answer_about(table(ERNTE), "What is the total Erlös for Sud?") == "1300,0"
    assert answer_about(table(ERNTE), "What is the Erlos in August?") == "1.250,5"


def test_a_refusal_names_the_word_and_the_columns() -> None:
    with pytest.raises(ExpertError) as caught:
        answer_about(table(HARVEST), "How many bananas are from Hill?")
    assert "“bananas”" in str(caught.value)
    assert "Orchard" in (caught.value.hint or "")


CREW = """\
name,age,port,wage
Ole,52,Osby,3900
Mia,31,Varde,4100
Jon,24,Osby,
Kari,45,Osby,3300
"""
JON, OLE = "name Jon, age 24, port Osby", "name Ole, age 52, port Osby, wage 3900"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("average wage of people over 40", "3600"),
        ("What is the average age of people between 30 and 50?", "38"),
        ("who is the oldest?", "52 (name Ole, age 52, port Osby, wage 3900)"),
        ("Who earns the least?", "3300 (name Kari, age 45, port Osby, wage 3300)"),
        ("the two oldest people", f"{OLE}\nname Kari, age 45, port Osby, wage 3300"),
        ("Who is younger than 30?", JON),
        ("who has no wage listed?", JON),
        ("How many people have no wage?", "1"),
        ("how many people live in Osby?", "3"),
        ("list everyone except those from Osby", "name Mia, age 31, port Varde, wage 4100"),
        ("show the last 2 rows", f"{JON}\nname Kari, age 45, port Osby, wage 3300"),
        ("wage by port, highest first", "Osby 7200; Varde 4100"),
        ("bottom 1 by wage", "name Kari, age 45, port Osby, wage 3300"),
    ],
)
def test_people_are_compared_by_the_columns_that_words_imply(question: str, answer: str) -> None:
    assert answer_about(table(CREW), question) == answer


@pytest.mark.parametrize("question", ["who is tallest?", "How many boats are over 40?", "who has a wage?"])
def test_a_question_without_a_meaning_for_the_columns_names_them(question: str) -> None:
    with pytest.raises(ExpertError) as caught:
        answer_about(table(CREW), question)
    assert "name, age, port, wage" in (caught.value.hint or "")
    assert "which row" not in str(caught.value)


SALES = """\
month,region,sales
January,North,100
March,North,300
April,South,40
June,South,60
December,North,7
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what are the total sales from March to June", "400"),
        ("total sales between March and June", "400"),
        ("sum of sales from march until june in North", "300"),
        ("total sales from December to March", "407"),
    ],
)
def test_a_range_of_months_takes_in_those_between(question: str, answer: str) -> None:
    assert answer_about(table(SALES), question) == answer


EXCLUDED = "date,region,revenue\n2026-05-03,North,10\n2026-06-03,North,20\n2026-06-04,South,40\n2026-07-01,North,80\n"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Total revenue except June", "90"),
        ("Sum of revenue for North excluding June", "90"),
        ("Total revenue without June", "90"),
        ("Total revenue apart from June", "90"),
        ("Total revenue, not counting June", "90"),
        ("Total revenue except June and July", "10"),
        ("Total revenue of all regions but North", "40"),
        ("Total revenue of North but only in June", "20"),
        ("Summe revenue ohne Juni", "90"),
        ("total revenue sauf juin", "90"),
        ("suma de revenue excepto junio", "90"),
        ("soma de revenue exceto junho", "90"),
        ("6月以外のrevenueの合計", "90"),
        ("除6月外revenue的总和是多少", "90"),
        ("May I see the total revenue", "150"),
    ],
)
def test_a_month_or_value_that_is_excepted_is_left_out(question: str, answer: str) -> None:
    """It is never taken for the only one asked for."""
    assert answer_about(table(EXCLUDED), question) == answer


@pytest.mark.parametrize("question", ["Total revenue except March", "Total revenue except from May to June"])
def test_an_exception_that_leaves_nothing_out_is_refused(question: str) -> None:
    """No row is of March, though two are of a third day; and no condition says "outside of a range"."""
    with pytest.raises(ExpertError):
        answer_about(table(EXCLUDED), question)
