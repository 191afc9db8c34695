"""Cells that were merged over several rows: their text counts for each of these rows, a number once."""

# ruff: noqa: E501  # markup as programs write it

import io
import zipfile
from pathlib import Path

import pytest

from hugginggpt.tools.documents.html import html_text
from hugginggpt.tools.documents.merged_cells import fill_down
from hugginggpt.tools.documents.spreadsheets import workbook_table

TABLE = "region,store,sales\nNorth,A,10\nNorth,B,20\nSouth,D,5\n"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(path: Path, parts: dict[str, str]) -> Path:
    """A file of zipped parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    path.write_bytes(made.getvalue())
    return path


def excel(path: Path) -> Path:
    """`TABLE` as an Excel workbook, with A2:A3 merged."""
    lines = [["region", "store", "sales"], ["North", "A", "10"], ["", "B", "20"], ["South", "D", "5"]]
    cells = "".join(
        f'<row r="{r}">'
        + "".join(
            f'<c r="{"ABC"[c]}{r}"><v>{cell}</v></c>'
            if cell.isdigit()
            else f'<c r="{"ABC"[c]}{r}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for c, cell in enumerate(row)
        )
        + "</row>"
        for r, row in enumerate(lines, 1)
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>'
    office = "http://schemas.openxmlformats.org/package/2006"
    return zipped(
        path,
        {
            "[Content_Types].xml": f'<Types xmlns="{office}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{office}/relationships"><Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{office}/relationships"><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet,
        },
    )


def open_document(path: Path) -> Path:
    """`TABLE` as an OpenDocument workbook, with A2:A3 merged."""

    def text(cell: str, more: str = "") -> str:
        return f'<table:table-cell office:value-type="string"{more}><text:p>{cell}</text:p></table:table-cell>'

    def number(cell: str) -> str:
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'

    spanned = ' table:number-rows-spanned="2" table:number-columns-spanned="1"'
    rows = [
        "".join(map(text, ("region", "store", "sales"))),
        text("North", spanned) + text("A") + number("10"),
        "<table:covered-table-cell/>" + text("B") + number("20"),
        text("South") + text("D") + number("5"),
    ]
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    return zipped(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": MANIFEST,
            "content.xml": content,
        },
    )


@pytest.mark.parametrize(("name", "made"), [("s.xlsx", excel), ("s.ods", open_document)])
def test_a_merged_cell_of_a_workbook_counts_for_each_of_its_rows(name: str, made, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert workbook_table(made(tmp_path / name), name).text == TABLE


def test_a_merged_number_counts_once_and_merged_names_of_columns_are_no_row() -> None:
    rows = [["item", "cost"], ["", "cost"], ["pen", "12"], ["ink", ""]]
    assert fill_down(rows, [((0, 0), (1, 0)), ((2, 1), (3, 1))], (0, 0)) == 1
    assert rows == [["item", "cost"], ["", "cost"], ["pen", "12"], ["ink", ""]]


def test_cells_of_a_page_that_take_several_rows_or_columns_keep_all_under_their_names() -> None:
    page = (
        "<tr><th>region<th>store<th>sales<tr><td rowspan=2>North<td>A<td>10<tr><td>B<td>20<tr><td colspan=2>Both<td>30"
    )
    shown = html_text(f"<table>{page}</table>").splitlines()
    assert shown[2:] == ["| North | A | 10 |", "| North | B | 20 |", "| Both |  | 30 |"]
