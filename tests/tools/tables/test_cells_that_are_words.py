"""A cell of a table that is written as a function word is still a condition: IT, OR, "No", "an"."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.table import Table, read_table

COSTS = "Date,Dept,Cost\n2025-01-05,IT,100\n2025-01-20,HR,50\n2025-02-10,IT,200\n"
PAID = "Name,Paid,Amount\nAnn,Yes,10\nBob,No,20\nCid,,30\nEve,not yet,50\n"
STATES = "State,Sales\nOR,100\nIN,200\nME,300\n"
GRADES = "Student,English,Grade,Rh\nAnn,70,A,+\nBob,95,B,-\nCid,60,A,-\n"
FEES = "Member,active,fee\nAna,yes,20\nBen,no,25\nChi,yes,35\n"
GERAETE = "Gerät;Zustand;Watt\nLampe;an;10\nOfen;aus;2000\nRadio;an;15\n"


def table(text: str) -> Table:
    """A table as an expert gets it."""
    resource = Resource(kind="table", media_type="text/csv", name="things.csv", text=text)
    return read_table(Material(resource=resource, path=Path()))


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (COSTS, "Sum of Cost where Dept is IT", "300"),
        (COSTS, "What did IT cost in total?", "300"),
        (COSTS, "Total Cost of HR and IT", "350"),
        (PAID, "Sum of Amount where Paid is yes", "10"),
        (PAID, "Sum of Amount where Paid = No", "20"),
        (PAID, "How many have no Paid?", "1"),
        (STATES, "total Sales in OR", "100"),
        (STATES, "total Sales in IN", "200"),
        (STATES, "What are the total Sales in ME?", "300"),
        (GRADES, "Average English for Grade A", "65"),
        (GRADES, 'Average English where Grade is "A"', "65"),
        (GRADES, "Sum of English where Rh is -", "155"),
        (GRADES, "Sum of English where Rh is +", "70"),
        (FEES, "total fee of active members", "55"),
        (FEES, "total fee per active", "yes 55; no 25"),
        ("Name,Paid\nAnn,yes\nBob,no\nCid,YES\nEve,y\nFay,n\n", "How many paid?", "3"),
        ("Name,Paid\nAnn,yes\nBob,no\nCid,YES\nEve,y\nFay,n\n", "How many have not paid?", "2"),
        (GERAETE, "Wie viele Geräte sind an?", "2 (Lampe, Radio)"),
        (GERAETE, "Summe Watt wo Zustand an ist", "25"),
    ],
)
def test_word_that_a_cell_is_chooses_its_rows(text: str, question: str, answer: str) -> None:
    """Behind "is", beside its column, or in the capitals of its cell, a word is a value whatever else it may say."""
    assert answer_about(table(text), question) == answer


def test_word_that_may_be_a_cell_is_named_where_it_is_not_used() -> None:
    """A word in another case than its cell chooses no rows, and the answer says so first."""
    with collecting() as heard:
        assert answer_about(table(COSTS), "total cost in it") == "350"
    assert heard.lacks == ["“IT” of Dept was not used as a condition: for its rows only, ask “where Dept is IT”"]
