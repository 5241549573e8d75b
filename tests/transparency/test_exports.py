import csv
import io

import pytest

from lantern_site.audit import verification
from tests.transparency import ledger
from transparency import exports, figures
from transparency.figures import Document

pytestmark = pytest.mark.django_db


def document() -> Document:
    for number in range(8):
        ledger.signal(ledger.day(number + 1), ledger.MEMBERS[number % 4], harm="grooming" if number else "tools")
    head = verification.head_position()
    return figures.document(2025, head, verification.root_at(head))


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_figure_and_cell_has_a_line() -> None:
    made = document()

    found = lines(exports.csv_of(made))

    cells = sum(len(row) for table in made["tables"] for row in table["cells"])
    assert len(found) == len(made["key_figures"]) + cells
    assert found[0]["metric"] == "signals_shared"
    assert found[0]["value"] == "8"


def test_what_has_no_number_has_a_reason() -> None:
    found = lines(exports.csv_of(document()))

    assert all(bool(line["value"]) != bool(line["status"]) for line in found)
    assert {line["status"] for line in found} == {"", "suppressed", "not_reported", "not_applicable"}
    hidden = [line for line in found if line["metric"] == "shared_by_harm" and line["category_1"] == "tools"]
    assert [(line["value"], line["status"]) for line in hidden] == [("", "suppressed")]


def test_lines_end_as_rfc_4180_says() -> None:
    text = exports.csv_of(document())

    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_no_cell_begins_a_formula() -> None:
    made = document()
    made["tables"][1]["rows"][0] = '=HYPERLINK("http://example.org")'
    made["tables"][1]["rows"][1] = "@SUM(1)"

    found = lines(exports.csv_of(made))

    assert not [cell for line in found for cell in line.values() if cell.startswith(exports.FORMULA)]
    assert [line["category_1"] for line in found if "HYPERLINK" in line["category_1"]] == [
        '\'=HYPERLINK("http://example.org")'
    ]
