"""`markdown_tables`: the tables of a text in Markdown, by markdown-it-py."""

from ...graph.call import Material
from .table import Table, has_decimal_commas

_RULE = "---"


def markdown_tables(material: Material) -> list[Table]:
    """The tables with rows, in order; none where the text has no rule of one (`| --- |`)."""
    return tables_of(material.text(), material.resource.label)


def tables_of(text: str, label: str) -> list[Table]:
    """As `markdown_tables`, of a text from the file `label`."""
    if _RULE not in text or "|" not in text:
        return []
    from markdown_it import MarkdownIt

    tables, row = list[Table](), list[str]()
    names, cells = tuple[str, ...](), list[tuple[str, ...]]()
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        match token.type:
            case "table_open":
                names, cells = (), []
            case "tr_open":
                row = []
            case "inline" if token.level:
                row.append(_plain(token.content))
            case "tr_close" if not names:
                names = tuple(row)
            case "tr_close":
                cells.append(tuple(row))
            case "table_close" if cells:
                tables.append(Table(label, names, tuple(cells), has_decimal_commas("", cells)))
    return tables


def _plain(cell: str) -> str:
    return cell.replace("**", "").replace("`", "").replace("\\|", "|").strip()
