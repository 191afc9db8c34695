"""Tables of millions of rows, computed by DuckDB: the same answers as from a small table, within memory."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.conditions import kept
from hugginggpt.tools.tables.large_table import answer_about_large, count_large, is_large, opened
from hugginggpt.tools.tables.table import read_table

CITIES = ("Bergen", "Oslo", "Málaga", "Bodø")
ROWS = [(f"Person {n}", CITIES[n % 4], f"{n * 37 % 1000 / 4:.2f}", n % 50) for n in range(400)]
PLAIN = "name,city,amount,age\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
GERMAN = "Name;Stadt;Betrag\n" + "".join(f"{row[0]};{row[1]};{row[2].replace('.', ',')}\n" for row in ROWS)


def material(path: Path, text: str) -> Material:
    path.write_text(text, encoding="utf-8")
    about = Resource(kind="table", media_type="text/csv", size=len(text.encode()), name=path.name)
    return Material(resource=about, path=path)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (PLAIN, "How many rows are in this table?"),
        (PLAIN, "How many rows are in Oslo?"),
        (PLAIN, "How many rows are not in Oslo?"),
        (PLAIN, "How many rows have an age above 40?"),
        (PLAIN, "How many rows are in Oslo or Malaga?"),
        (PLAIN, "What is the sum of amount?"),
        (PLAIN, "What is the average amount in Bergen?"),
        (PLAIN, "What is the sum of amount and age?"),
        (PLAIN, "What is the sum of amount by city?"),
        (PLAIN, "What is the average amount by city?"),
        (PLAIN, "How many rows per city?"),
        (GERMAN, "What is the sum of Betrag?"),
        (GERMAN, "What is the average Betrag in Oslo?"),
    ],
)
def test_a_large_table_gives_the_same_answer_as_a_small_one(tmp_path: Path, text: str, question: str) -> None:
    given = material(tmp_path / "a.csv", text)

    with opened(given, tmp_path) as table:
        answer, _ = answer_about_large(table, question)

    assert answer == answer_about(read_table(given), question)


def test_the_highest_of_a_large_table_names_its_row(tmp_path: Path) -> None:
    with opened(material(tmp_path / "a.csv", PLAIN), tmp_path) as table:
        answer, query = answer_about_large(table, "What is the highest amount?")

    assert answer.startswith("249.75 (name Person 27, city Bodø, amount 249.75, age 27)")
    assert query.expression == "highest of amount"


@pytest.mark.parametrize("where", [["city = Oslo"], ["city != Oslo", "age >= 10"], ["name contains 39"], ["* = bodø"]])
def test_rows_are_counted_as_in_a_small_table(tmp_path: Path, where: list[str]) -> None:
    given = material(tmp_path / "a.csv", PLAIN)

    with opened(given, tmp_path) as table:
        assert count_large(table, where) == len(kept(read_table(given), where).cells)


@pytest.mark.parametrize("question", ["Sort by amount", "What is the median age?", "How much is it in Lima?"])
def test_what_is_not_computed_of_a_large_table_is_refused_by_its_name(tmp_path: Path, question: str) -> None:
    with opened(material(tmp_path / "a.csv", PLAIN), tmp_path) as table, pytest.raises(ExpertError, match=r"a\.csv"):
        answer_about_large(table, question)


def test_a_value_that_is_nowhere_in_a_large_table_is_no_count_of_zero(tmp_path: Path) -> None:
    with opened(material(tmp_path / "a.csv", PLAIN), tmp_path) as table, pytest.raises(ExpertError, match="nowhere"):
        count_large(table, ["city = Lima"])


def test_a_column_with_a_cell_that_is_no_number_is_not_added(tmp_path: Path) -> None:
    given = material(tmp_path / "a.csv", PLAIN + "Person 400,Oslo,unknown,3\n")

    with opened(given, tmp_path) as table, pytest.raises(ExpertError, match="unknown"):
        answer_about_large(table, "What is the sum of amount?")


def test_only_tables_longer_than_a_text_may_be_are_large(tmp_path: Path) -> None:
    assert not is_large(material(tmp_path / "a.csv", PLAIN))
