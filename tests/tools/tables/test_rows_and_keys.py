"""Numbers that only name rows are counted; a day, a verb and several places with months of their own are read as meant."""

from dataclasses import replace

import pytest

from hugginggpt.graph.errors import ExpertError
from hugginggpt.tools.tables.calculation import answer_about

from .test_cells_that_are_words import table

ROOMS = "Room,Floor,Guests,Free\n101,1,2,no\n102,1,0,yes\n201,2,4,no\n202,2,0,yes\n1,3,3,no\n"
STAFF = "name,city,salary,start\nAnna,Berlin,32,2024-05-20\nBen,Bonn,29,2024-06-01\nEva,Berlin,,2024-06-01\n"
COSTS = "Date,Dept,Cost\n2025-01-05,IT,100\n2025-03-01,HR,70\n2025-03-15,IT,300\n"


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        (ROOMS, "Which room has the most Guests?", "201, with 4"),
        (STAFF, "Which city has the fewest people?", "Bonn, with 1"),
        (STAFF, "How many of them start after May 2024?", "2"),
        (COSTS, "Sum of Cost before 15 March", "170"),
        (COSTS, "Sum of Cost since March 15", "300"),
    ],
)
def test_question_is_read_as_meant(text: str, question: str, answer: str) -> None:
    """Rows are counted, and days and columns bound, as the words beside them say."""
    assert answer_about(table(text), question) == answer


def test_first_column_of_numbers_is_not_added_for_how_many() -> None:
    """“How many rooms are free” asks for no sum of room numbers: it is refused where they might be quantities."""
    with pytest.raises(ExpertError, match="codes or quantities"):
        answer_about(table(ROOMS), "How many rooms are Free?")


def test_column_named_like_the_file_counts_its_rows() -> None:
    """The rooms of rooms.csv are its rows."""
    rooms = replace(table(ROOMS), label="rooms.csv")
    assert answer_about(rooms, "How many rooms are Free?") == "2"
    assert answer_about(rooms, "How many rooms have more than 1 Guests?") == "3"


def test_places_with_months_of_their_own_are_refused() -> None:
    """No query adds one place in one month to another in another."""
    with pytest.raises(ExpertError, match="January"):
        answer_about(table(COSTS), "Sum of Cost of IT in January and of HR in March")
