"""The table that a page shows is found from the places of its words, and answers by its rows."""

import pytest

from hugginggpt.tools.backends.embedded.page_tables import answer_of, table_of, tables_of
from hugginggpt.tools.media.reading_order import TextBox
from hugginggpt.tools.tables.calculation import answer_about

PAGE = """\
Library of Osby                 members only
Book            Reader          Due          Fine
The Tall Ship   Vera Holm       2026-02-01   1.50
Winter Garden   Ole Bakke       2026-02-09
Night Train     Vera Holm       2026-03-15   12.00
Please return books in time.
"""


def pieces(page: str) -> list[TextBox]:
    """The runs of words of a page in a fixed-width font, as OCR would give them."""
    boxes = []
    for number, line in enumerate(page.splitlines()):
        start = 0
        for part in line.split("  "):
            text = part.strip()
            left = line.index(part, start) + len(part) - len(part.lstrip()) if text else start
            start = left + len(text)
            if text:
                boxes.append(TextBox(text, 0.99, left * 8.0, number * 20.0, start * 8.0, number * 20.0 + 12))
    return boxes


def test_rows_below_names_are_a_table() -> None:
    table = table_of(pieces(PAGE), "loans.png")
    assert table is not None
    assert table.names == ("Book", "Reader", "Due", "Fine")
    assert table.cells[1] == ("Winter Garden", "Ole Bakke", "2026-02-09", "")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which book did Ole borrow?", None),
        ("Which book has Ole?", "Winter Garden"),
        ("When is the Night Train due?", "2026-03-15"),
        ("Which books has Vera Holm?", "The Tall Ship, Night Train"),
        ("Which reader has the highest fine?", "Vera Holm, with 13.50 in all its rows together"),
    ],
)
def test_a_question_is_answered_by_a_row_and_not_by_the_page(question: str, answer: str | None) -> None:
    table = table_of(pieces(PAGE), "loans.png")
    assert table is not None
    if answer is None:
        with pytest.raises(Exception, match="borrow"):
            answer_about(table, question)
    else:
        assert answer_about(table, question) == answer


def test_prose_is_no_table() -> None:
    assert table_of(pieces("A letter.\nDear Anna,\nI am well.\nYours, Ben"), "letter.png") is None


SALES = "Shop sales\nTown      Sold\nBergen    10\nOslo      20\n"
MORE = "page 2\nLund      30\nTurku     40\n"


@pytest.mark.parametrize("second", [MORE, MORE.replace("page 2", "Town      Sold")])
def test_a_table_that_goes_on_over_pages_is_one(second: str) -> None:
    (table,) = tables_of([pieces(SALES), pieces(second)], "sales.pdf")

    answer = answer_of([table], "What is the sum of sold?", SALES + second)
    assert answer is not None
    assert (answer.text, answer.computed) == ("100", "sum of Sold")


def test_a_table_that_is_interrupted_is_not_added_up_in_part() -> None:
    page = f"{SALES}Prices without taxes and with all discounts\nLund      30\n"

    assert tables_of([pieces(page)], "sales.pdf") == []


def test_a_total_that_the_page_states_is_left_to_it() -> None:
    tables = tables_of([pieces(SALES)], "sales.pdf")

    assert answer_of(tables, "What is the total?", f"{SALES}Total due: 36.00") is None
