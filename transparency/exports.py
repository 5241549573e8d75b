"""An edition as a table for other programs: one line per figure and cell (RFC 4180)."""

import csv
import io
from collections.abc import Iterator

from transparency.dimensions import Mark, Value
from transparency.figures import Document, PublishedTable

HEAD = (
    "year",
    "metric",
    "unit",
    "source",
    "dimension_1",
    "category_1",
    "dimension_2",
    "category_2",
    "value",
    "status",
)
STATUS = {
    Mark.SUPPRESSED.value: "suppressed",
    Mark.NOT_REPORTED.value: "not_reported",
    Mark.NOT_APPLICABLE.value: "not_applicable",
}
"""What stands in the last column where the value is empty: a lone sign there would begin a formula."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Line = tuple[str, ...]


def csv_of(document: Document) -> str:
    """All figures as CSV with CRLF line ends. No cell can be taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for figure in document["key_figures"]:
        about = (str(document["year"]), figure["id"], figure["unit"], figure["source"])
        writer.writerow(_safe((*about, "", "", "", "", *_value(figure["value"]))))
    for table in document["tables"]:
        about = (str(document["year"]), table["id"], table["unit"], table["source"])
        writer.writerows(_safe((*about, *line)) for line in _cells(table))
    return out.getvalue()


def _cells(table: PublishedTable) -> Iterator[Line]:
    first, second = (*table["dimensions"], "")[:2]
    for row, values in zip(table["rows"], table["cells"], strict=True):
        for column, value in zip(table["columns"], values, strict=True):
            yield first, row, second, column if second else "", *_value(value)


def _value(value: Value) -> Line:
    """The value, or nothing and the reason why."""
    if isinstance(value, str):
        return ("", STATUS[value]) if value in STATUS else (value, "")
    return str(value).removesuffix(".0"), ""


def _safe(line: Line) -> Line:
    return tuple(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line)
