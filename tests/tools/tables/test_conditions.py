"""Conditions on rows and lines: as requests word them, and as they choose rows."""

from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.caveats import collecting
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.controllers.rules.clauses import parse_request
from hugginggpt.tools.tables.calculation import answer_about
from hugginggpt.tools.tables.condition_words import read_conditions
from hugginggpt.tools.tables.conditions import kept
from hugginggpt.tools.tables.table import read_table

BOATS = "name,Home Port,length,due date\nElsa,Bergen,7.5,2026-03-04\nOtter,Ålesund,11,2026-05-01\nMåke,Bergen,4,2025-12-24\n"


def names(where: list[str]) -> list[str]:
    """The boats that satisfy the conditions."""
    resource = Resource(kind="table", media_type="text/csv", name="boats.csv", text=BOATS)
    return [row[0] for row in kept(read_table(Material(resource=resource, path=Path())), where).cells]


@pytest.mark.parametrize(
    ("request_text", "where"),
    [
        ("Count the rows of boats.csv where the port is Bergen", ["port = Bergen"]),
        ("How many rows have port Bergen?", ["port = Bergen"]),
        ("rows of boats.csv with a length above 6", ["length > 6"]),
        ("rows of boats.csv with length between 3 and 6", ["length >= 3", "length <= 6"]),
        ("rows where the port isn't Bergen and the length is at least 5 metres", ["port != Bergen", "length >= 5"]),
        ("rows whose name starts with El in boats.csv", ["name starts with El"]),
        ("rows in boats.csv where port is Bergen or Oslo", ["port = Bergen or Oslo"]),
        ("rows where due date is before 2026-01-01", ["due date < 2026-01-01"]),
        ("the lines with WARNING in boot.log", ["* contains WARNING"]),
        ("the lines of boot.log that don't contain 'all good'", ["* not contains all good"]),
        ("Filter boats.csv by port Bergen", ["port = Bergen"]),
        ("How many rows of boats.csv are not from Bergen?", ["* != Bergen"]),
        ("rows of boats.csv that are not in Bergen", ["* != Bergen"]),
        ("rows that do not have port Bergen", ["port != Bergen"]),
        ("all rows of boats.csv except those from Bergen", ["* != Bergen"]),
        ("the lines of boot.log that never mention 'disk'", ["* not contains disk"]),
        ("rows where the port is not in Bergen", ["port != Bergen"]),
        ("rows where length is not above 6", ["length <= 6"]),
        ("rows where length isn't at least 6 and port is Bergen", ["length < 6", "port = Bergen"]),
        ("rows where lengths are above 6", ["lengths > 6"]),
        ("rows where the name does not start with El", ["name not starts with El"]),
        ("rows where the port does not equal Bergen", ["port != Bergen"]),
        ("rows where the length is 6 or more", ["length >= 6"]),
        ("the lines of boot.log that contain disk but not retry", ["* contains disk", "* not contains retry"]),
        ("the rows of boats.csv from Bergen that are not long", ["* = Bergen"]),
        ("rows where port is Bergen or length is above 6", None),
        ("rows where length is above 6 or below 2", None),
        ("rows where length is not between 3 and 6", None),
        ("rows where price is above 1,000", ["price > 1,000"]),
        ("rows where price is above 1,250.50 and port is Bergen", ["price > 1,250.50", "port = Bergen"]),
        ("rows where port is Bergen, length is above 6", ["port = Bergen", "length > 6"]),
        ("Count the rows in boats.csv", None),
        ("How many rows do boats.csv and ships.csv have together?", None),
        ("How many rows do boats.csv and ships.csv have in total?", None),
        ("How many rows of boats.csv and ships.csv have port Bergen together?", ["port = Bergen"]),
        ("Read boats.csv and count its lines", None),
    ],
)
def test_words_become_conditions(request_text: str, where: list[str] | None) -> None:
    parsed = parse_request(request_text)
    found = read_conditions(parsed.text, parsed.masked, 0, len(parsed.text))
    assert (list(found.where) if found else None) == where


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["port = bergen"], ["Elsa", "Måke"]),
        (["home ports = BERGEN"], ["Elsa", "Måke"]),
        (["home = port Bergen"], ["Elsa", "Måke"]),
        (["port != Bergen"], ["Otter"]),
        (["port = Bergen or Alesund", "length > 5"], ["Elsa", "Otter"]),
        (["length = 11.0"], ["Otter"]),
        (["due date < 2026-04-01"], ["Elsa", "Måke"]),
        (["* contains berg"], ["Elsa", "Måke"]),
        (["name ends with a"], ["Elsa"]),
        (["due date <= 2026-03"], ["Elsa", "Måke"]),
        (["due date > 2026-03"], ["Otter"]),
        (["due date = 2026-03"], ["Elsa"]),
        (["due date < 04.03.26"], ["Måke"]),
        (["name not starts with E"], ["Otter", "Måke"]),
        (["* = Otter"], ["Otter"]),
    ],
)
def test_conditions_choose_rows(where: list[str], expected: list[str]) -> None:
    assert names(where) == expected


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("harbour = Bergen", "no column “harbour”; its columns are name, Home Port, length, due date"),
        ("port = Oslo", "“Oslo” is nowhere in column Home Port"),
        ("port != Oslo", "“Oslo” is nowhere in column Home Port"),
        ("* not contains port Bergen", "is in no cell"),
        ("name > 3", "no numbers to compare"),
        ("length > long", "neither a number nor a date"),
        ("port Bergen", "is no condition"),
    ],
)
def test_an_unknown_column_or_value_is_an_error_that_names_what_there_is(condition: str, message: str) -> None:
    with pytest.raises(ExpertError, match=message) as caught:
        names([condition])
    assert caught.value.input_fault


@pytest.mark.parametrize(
    ("where", "found"), [("* = May 2026", ["Otter"]), ("due date = march", ["Elsa"]), ("* != 2026", ["Måke"])]
)
def test_a_month_or_a_year_is_all_of_its_dates(where: str, found: list[str]) -> None:
    assert names([where]) == found


STAFF = "name,hours\nSchon,10\nSchön,20\nScho\u0308n,40\nPeña,5\nKörner,1\nKôrner,2\n"


@pytest.mark.parametrize(
    ("question", "answer", "notes", "lacking"),
    [
        ("How many hours did Schön work?", "60", ["“Schon”, with other accents than “Schön”, was not counted"], []),
        ("How many hours did Schon work?", "10", ["“Schön”"], []),
        ("sum of hours where name is Pena", "5", ["no cell is “Pena”: “Peña” was taken for it"], []),
        ("sum of hours where name is Schön or Pena", "65", ["“Schon”", "no cell is “Pena”"], []),
        ("sum of hours of Korner", "3", [], ["“Körner”, “Kôrner”, which differ in accents, were all taken for it"]),
    ],
)
def test_a_value_is_the_cells_with_its_accents_else_those_with_others_and_that_is_said(
    question: str, answer: str, notes: list[str], lacking: list[str]
) -> None:
    resource = Resource(kind="table", media_type="text/csv", name="staff.csv", text=STAFF)

    with collecting() as heard:
        assert answer_about(read_table(Material(resource=resource, path=Path())), question) == answer

    said = [note for note in heard.notes if "“" in note]
    assert all(part in note for part, note in zip(notes, said, strict=True)), said
    assert all(part in lack for part, lack in zip(lacking, heard.lacks, strict=True)), heard.lacks
