"""What a workbook shows and its numbers alone do not say: errors, currencies, and which sheet a table is on."""

import zipfile
from pathlib import Path

import pytest

from hugginggpt.graph.call import Material
from hugginggpt.graph.errors import ExpertError
from hugginggpt.graph.resource import Resource
from hugginggpt.tools.documents.spreadsheets import workbook_table
from hugginggpt.tools.tables.tables_in_text import answer_in_text

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(path: Path, sheets: dict[str, str], formats: str = "") -> Path:
    """An XLSX with the rows of each sheet as XML; `formats`: its own formats of numbers, which styles 1, 2, ... have."""
    codes = formats.split(";") if formats else []
    numbers = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(codes))
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(codes)))
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    targets = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATED}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    members = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" Type="{_RELATED}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{targets}</Relationships>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><numFmts>{numbers}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs>'
            "</styleSheet>"
        ),
    }
    data = f'<worksheet xmlns="{_MAIN}"><sheetData>{{}}</sheetData></worksheet>'
    members |= {f"xl/worksheets/s{n}.xml": data.format(rows) for n, rows in enumerate(sheets.values(), 1)}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def row(number: int, *cells: str) -> str:
    """A row of cells as `item`, `12`, `12/1` (with style 1), `#DIV/0!`."""

    def cell(place: str, value: str) -> str:
        number, _, style = value.partition("/") if value[:1].isdigit() else (value, "", "")
        if value.startswith("#"):
            return f'<c r="{place}" t="e"><v>{value}</v></c>'
        if value[:1].isdigit():
            return f'<c r="{place}" s="{style or 0}"><v>{number}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'

    cells_of_row = "".join(cell(f"{letter}{number}", value) for letter, value in zip("ABCDEF", cells, strict=False))
    return f'<row r="{number}">{cells_of_row}</row>'


def asked(text: str, question: str) -> str:
    """The answer of a table in a text."""
    resource = Resource(kind="text", media_type="text/markdown", text=text, name="a.xlsx")
    answer = answer_in_text([Material(resource=resource, path=Path("a.xlsx"))], question)
    return answer.text if answer else ""


def test_the_error_of_a_formula_is_no_empty_cell(tmp_path: Path) -> None:
    rows = row(1, "item", "rate") + row(2, "rope", "4") + row(3, "paint", "#DIV/0!")
    assert (
        workbook_table(workbook(tmp_path / "a.xlsx", {"A": rows}), "a.xlsx").text
        == "item,rate\nrope,4\npaint,#DIV/0!\n"
    )


def test_a_number_has_the_currency_that_its_cell_shows(tmp_path: Path) -> None:
    rows = row(1, "item", "price") + row(2, "rope", "12.5/1") + row(3, "paint", "30/2") + row(4, "oars", "48")
    file = workbook(tmp_path / "a.xlsx", {"A": rows}, "[$€-407] #,##0.00;[$USD] 0.00")
    assert workbook_table(file, "a.xlsx").text == "item,price\nrope,12.5 €\npaint,30 USD\noars,48\n"


@pytest.fixture(scope="module")
def two_sheets(tmp_path_factory: pytest.TempPathFactory) -> str:
    costs = row(1, "item", "amount") + row(2, "rope", "12") + row(3, "paint", "30")
    income = row(1, "source", "received") + row(2, "fees", "200") + row(3, "bar", "55") + row(4, "gifts", "5")
    file = workbook(tmp_path_factory.mktemp("book") / "a.xlsx", {"Costs": costs, "Income": income})
    return workbook_table(file, "a.xlsx").text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What is the sum of amount on sheet Costs?", "42"),
        ("How many rows are in the Income sheet?", "3"),
        ("Wie hoch ist die Summe von received auf Blatt Income?", "260"),
        ("What is the sum of amount?", "42"),
        ("How many rows does it have?", ""),
    ],
)
def test_a_question_names_the_sheet_or_its_columns(two_sheets: str, question: str, said: str) -> None:
    assert asked(two_sheets, question) == said


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(two_sheets: str) -> None:
    with pytest.raises(ExpertError, match="no sheet “Sales”; the sheets are Costs, Income"):
        asked(two_sheets, "What is the sum of amount on sheet Sales?")
