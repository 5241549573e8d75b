"""Files read as streams: whatever their size, a bounded piece of them is held at a time."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.errors import Invalid
from signals import proposals, records
from signals.records import Record, Unreadable


class Endless(io.RawIOBase):
    """A stream without an end, which counts what is read of it and what is held."""

    def __init__(self, begin: bytes, again: bytes) -> None:
        self.taken = 0
        self._begin, self._again = begin, again
        self._left = bytearray(begin)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._left = bytearray(self._begin)
        return 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "nobody may ask for all of it"
        while len(self._left) < size:
            self._left += self._again
        piece = bytes(self._left[:size])
        del self._left[:size]
        self.taken += size
        return piece


def read(content: bytes | str) -> list[records.Row]:
    data = content.encode() if isinstance(content, str) else content
    return list(records.read(io.BytesIO(data), proposals.NAMES))


def cells(content: bytes | str) -> list[dict[str, str]]:
    rows = read(content)
    assert all(isinstance(row, Record) for row in rows)
    return [dict(row.cells) for row in rows if isinstance(row, Record)]


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (b"kind,value\nemail,", b"a" * 4096),
        (b'kind,value\nemail,"', b"a\n" * 2048),
        (b"value", b"," * 4096),
        (b'{"value": "', b"a" * 4096),
    ],
    ids=["line", "quotation", "header", "JSON"],
)
def test_a_line_without_an_end_is_refused_after_a_few_thousand_characters(begin: bytes, again: bytes) -> None:
    stream = Endless(begin, again)

    with pytest.raises(Invalid, match="longer than"):
        list(records.read(stream, proposals.NAMES))  # type: ignore[arg-type]

    assert stream.taken < 100_000


def test_rows_come_one_after_the_other_while_the_file_is_read() -> None:
    row = b"email,account.4e07408562@example.org\n"
    stream = Endless(b"kind,value\n", row)
    rows: Iterator[records.Row] = records.read(stream, proposals.NAMES)  # type: ignore[arg-type]
    ahead = 0

    for count in range(1, 20_000):
        next(rows)
        ahead = max(ahead, stream.taken - count * len(row))

    assert ahead < 50_000


def test_a_file_ends_with_the_last_row_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_ROWS", 3)

    assert len(read("value\na\nb\nc\n")) == 3
    with pytest.raises(Invalid, match="more than 3 rows"):
        read("value\na\nb\nc\nd\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_line_ends_and_separators_are_found_out(end: str, separator: str) -> None:
    content = end.join(("Kind,Value,Evidence seen by", "email,a,b", "url,c,d")).replace(",", separator)

    assert cells(content) == [
        {"kind": "email", "value": "a", "evidence_seen_by": "b"},
        {"kind": "url", "value": "c", "evidence_seen_by": "d"},
    ]


def test_line_ends_may_differ_within_a_file() -> None:
    assert cells("value\r\na\nb\rc\r\n\nd") == [{"value": each} for each in "abcd"]


def test_rows_are_counted_as_a_spreadsheet_does() -> None:
    rows = read('\nvalue,clause\n\na,"two\nlines"\n,\nb\n')

    assert [(row.number, isinstance(row, Record)) for row in rows] == [(4, True), (6, True)]


def test_a_mark_at_the_beginning_is_read_over() -> None:
    assert cells("\ufeffvalue\na\n") == [{"value": "a"}]
    assert cells('\ufeff{"value": "a"}\n') == [{"value": "a"}]


def test_columns_of_an_export_are_read_over_and_short_rows_are_filled() -> None:
    assert cells("signal,value,clause\nLN-1,a\n") == [{"signal": "LN-1", "value": "a"}]


def test_lines_of_json_say_the_same() -> None:
    line = '{"value": "a", "behaviours": ["poses", "moves"], "owner_named": false, "quality": 80, "clause": null}'

    assert cells(f"\n{line}\n\n") == [{"value": "a", "behaviours": "poses;moves", "owner_named": "no", "quality": "80"}]


def test_a_value_that_only_looks_like_a_formula_is_taken() -> None:
    assert cells("value\n+33 6 12-34\n@some_body\n-5\n'=sum\n'quoted'\n") == [
        {"value": "+33 6 12-34"},
        {"value": "@some_body"},
        {"value": "-5"},
        {"value": "=sum"},
        {"value": "'quoted'"},
    ]


def test_one_wrong_row_does_not_spoil_the_others() -> None:
    rows = read('{"value": "a"}\nnonsense\n{"value": "b"}\n')

    assert [type(row) for row in rows] == [Record, Unreadable, Record]


def sentences(content: bytes) -> list[str]:
    """What is said about a file or its rows; of rows that can be read, nothing."""
    try:
        return [row.sentence for row in read(content) if isinstance(row, Unreadable)]
    except Invalid as refusal:
        return [str(refusal)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    assert all(sentence.endswith(".") for sentence in sentences(content))


@given(st.text(max_size=200), st.sampled_from(["value,kind\n", '{"value": "']))
def test_any_text_below_a_header_is_read_or_refused_with_a_sentence(content: str, begin: str) -> None:
    said = sentences((begin + content).encode("utf-8", "surrogatepass"))

    assert all(sentence.endswith(".") for sentence in said)
