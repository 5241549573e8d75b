"""A file of rows, CSV or lines of JSON, read as a stream: one row is held at a time, and none may be endless.

What makes the whole file unreadable raises Invalid before anything is done with its rows; what is wrong with one row
becomes that row's sentence. No sentence repeats what stood in the file, which may be a person's.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from lantern_site.errors import Invalid
from signals import cells

MOST_ROWS = 100_000
LONGEST_ROW = 20_000
"""Characters, line ends of quoted cells included."""
SEPARATORS = (",", ";", "\t")
FIELD = "file"
"""The input that is at fault when the file as a whole is refused."""

_SNIFFED = 4_096


@dataclass(frozen=True)
class Record:
    """A row by the names of its columns; cells that are empty are left out. The header of a CSV file is row 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Unreadable:
    """A row that cannot be read, and why."""

    number: int
    sentence: str


Row = Record | Unreadable


@dataclass(frozen=True)
class Names:
    """What columns may be called: those that are read, those that are read over, and one that must be there."""

    read: Collection[str]
    read_over: Collection[str]
    needed: str

    def __contains__(self, name: str) -> bool:
        return name in self.read or name in self.read_over

    def __str__(self) -> str:
        return ", ".join(self.read)


def read(stream: BinaryIO, columns: Names) -> Iterator[Row]:
    """The rows of a file, in order. `stream` can be rewound.

    Raises Invalid for `file`, also after some rows: whoever has begun to keep them lets them go.
    """
    _not_something_else(stream.read(_SNIFFED))
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield from _counted(_rows(_Lines(text), columns))
    except UnicodeDecodeError:
        raise _refused(
            _("This file is not text in UTF-8. Save it again as “CSV UTF-8” and choose that file.")
        ) from None
    finally:
        text.detach()


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, FIELD)


def _counted(rows: Iterable[Row]) -> Iterator[Row]:
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise _refused(_("This file has more than %(most)d rows. Cut it into several files.") % {"most": MOST_ROWS})
        yield row
    if not count:
        raise _refused(_("This file has no rows below its header. Choose the file that holds them."))


# What is no text at all

_ARCHIVES = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM\x00")
_ZIP, _OLD_OFFICE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def _not_something_else(begin: bytes) -> None:
    """Refuse by its first bytes what is no file of rows. Nothing is ever unpacked here."""
    if not begin.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise _refused(_("This file is empty. Choose the file that holds the rows."))
    if begin.startswith((_ZIP, _OLD_OFFICE)):
        raise _refused(_("This is a workbook or an archive, not a CSV file. Save the sheet as “CSV UTF-8”."))
    if begin.startswith(_ARCHIVES):
        raise _refused(_("This file is compressed. Unpack it and choose the file inside."))
    if begin.startswith(_PICTURES):
        raise _refused(_("This is a picture. Nothing of it was kept. Choose a CSV file or lines of JSON."))
    if begin.startswith(_PDF):
        raise _refused(_("This is a PDF, not a CSV file. Export the table from where it was made."))
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")) or begin.count(0) * 4 > len(begin):
        raise _refused(
            _("This file is written in UTF-16, or is no text. Save the table as “CSV UTF-8” and choose that file.")
        )
    first = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first.startswith(b"<"):
        raise _refused(_("This is a web page or XML, not a CSV file. Download the file itself."))
    if first.startswith(b"["):
        raise _refused(_("This is one list in JSON. Write one object a line, without brackets and commas around them."))


# Lines


class _Lines:
    """Physical lines with their ends, each of a length that memory has room for, and a count of what was read since
    the last row began."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._length = 0
        self.row = 1

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_ROW + 1):
            self._length += len(line)
            if self._length > LONGEST_ROW:
                raise _refused(
                    _(
                        "Row %(row)d is longer than %(most)d characters. Perhaps a quotation mark in it is not closed:"
                        " close it, or cut the text."
                    )
                    % {"row": self.row, "most": LONGEST_ROW}
                )
            if "\x00" in line:
                raise _refused(
                    _("Row %(row)d holds characters that are not text. Save the file again as “CSV UTF-8”.")
                    % {"row": self.row}
                )
            yield line

    def next_row(self) -> None:
        self.row += 1
        self._length = 0


def _rows(lines: _Lines, columns: Names) -> Iterator[Row]:
    waiting = iter(lines)
    for first in waiting:
        if first.strip():
            break
        lines.next_row()
    else:
        raise _refused(_("This file is empty. Choose the file that holds the rows."))
    if first.lstrip().startswith("{"):
        return _objects(first, waiting, lines, columns)
    return _table(first, waiting, lines, columns)


# CSV


def _table(header: str, waiting: Iterator[str], lines: _Lines, columns: Names) -> Iterator[Row]:
    separator, names = _header(header, columns.needed)
    _check_names(names, columns)
    lines.next_row()
    reader = csv.reader(waiting, delimiter=separator, strict=True)
    while True:
        try:
            found = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _refused(
                _(
                    "A quotation mark in row %(row)d is not closed, or something stands behind the closing one."
                    " Write each quotation mark inside a cell twice."
                )
                % {"row": lines.row}
            ) from None
        if any(cell.strip() for cell in found):
            yield _record(lines.row, found, names)
        lines.next_row()


def _header(line: str, needed: str) -> tuple[str, Sequence[str]]:
    for separator in SEPARATORS:
        try:
            cells_of_line = next(csv.reader([line], delimiter=separator, strict=True), [])
        except csv.Error:
            continue
        names = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in cells_of_line]
        if needed in names:
            return separator, names
    raise _refused(
        _(
            "The first row names no column “%(column)s”. Write the names of the columns into the first row, separated"
            " by commas, semicolons or tabs."
        )
        % {"column": needed}
    )


def _check_names(names: Sequence[str], columns: Names) -> None:
    for number, name in enumerate(names, start=1):
        if name not in columns:
            raise _refused(
                _("Column %(number)d of the first row has no name that is known here. Known are: %(known)s.")
                % {"number": number, "known": columns}
            )
        if name in names[: number - 1]:
            raise _refused(
                _("Two columns are called “%(column)s”. Keep one of them, so that it is clear which one counts.")
                % {"column": name}
            )


def _record(number: int, found: Sequence[str], names: Sequence[str]) -> Row:
    if len(found) > len(names):
        return Unreadable(
            number, _("This row has more columns than the first one. Put quotation marks around cells with separators.")
        )
    given = {name: cell for name, cell in zip(names, found, strict=False) if cell.strip()}
    for name, cell in given.items():
        if cells.is_formula(cell):
            return Unreadable(
                number,
                _(
                    "The cell “%(column)s” begins like a formula of a spreadsheet. Write the value itself; if it does"
                    " begin so, put an apostrophe before it."
                )
                % {"column": name},
            )
    return _clean(number, {name: cells.plain(cell) for name, cell in given.items()})


def _clean(number: int, given: Mapping[str, str]) -> Row:
    """The row, unless a cell of it holds what can neither be shown nor kept."""
    for name, cell in given.items():
        if any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\t\r\n" for each in cell):
            return Unreadable(
                number,
                _("The cell “%(column)s” holds characters that are not text. Type it again.") % {"column": name},
            )
    return Record(number, given)


# Lines of JSON


def _objects(first: str, waiting: Iterator[str], lines: _Lines, columns: Names) -> Iterator[Row]:
    line: str | None = first
    while line is not None:
        if line.strip():
            yield _object(lines.row, line, columns)
        lines.next_row()
        line = next(waiting, None)


def _object(number: int, line: str, columns: Names) -> Row:
    try:
        found = json.loads(line, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Unreadable(number, _("This line is not one object in JSON, with each name once."))
    if any(name not in columns for name in found):
        return Unreadable(
            number, _("A name in this line is not known here. Known are: %(known)s.") % {"known": columns}
        )
    given = {}
    for name, value in found.items():
        text = _text(value)
        if text is None:
            return Unreadable(
                number, _("“%(column)s” must be a text, or a list of texts where several fit.") % {"column": name}
            )
        if text.strip():
            given[name] = text
    return _clean(number, given)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _text(value: Any) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ";".join(value)
    return str(value) if isinstance(value, str | int) else None
