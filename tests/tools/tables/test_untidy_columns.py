"""Columns as people keep them: missing values, accounting signs, units, subtotals. Never another column's answer."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.backends.embedded.experts.sort import _sorted
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import Table, read_table

US = "Region,Q1,Q2\nNorth,1250,2000\nSouth,300,450\nEast,n/a,1000\n"
RENT = "month,rent,heating\nJanuary,900,80\nFebruary,TBD,95\nMarch,1000,70\n"
LEDGER = "account,amount\n1000,100 DR\n2000,40 CR\n"
SIGNS = "item,amount\nsold,1000.00\nreturned,(300.00)\nrepaid,50-\n"


def table(text: str, name: str = "us3.csv") -> Table:
    """A table as an expert gets it."""
    about = Resource(kind="table", media_type="text/csv", name=name, text=text)
    return read_table(Material(resource=about, path=Path()))


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (US, "sum of Q1", "1550 (without 1 cell(s) of Q1 that hold no number: n/a)"),
        (US, "average Q1", "775 (without 1 cell(s) of Q1 that hold no number: n/a)"),
        (US, "sum of Q2", "3450"),
        (US.replace("n/a", ""), "sum of Q1", "1550"),
        (US.replace("n/a", "k.A."), "sum of Q1", "1550 (without 1 cell(s) of Q1 that hold no number: k.A.)"),
        (
            RENT,
            "which month had the highest rent?",
            "March, with 1000 (without 1 cell(s) of rent that hold no number: TBD)",
        ),
        ("day,temp\n1,20\n2,?\n3,30\n", "average temp", "25 (without 1 cell(s) of temp that hold no number: ?)"),
        (SIGNS, "sum of amount", "650.00"),
        (SIGNS, "which item has the lowest amount?", "returned, with (300.00)"),
        ("a,n\nx,9\ny,-\nz,10\n", "sort us3.csv by n", "a x, n 9\na z, n 10\na y, n -"),
    ],
)
def test_a_missing_value_is_left_out_of_its_column_and_said(text: str, question: str, answer: str) -> None:
    assert answer_about(table(text), question) == answer


@pytest.mark.parametrize(
    ("text", "question", "said"),
    [
        (LEDGER, "sum of amount", "column amount of us3.csv.*100 DR"),
        (LEDGER, "which account has the highest amount?", "column amount of us3.csv.*100 DR"),
        (US.replace("n/a", "see note"), "sum of Q1", "column Q1 of us3.csv.*see note"),
        (US.replace("n/a", "see note"), "how many Q1 are there?", "column Q1 of us3.csv.*see note"),
        (US.replace("n/a", "see note"), "sort us3.csv by Q1", "column Q1 of us3.csv.*see note"),
        (US, "sum of Q1 in East", "column Q1 of us3.csv"),
        ("name,amount,n,amount\nA,1,5,10\nB,2,6,20\n", "sum of amount", "2 columns amount, the columns 2 and 4"),
        (US, "sum of Region", "column Region of us3.csv"),
        ("item,weight,n\nsalt,500 g,1\nflour,2 kg,2\n", "sum of weight", "column weight of us3.csv.* g and kg"),
        ("item,price,n\nsalt,5 EUR,1\nflour,2 USD,2\n", "what is the highest price?", "price of us3.csv.* EUR and USD"),
    ],
)
def test_a_column_that_is_not_numbers_of_one_unit_is_refused_by_its_name(text: str, question: str, said: str) -> None:
    with pytest.raises(ExpertError, match=said):
        answer_about(table(text), question)


PARTS = "Region,Q1\nNorth,10\nSouth,20\nSubtotal,30\nEast,5\nGrand total,35\n"
LEFT = "(without the row of totals, Region Subtotal, Q1 30; Region Grand total, Q1 35)"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("sum of Q1", f"35 {LEFT}"),
        ("which region has the highest Q1?", f"South, with 20 {LEFT}"),
        ("how many rows are there?", f"3 {LEFT}"),
        ("sum of Q1 above 9", f"30 {LEFT}"),
        ("sum of Q1 in North", "10"),
    ],
)
def test_rows_of_totals_are_left_out_and_said(question: str, answer: str) -> None:
    assert answer_about(table(PARTS), question) == answer


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("sales data.csv", "what is the sum of Q2 in sales data.csv?"),
        ("us3.csv", "sum of Q2 in lo/us3.xlsx"),
    ],
)
def test_the_name_of_the_file_is_no_word_of_the_question(name: str, question: str) -> None:
    assert answer_about(table(US, name), question) == "3450"


def test_numbers_are_sorted_by_value_and_missing_values_come_last() -> None:
    rows = "a,n\nx,900\ny,-\nz,1000\n"
    found, by, falling = _sorted(table(rows), "n", falling=False)
    assert by == 1
    assert [row[0] for row in found.in_order(by, falling=falling, limit=9)] == ["x", "z", "y"]
    with pytest.raises(ExpertError, match=r"column n of us3.csv.*see note"):
        _sorted(table(rows.replace("-", "see note")), "n", falling=False)


@pytest.mark.parametrize(
    ("rows", "question", "answer", "said"),
    [
        ("name,amount\nA,12 EUR\nB,5\n", "sum of amount", "17", "unit EUR and others none"),
        ("name,amount\nA,1\nB,\nC,4\n", "sum of amount", "5", "1 of 3 cells of amount are left out, as they are empty"),
    ],
)
def test_what_may_be_meant_otherwise_in_a_calculation_is_said(rows: str, question: str, answer: str, said: str) -> None:
    with collecting() as heard:
        assert answer_about(table(rows), question) == answer
    assert said in "; ".join(heard.notes)


@pytest.mark.parametrize("last", ["Total,7", ",7", "Sum,7"])
def test_a_last_row_that_adds_up_is_no_row_of_its_column_whatever_its_label(last: str) -> None:
    rows = table(f"item,n\nA,3\nB,4\n{last}\n")
    assert answer_about(rows, "sum of n").startswith("7 (without the row of totals")
    found, by, _ = _sorted(rows, "n", falling=True)
    assert [row[0] for row in found.in_order(by or 0, falling=True, limit=9)] == ["B", "A"]


def test_a_last_number_that_only_happens_to_be_the_sum_is_a_row() -> None:
    assert answer_about(table("item,n\nA,3\nB,4\nC,7\n"), "sum of n") == "14"
    assert answer_about(table("day,n\n1,3\n2,4\n3,7\n"), "sum of n") == "14"


@pytest.mark.parametrize(
    ("rows", "question", "answer"),
    [
        ("area,n\nNorth,1\nNorth,2\nNorth Total,3\nSouth,4\nSouth Total,4\n", "sum of n", "7"),
        ("kind,item,n\nFood,a,1\nFood,b,2\nSum Food,,3\nHome,c,4\n", "average n", "2.33"),
        ("name,n\nAnn,90\nBob,85\nAverage,87.5\n", "how many rows are there?", "2"),
        ("quarter,month,n\nQ1,Jan,10\nQ1,Feb,20\nQ1,,30\nQ2,Mar,5\nQ2,Apr,1\nQ2,,6\n", "sum of n", "36"),
        ("day,km\n2024-01-02,12\n2024-01-03,8\nCarried forward,20\n2024-01-04,10\n", "sum of km", "30"),
        ("Ort,n\nBonn,1\nKöln,2\nZwischensumme West,3\nJena,4\n", "sum of n", "7"),
    ],
)
def test_a_row_whose_label_has_a_word_of_totals_and_whose_numbers_add_up_is_left_out(
    rows: str, question: str, answer: str
) -> None:
    assert answer_about(table(rows), question).startswith(f"{answer} (without the row of totals")


def test_sums_over_rows_that_are_called_totals_and_do_not_add_up_are_refused() -> None:
    rows = table("area,n\nNorth,1\nNorth,2\nNorth Total,9\nSouth,4\n")
    with pytest.raises(ExpertError, match=r"called totals.*area North Total, n 9"):
        answer_about(rows, "sum of n")
    assert answer_about(rows, "sum of n in South") == "4"


def test_rows_with_an_empty_text_that_add_up_to_nothing_are_rows() -> None:
    assert answer_about(table("item,note,n\nA,x,3\nB,y,4\nC,,7\n"), "sum of n") == "14"


def test_groups_and_different_cells_are_counted_without_case_and_spaces_around() -> None:
    rows = table("name,department,salary\nAnn,Sales,3000\nBob,sales ,3500\nCid,IT,4200\nDee,SALES,2500\n")
    with collecting() as heard:
        assert answer_about(rows, "average salary per department") == "Sales 3000; IT 4200"
        assert answer_about(rows, "how many different departments are there?") == "2 (Sales, IT)"
        assert answer_about(rows, "which department has the highest salary?").startswith("Sales, with 9000")
    assert any("differ only in case or spaces" in note for note in heard.notes)


GROUPED = "region,store,sales\nNorth,A,10\n,B,20\n,C,30\nSouth,D,5\n,E,7\n"


@pytest.mark.parametrize(
    "question", ["sum of sales in North", "sum of sales per region", "which region sold the most?"]
)
def test_empty_cells_below_the_label_of_a_group_are_reported_first(question: str) -> None:
    with collecting() as heard:
        answer_about(table(GROUPED), question)
    assert any("cells of region are empty" in each for each in heard.lacks)


def test_a_column_of_remarks_with_empty_cells_is_filtered_without_a_report() -> None:
    with collecting() as heard:
        assert answer_about(table("item,remark\nA,broken\nB,\nC,\n"), "which item has remark broken?") == "A"
    assert heard.lacks == []


@pytest.mark.parametrize("name", ["unit price", "unit_price", "price per kg"])
def test_prices_of_one_unit_are_not_added_to_a_total(name: str) -> None:
    rows = table(f"item,qty,{name}\npen,10,2\nink,1,5\n")
    with pytest.raises(ExpertError, match="price of one unit"):
        answer_about(rows, "what is the total price of all items?")
    assert answer_about(rows, f"sum of {name}") == "7"


def test_dates_that_may_be_day_or_month_first_are_said_to_be_read_as_day_first() -> None:
    with collecting() as heard:
        assert answer_about(table("day,n\n02/03/2024,1\n03/02/2024,2\n"), "sum of n in March") == "1"
        assert "02/03/2024, which are read as day/month/year" in "".join(heard.lacks)
    with collecting() as heard:
        assert answer_about(table("day,n\n02/03/2024,1\n25/03/2024,2\n"), "sum of n in March") == "3"
    assert heard.lacks == []


def test_a_quotation_mark_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ExpertError, match="quotation mark in line 2 of us3"):
        table('name,note,paid\nBo,"never closed,20\nCem,fine,30\n')
    with pytest.raises(ExpertError, match="quotation mark in line 2 of us3"):
        table('name,note,paid\nBo,"never closed,20\nCem,"fine",30\n')
    assert table('name,note\nBo,"two\nlines, ""said"""\nCem,"5" nail\n').count == 2


def test_lists_in_cells_count_as_many_as_they_hold() -> None:
    family = table("name,children\nAna,Ida; Ole\nBo,Pia\nCem,\n")
    with collecting() as heard:
        assert answer_about(family, "how many children are there?") == "3 (Ida, Ole, Pia)"
    assert "cells of children that hold several values are counted by these" in heard.notes
    with pytest.raises(ExpertError, match="hold several values"):
        answer_about(family, "how many children per name?")
