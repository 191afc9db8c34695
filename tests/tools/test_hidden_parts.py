"""What a page hides is no part of its tables either, whichever way it is hidden."""

import pytest

from hugginggpt.tools.documents.html import html_text, page_text

_PAGE = (
    "<html><head><style>{style}</style></head><body><table><tr><th>Item</th><th>Price</th></tr>"
    "<tr><td>A</td><td>10</td></tr><tr {hidden}><td>B</td><td>70</td></tr><tr><td>C</td><td>20</td></tr></table></body>"
)
_SHOWN = "| Item | Price |\n| --- | --- |\n| A | 10 |\n| C | 20 |"
_WHOLE = "| Item | Price |\n| --- | --- |\n| A | 10 |\n| B | 70 |\n| C | 20 |"


@pytest.mark.parametrize(
    ("style", "hidden", "shown"),
    [
        ("", "hidden", _SHOWN),
        ("", 'style="display: none"', _SHOWN),
        ("", 'style="visibility:collapse"', _SHOWN),
        ("p{color:red} /* old */ .x, .y{display:none}", 'class="a x"', _SHOWN),
        ("table tr#gone{visibility:hidden !important}", 'id="gone"', _SHOWN),
        ("tr:nth-child(3){display:none}", "", _SHOWN),
        (".x{display:none} .x{display:table-row}", 'class="x"', _WHOLE),
        (".x{display:none}", 'class="x" style="display:table-row"', _WHOLE),
        ("@media print{.x{display:none}} tr:hover{display:none}", 'class="x"', _WHOLE),
    ],
)
def test_a_hidden_row_is_not_read(style, hidden, shown):
    assert html_text(_PAGE.format(style=style, hidden=hidden)) == shown


def test_a_cell_that_keeps_its_place_moves_no_other():
    page = "<table><tr><th>A<th>B<th>C</tr><tr><td>1<td style='visibility:hidden'>2<td>3</tr></table>"
    assert html_text(page).endswith("| 1 |  | 3 |")


def test_a_style_that_is_not_understood_is_said(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(_PAGE.format(style="tr:not(.seen){display:none}", hidden=""))
    assert page_text(page, "page.html").notes == ("its styles may hide parts that are read (tr:not(.seen))",)
