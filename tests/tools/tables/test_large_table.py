"""Tables of millions of rows, computed by DuckDB: the same answers as from a small table, within memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answered
from hugginggpt.tools.tables.conditions import kept
from hugginggpt.tools.tables.large_cells import is_large, opened
from hugginggpt.tools.tables.large_table import LargeTable
from hugginggpt.tools.tables.table import read_table
from hugginggpt.tools.tables.table_query import expressions

CITIES = ("Bergen", "Oslo", "Málaga", "Bodø")
ROWS = [(f"Person {n}", CITIES[n % 4], f"{n * 37 % 1000 / 4:.2f}", n % 50) for n in range(400)]
PLAIN = "name,city,amount,age\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
GERMAN = "Name;Stadt;Betrag\n" + "".join(f"{row[0]};{row[1]};{row[2].replace('.', ',')}\n" for row in ROWS)


def material(path: Path, text: str) -> Material:
    path.write_text(text, encoding="utf-8")
    about = Resource(kind="table", media_type="text/csv", size=len(text.encode()), name=path.name)
    return Material(resource=about, path=path)


@contextmanager
def in_duckdb(given: Material, scratch: Path) -> Iterator[LargeTable]:
    with opened(given, scratch) as cells:
        yield LargeTable(cells, cells.label, cells.names, cells.decimal_comma)


UNTIDY = (
    "date,region,amount,weight,note\n"
    "2025-03-01,North,12.50 EUR,3 kg,a\n2025-03-14,South,n/a,4,b\n2025-04-02,North,7 EUR,,c\n"
    "2025-06-30,West,100.25 EUR,2.5 kg,d\n2025-06-30,South,-,1,e\n2026-01-05,North,3 EUR,8,f\n"
)
TOTALLED = "item,pieces,price\nnails,3,1.50\nhooks,4,2.25\nSubtotal,7,3.75\nglue,5,0.25\nTotal,12,4.00\n"
GROUPED = "region,item,pieces\nNorth,nails,3\nNorth,hooks,4\nNorth,,7\nSouth,glue,5\nSouth,tape,1\nSouth,,6\n"
MANY = "region,item,pieces\n" + "".join(f"R{n},nails,{n}\nR{n},hooks,1\nSubtotal,,{n + 1}\n" for n in range(1200))
UNLABELLED = "item,pieces,price\nnails,3,1.50\nhooks,4,2.25\nglue,5,0.25\n,12,4.00\n"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        *((PLAIN, question) for question in (
            "How many rows are in this table?", "How many rows are in Oslo?", "How many rows are not in Oslo?",
            "How many rows have an age above 40?", "How many rows are in Oslo or Malaga?", "What is the sum of amount?",
            "What is the average amount in Bergen?", "What is the sum of amount and age?",
            "What is the sum of amount by city?", "What is the average amount by city?", "How many rows per city?",
            "What is the median amount?", "What is the median age by city?", "Which name has the highest amount?",
            "Which city has the highest average amount?", "What is the lowest amount in Oslo?", "Sort by amount",
            "What are the top 3 names by amount?", "How many different cities are there?", "Show the last 4 rows",
            "What is the age of Person 27?", "Which city has the most amount?", "Is Person 7 in Oslo?",
            "How many rows are in Málaga?",
        )),
        (GERMAN, "What is the sum of Betrag?"),
        (GERMAN, "What is the average Betrag in Oslo?"),
        *((UNTIDY, question) for question in (
            "What is the sum of amount?", "What is the average amount by region?", "What is the sum of weight?",
            "Which region has the highest amount?", "What is the amount in June?", "How many rows after 2025-04-01?",
            "What is the latest date?", "Sort by date", "Sort by weight descending", "Which rows have no amount?",
            "What is the sum of amount in 2025?", "What is the sum of amount from 2025-03-10 to 2025-06-30?",
        )),
        *((text, question) for text in (TOTALLED, UNLABELLED, GROUPED, MANY) for question in (
            "What is the sum of pieces?", "How many rows are in this table?", "Which item has the most pieces?",
            "How many rows have pieces above 3?", "What is the average number of pieces?",
        )),
    ],
)  # fmt: skip
def test_a_large_table_gives_the_same_answer_as_a_small_one(tmp_path: Path, text: str, question: str) -> None:
    given = material(tmp_path / "a.csv", text)

    with in_duckdb(given, tmp_path) as table, collecting() as heard:
        answer, queries = answered(table, question)
        computed = expressions(queries)

    with collecting() as expected:
        small, same = answered(read_table(given), question)
    assert (answer, computed, heard) == (small, expressions(same), expected)


@pytest.mark.parametrize("where", [["city = Oslo"], ["city != Oslo", "age >= 10"], ["name contains 39"], ["* = bodø"]])
def test_rows_are_counted_as_in_a_small_table(tmp_path: Path, where: list[str]) -> None:
    given = material(tmp_path / "a.csv", PLAIN)

    with in_duckdb(given, tmp_path) as table:
        assert kept(table, where).count == len(kept(read_table(given), where).cells)


@pytest.mark.parametrize(
    "where", [["amount > 7"], ["date >= 2025-06"], ["date = 2025-03"], ["weight = 4"], ["note != b"]]
)
def test_numbers_with_units_and_dates_are_compared_as_in_a_small_table(tmp_path: Path, where: list[str]) -> None:
    given = material(tmp_path / "a.csv", UNTIDY)

    with in_duckdb(given, tmp_path) as table:
        assert kept(table, where).first(10) == list(kept(read_table(given), where).cells)


def test_a_question_with_a_value_that_is_nowhere_is_refused_by_the_name_of_the_table(tmp_path: Path) -> None:
    with in_duckdb(material(tmp_path / "a.csv", PLAIN), tmp_path) as table, pytest.raises(ExpertError, match=r"a\.csv"):
        answered(table, "How much is it in Lima?")


def test_a_value_that_is_nowhere_in_a_large_table_is_no_count_of_zero(tmp_path: Path) -> None:
    with in_duckdb(material(tmp_path / "a.csv", PLAIN), tmp_path) as table, pytest.raises(ExpertError, match="nowhere"):
        kept(table, ["city = Lima"])


def test_a_column_with_a_cell_that_is_no_number_is_not_added(tmp_path: Path) -> None:
    given = material(tmp_path / "a.csv", PLAIN + "Person 400,Oslo,unknown,3\n")

    with in_duckdb(given, tmp_path) as table, pytest.raises(ExpertError, match="unknown"):
        answered(table, "What is the sum of amount?")


def test_a_large_table_is_written_sorted_and_filtered(tmp_path: Path) -> None:
    with in_duckdb(material(tmp_path / "a.csv", PLAIN), tmp_path) as table:
        kept(table, ["city = Oslo"]).write(tmp_path / "out.csv", 2, falling=True)

    read = (tmp_path / "out.csv").read_text().splitlines()
    oslo = sorted((row for row in ROWS if row[1] == "Oslo"), key=lambda row: float(row[2]), reverse=True)
    assert read == ["name,city,amount,age", *(",".join(map(str, row)) for row in oslo)]


def test_only_tables_longer_than_a_text_may_be_are_large(tmp_path: Path) -> None:
    assert not is_large(material(tmp_path / "a.csv", PLAIN))
