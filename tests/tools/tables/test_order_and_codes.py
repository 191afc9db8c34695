"""Codes are counted, the first are no ranks, two asked columns are both answered, and conditions are no sort keys."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import Table, read_table

ORDERS = """\
order,date,customer,country,paid
1001,2026-01-03,Anna Weber,Germany,yes
1002,2026-01-15,Li Na,China,no
1003,2026-02-02,Peter Lang,Germany,yes
1004,2026-02-10,Anna Weber,Germany,no
"""
SALES = """\
month,region,units,revenue
2025-01,North,110,1375.00
2025-01,South,85,1062.50
2025-02,North,120,1500.00
2025-02,South,90,1125.00
2025-03,North,130,1625.00
2025-03,South,95,1187.50
"""


def table(text: str) -> Table:
    """A table of CSV text."""
    resource = Resource(kind="table", media_type="text/csv", name="t.csv", text=text)
    return read_table(Material(resource=resource, path=Path()))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many orders are there?", "4"),
        ("How many orders in February?", "2"),
        ("How many orders per country?", "Germany 3; China 1"),
        ("number of orders per customer", "Anna Weber 2; Li Na 1; Peter Lang 1"),
        ("Wie viele order gibt es?", "4"),
        ("Which customer has the most orders?", "Anna Weber, with 2 in all its rows together"),
        ("How many orders were paid?", "2"),
        ("How many orders are not paid?", "2"),
        ("How many paid per country?", "Germany 2"),
        ("first order date", "2026-01-03"),
        ("What is the date of the last order?", "2026-02-10"),
    ],
)
def test_order_numbers_are_counted_and_never_added(question: str, answer: str) -> None:
    """A column whose numbers tell rows apart holds no quantity."""
    assert answer_about(table(ORDERS), question) == answer


def test_a_count_of_codes_says_so() -> None:
    """What was counted in place of added is named beside the answer."""
    with collecting() as heard:
        answer_about(table(ORDERS), "How many orders are there?")
    assert "the numbers of order in t.csv are codes: they were counted, not added" in heard.notes


def test_small_quantities_that_differ_are_still_added() -> None:
    """Not every column of different whole numbers holds codes."""
    assert answer_about(table("player,goals\nAda,3\nBo,9\nCy,5\n"), "How many goals?") == "17"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("total revenue of the first two months", "5062.50"),
        ("total units of the last two months", "435"),
        ("sum of revenue of the first two rows", "2437.50"),
        ("total revenue of the first two months by region", "North 2875.00; South 2187.50"),
        ("top two months by revenue", "2025-03 2812.50; 2025-02 2625.00"),
        ("die ersten zwei month", "2025-01, 2025-02"),
        ("first month with revenue above 1500", "2025-03"),
        ("Which region and month had the lowest revenue?", "South, 2025-01, with 1062.50"),
        ("In which month and region was the revenue highest?", "2025-03, North, with 1625.00"),
        ("which region and month sold most in the first two months", "North, 2025-02, with 120"),
    ],
)
def test_first_and_last_are_an_order_and_every_asked_column_is_answered(question: str, answer: str) -> None:
    """The first months are not those with most, and a second asked column is not dropped."""
    assert answer_about(table(SALES), question) == answer


def test_the_lowest_of_a_column_are_rows() -> None:
    """ "The two lowest units, with region" ranks cells, and adds none up."""
    shown = answer_about(table(SALES), "the two lowest units, with region").splitlines()
    assert [line.split(", ")[1:3] for line in shown] == [["region South", "units 85"], ["region South", "units 90"]]


def test_a_condition_is_no_sort_key() -> None:
    """ "The customers who paid, sorted by name" are only those, sorted by the customers."""
    shown = answer_about(table(ORDERS), "List the customers who paid, sorted by name").splitlines()
    assert [line.split(", ")[0] for line in shown] == ["order 1001", "order 1003"]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Which customer ordered first?", "ordered"),
        ("How many customers ordered in February?", "ordered"),
        ("sort by country and customer", "customer"),
        ("customers and dates sorted by name", "sorted by"),
        ("average number of orders per customer", "order"),
    ],
)
def test_what_sorting_and_counting_can_not_say_is_refused(question: str, word: str) -> None:
    """No other question is answered in its place."""
    with pytest.raises(ExpertError, match=f"I do not understand “{word}”"):
        answer_about(table(ORDERS), question)


INVOICES = "invoice,customer,status,amount{}\n4711,Kim,paid,120{}\n4722,Lee,open,80{}\n4719,Kim,open,45{}\n"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("total of the open invoices", "125"),
        ("sum of the invoices", "245"),
        ("average of the open invoices", "62.5"),
        ("total amount of the open invoices", "125"),
        ("total of the open invoices by customer", "Lee 80; Kim 45"),
    ],
)
def test_a_sum_of_things_adds_their_quantity_and_not_their_numbers(question: str, answer: str) -> None:
    """ "The total of the open orders" adds the amounts, and no order numbers."""
    assert answer_about(table(INVOICES.format("", "", "", "")), question) == answer
    numbered = INVOICES.replace("4711", "1").replace("4722", "2").replace("4719", "3")
    assert answer_about(table(numbered.format("", "", "", "")), question) == answer


def test_which_quantity_of_things_is_added_is_said_or_asked() -> None:
    """The column that is taken is named; with several quantities, or none, the sum is refused with their names."""
    with collecting() as heard:
        answer_about(table(INVOICES.format("", "", "", "")), "total of the open invoices")
    assert heard.notes == ["the numbers of invoice in t.csv tell its rows apart, so those of amount are taken"]
    with pytest.raises(ExpertError, match="tell its rows apart, so they are not added") as refused:
        answer_about(table(INVOICES.format(",pieces", ",2", ",7", ",5")), "total of the open invoices")
    assert "amount, pieces" in (refused.value.hint or "")
    with pytest.raises(ExpertError, match="tell its rows apart"):
        answer_about(table("order,status\n1,open\n2,paid\n3,open\n"), "sum of the open orders")
