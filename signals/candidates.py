"""What a member compares: pasted lists, CSV and hash files as typed candidates.

Nothing is lost on the way: every row becomes a candidate (or several, for a line of hashes) or a sentence that says
why not. No sentence repeats what stood in the row, which may be a person's.
"""

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.utils.translation import gettext as _

from lantern_site.errors import Invalid
from signals import normalise
from signals.canonical import answers as canonical
from signals.canonical import payments
from signals.kinds import IDENTIFIERS, OFFERED, PERCEPTUAL, SERVICES, Kind
from signals.normalise import Normal

TEXT = "text"
"""The kind of a candidate in which keywords are looked for. It is no kind of indicator."""

LONGEST_TEXT = 20_000
LONGEST_REFERENCE = 200
LONGEST_LINE = 600_000
"""That of a video of an hour, with a frame for each second."""
COMPARED_AS_DIGEST = OFFERED - PERCEPTUAL
"""Kinds that may be given as public digests: a digest is equal or not, so there is no distance between two."""

_KINDS = {kind.replace("_", ""): kind for kind in (*sorted(OFFERED), TEXT)}
_DIGEST = "digest"
_PUBLIC_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Item:
    """One value as it was given. `public_digest` stands in place of `value`; `reference` is the member's own."""

    kind: str
    value: str = ""
    public_digest: str = ""
    service: str = ""
    quality: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Candidate:
    """One value of a member's own, ready to be compared.

    `value` is a normal form, the text as it was given (kind `text`), or a public digest in hexadecimal (`is_digest`).
    `alias` is the looser form of an e-mail address; `quality` belongs to a PDQ hash. `row` counts from 1.
    """

    row: int
    kind: str
    value: str
    is_digest: bool = False
    alias: str = ""
    reference: str = ""
    quality: int | None = None

    @property
    def is_plain_identifier(self) -> bool:
        return self.kind in IDENTIFIERS and not self.is_digest

    def fields(self) -> list[int | str | bool | None]:
        """What `Candidate(*fields)` makes the same of again."""
        return [self.row, self.kind, self.value, self.is_digest, self.alias, self.reference, self.quality]

    def public_digest(self) -> bytes:
        """The 32 bytes that indicators are found by. A text has none."""
        if self.is_digest:
            return bytes.fromhex(self.value)
        return normalise.public_digest(self.normal())

    def alias_digest(self) -> bytes | None:
        return normalise.alias_digest(self.normal()) if self.alias else None

    def normal(self) -> Normal:
        return Normal(Kind(self.kind), self.value, alias=self.alias or None)


@dataclass(frozen=True)
class Refused:
    """A row that cannot be compared, and why."""

    row: int
    sentence: str


@dataclass(frozen=True)
class Parsed:
    """Everything that was given: each row is among the candidates or the refused, a line of hashes perhaps in both."""

    candidates: tuple[Candidate, ...] = ()
    refused: tuple[Refused, ...] = ()


def decode(data: bytes) -> str:
    """The text of a file. Raises Invalid when it is none that we can read."""
    return "".join(decoded(io.BytesIO(data)))


def decoded(file: io.BytesIO | io.BufferedReader) -> Iterator[str]:
    """The lines of a file, read as they are asked for. Raises Invalid where they are none that we can read."""
    begin = file.read(len(codecs.BOM_UTF16_LE))
    encoding = "utf-16" if begin in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise Invalid(_("A line is longer than %(most)d characters.") % {"most": LONGEST_LINE}, "candidates")
            yield line
    except UnicodeDecodeError:
        raise Invalid(
            _("This file is not text in UTF-8. Save it again as “CSV UTF-8”, or paste its rows."), "candidates"
        ) from None


Row = Candidate | Refused
"""What became of something that was given."""

REFUSED_SHOWN = 200


class Refusals:
    """The first of the rows that were refused, and how many there are. They are shown once, and kept nowhere."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Refused] = []

    def noting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows, looked at as they pass."""
        for row in rows:
            if isinstance(row, Refused):
                self.count += 1
                if self.count <= REFUSED_SHOWN:
                    self.first.append(row)
            yield row


def parse(content: str, *, kind: str = "", service: str = "") -> Parsed:
    """Everything that stands in a text, at once; see `read`."""
    return _gathered(read(_physical_lines(content), kind=kind, service=service))


def read(lines: Iterable[str], *, kind: str = "", service: str = "") -> Iterator[Row]:
    """Candidates from a pasted list, a CSV file with a header, or lines of JSON as the hashing command prints them.

    Lines have their ends, and are taken one by one: a million of them need no more memory than a few (but for texts in
    CSV, which may span lines). `kind` and `service` hold for rows that do not say them. Raises nothing of its own: bad
    rows are among the refused.
    """
    rest, opening = iter(lines), list[str]()
    for line in rest:
        opening.append(line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}") if not opening else line)
        if line.strip():
            break
    first = opening[-1] if opening else ""
    defaults = Item(kind=kind, service=service)
    return _collected(_rows(first, itertools.chain(opening, rest), defaults))


def _rows(first: str, lines: Iterator[str], defaults: Item) -> "Rows":
    """The rows in whichever writing the first line that is not blank gives away."""
    if defaults.kind == TEXT:
        return _each_line(lines, _line, defaults)
    if first.lstrip().startswith("{"):
        return _each_line(lines, _object, defaults)
    if (table := table_of(first)) is not None:
        return _csv_rows(lines, table, defaults)
    return _each_line(lines, _line, defaults)


def _gathered(rows: Iterable[Row]) -> Parsed:
    found = list(rows)
    return Parsed(
        tuple(row for row in found if isinstance(row, Candidate)),
        tuple(row for row in found if isinstance(row, Refused)),
    )


def from_items(items: Iterable[Item]) -> Parsed:
    """Candidates from values that are typed already; the first is row 1."""
    return _gathered(read_items(items))


def read_items(items: Iterable[Item]) -> Iterator[Row]:
    """The same, one by one."""
    return _collected((row, [item]) for row, item in enumerate(items, start=1))


def candidate(row: int, item: Item) -> Candidate:
    """Bring one value into normal form. Raises Invalid with the reason."""
    kind = _kind(item.kind or guessed(item.value.strip()))
    reference = item.reference.strip().encode(errors="replace").decode()  # JSON may hold halves of characters
    if len(reference) > LONGEST_REFERENCE:
        raise Invalid(
            _("The reference is longer than %(most)d characters. Shorten it.") % {"most": LONGEST_REFERENCE},
            "reference",
        )
    if item.public_digest.strip():
        return Candidate(row, kind, _digest(kind, item), is_digest=True, reference=reference)
    if kind == TEXT:
        return Candidate(row, kind, _text(item.value), reference=reference)
    normal = normalise.normal_form(
        Kind(kind), item.value, service=item.service.strip().lower() or None, quality=_quality(item.quality)
    )
    return Candidate(row, kind, normal.value, alias=normal.alias or "", reference=reference, quality=normal.quality)


def _kind(word: str) -> str:
    """The kind behind a word: `SHA-256` and `account id` are understood."""
    known = _KINDS.get(_plain(word))
    if known is None:
        raise Invalid(_("Say of which kind this is: %(kinds)s.") % {"kinds": ", ".join(_KINDS.values())}, "kind")
    return known


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).lower()


def _digest(kind: str, item: Item) -> str:
    if item.value.strip():
        raise Invalid(_("Give the value or its public digest, not both."), "public_digest")
    if kind not in COMPARED_AS_DIGEST:
        raise Invalid(_("This kind is compared by distance or word by word: give the value itself."), "public_digest")
    digest = item.public_digest.strip().lower()
    if not _PUBLIC_DIGEST.fullmatch(digest):
        raise Invalid(
            _("A public digest has 64 characters, the digits 0 to 9 and the letters a to f."), "public_digest"
        )
    return digest


def _text(text: str) -> str:
    if not text.strip():
        raise Invalid(_("Nothing was entered. Enter a value."), "value")
    if len(text) > LONGEST_TEXT:
        raise Invalid(
            _("This text is longer than %(most)d characters. Cut it into several rows.") % {"most": LONGEST_TEXT},
            "value",
        )
    return text


def _quality(text: str) -> int | None:
    if not text.strip():
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text.strip()):
        raise Invalid(_("The quality of a hash is a whole number from 0 to 100."), "quality")
    return int(text)


Rows = Iterable[tuple[int, Sequence[Item] | Invalid]]
"""Row numbers with what stood there, or with the reason why it could not be read."""


def _collected(rows: Rows) -> Iterator[Row]:
    for row, found in rows:
        if isinstance(found, Invalid):
            yield Refused(row, str(found))
            continue
        for item in found:
            try:
                yield candidate(row, item)
            except Invalid as reason:
                yield Refused(row, str(reason))


# Pasted lists: one value a line, a reference after a tab; `kind:value`, or `digest:kind:hex` for a public digest


def _each_line(lines: Iterable[str], reading: Callable[[str, Item], Sequence[Item]], defaults: Item) -> Rows:
    for row, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield row, reading(line, defaults)
            except Invalid as reason:
                yield row, reason


def _physical_lines(content: str) -> list[str]:
    """Lines with their ends, cut at line feeds and carriage returns only: other separators may stand inside a value."""
    return list(io.StringIO(content, newline=""))


def _line(line: str, defaults: Item) -> list[Item]:
    if defaults.kind == TEXT:
        return [replace(defaults, value=line.rstrip("\r\n"))]
    text, _tab, reference = line.partition("\t")
    return [_said(replace(defaults, value=text.strip(), reference=reference))]


def _said(given: Item) -> Item:
    """The item, told by its own value of which kind it is: `kind:value` or `digest:kind:hex`."""
    word, colon, rest = given.value.strip().partition(":")
    if colon and word.strip().lower() == _DIGEST:
        kind, _colon, digest = rest.partition(":")
        return replace(given, kind=kind, value="", public_digest=digest)
    if colon and _plain(word) in _KINDS:
        return replace(given, kind=word, value=rest)
    return given


_HASH_OF_LENGTH: Mapping[int, Kind] = MappingProxyType({16: Kind.PHASH, 32: Kind.MD5, 40: Kind.SHA1})


def guessed(text: str) -> str:
    """The kind of a value that says itself what it is. Raises Invalid where two kinds look the same."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return Kind.URL
    if text.partition(":")[0] in SERVICES:
        return Kind.USERNAME
    if re.fullmatch(r"[^\s@]+@[^\s@]+", text):
        return Kind.EMAIL
    if re.fullmatch(r"[0-9a-fA-F]{64}\s*,\s*[0-9]{1,3}", text):
        return Kind.PDQ
    if re.match(r"[0-9a-fA-F]{64}\s*,\s*[0-9]{1,3}\s*,", text):
        return Kind.VPDQ
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise Invalid(_("This may be a SHA-256 or a PDQ hash. Write sha256: or pdq: before it."), "kind")
    if re.fullmatch(r"[0-9a-fA-F]+", text) and len(text) in _HASH_OF_LENGTH:
        return _HASH_OF_LENGTH[len(text)]
    if _is_payment(text):
        return Kind.PAYMENT
    raise Invalid(_("Say of which kind this is: write it before the value, such as keyword: or username:."), "kind")


def _is_payment(text: str) -> bool:
    """A bank account, a wallet or a cash tag: the first two carry checksums, so that hardly anything else is taken for
    one."""
    try:
        payments.payment(text)
    except canonical.Refused:
        return False
    return True


# CSV


@dataclass(frozen=True)
class Table:
    """The header of a CSV file: its separator, and what each column holds."""

    separator: str
    columns: tuple[str, ...]

    @property
    def spans_lines(self) -> bool:
        """Whether a field may hold line ends. Texts may; anywhere else one is an unclosed quotation mark."""
        return TEXT in self.columns


_SAYS_WHAT = frozenset({"value", "public_digest", TEXT})


def table_of(header: str) -> Table | None:
    """The header of a CSV file, or None when the line is no header."""
    for separator in (",", ";", "\t"):
        names = next(csv.reader([header], delimiter=separator), [])
        columns = tuple(re.sub(r"[\s-]", "_", name.strip().lower()) for name in names)
        if _SAYS_WHAT.intersection(columns):
            return Table(separator, columns)
    return None


def _csv_rows(lines: Iterable[str], table: Table, defaults: Item) -> Rows:
    """Rows under a header; columns that are not ours are left alone. The header is row 1, as a spreadsheet counts."""
    header_seen = False
    for row, fields in enumerate(_records(lines, table), start=1):
        if isinstance(fields, Invalid):
            yield row, fields
        elif not any(field.strip() for field in fields):
            continue
        elif not header_seen:
            header_seen = True
        elif len(fields) > len(table.columns):
            yield row, Invalid(_("This row has more columns than the header. Put quotation marks around the value."))
        else:
            yield row, _csv_items(dict(zip(table.columns, fields, strict=False)), defaults)


def _csv_items(named: Mapping[str, str], defaults: Item) -> list[Item]:
    """The value or public digest of a record, and its text: a file may have either, or both."""
    given = replace(
        defaults,
        **{name: named[name] for name in ("value", "public_digest", "quality", "reference") if name in named},
        kind=named.get("kind", "").strip() or defaults.kind,
        service=named.get("service", "").strip() or defaults.service,
    )
    if not given.kind and not given.public_digest.strip():
        given = _said(given)
    text = named.get(TEXT, "")
    items = [replace(given, kind=TEXT, value=text, public_digest="")] if text.strip() else []
    return [given, *items] if given.value.strip() or given.public_digest.strip() or not items else items


def _records(lines: Iterable[str], table: Table) -> Iterator[list[str] | Invalid]:
    """The fields of each record: of each line, unless fields may span several."""
    if table.spans_lines:
        yield from _spanning(list(lines), table)
        return
    for line in lines:
        yield from _spanning([line], table)


def _spanning(lines: list[str], table: Table) -> Iterator[list[str] | Invalid]:
    """After an unclosed quotation mark reading goes on with the line below: one slip does not swallow the rest."""
    begin = 0
    while begin < len(lines):
        reader = csv.reader(itertools.islice(lines, begin, None), delimiter=table.separator, strict=True)
        read = 0
        try:
            for fields in reader:
                yield fields
                read = reader.line_num
        except csv.Error:
            yield Invalid(_("A quotation mark in this row is not closed, or something stands behind the closing one."))
            read += 1
        begin += max(read, 1)


# One object a line: what the hashing command prints for a file, or `kind` with `value` or `public_digest`

_HASHES_OF_A_FILE = (Kind.PDQ, Kind.PHASH, Kind.SHA256, Kind.SHA1, Kind.MD5, Kind.VIDEO_MD5, Kind.VPDQ)


def _object(line: str, defaults: Item) -> list[Item]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(_("This line is not an object in JSON. Paste the lines as the hashing command prints them."))
    named = {key: str(value) for key, value in found.items() if isinstance(value, (str, int))}
    if isinstance(frames := found.get(Kind.VPDQ), list):
        named[Kind.VPDQ] = json.dumps(frames)
    if not {"value", "public_digest"}.isdisjoint(named):
        return _csv_items(named, defaults)
    reference = named.get("reference") or re.split(r"[/\\]", named.get("file", ""))[-1][-LONGEST_REFERENCE:]
    quality = named.get("quality", "")
    items = [
        Item(kind=kind, value=named[kind], quality=quality if kind == Kind.PDQ else "", reference=reference)
        for kind in _HASHES_OF_A_FILE
        if kind in named
    ]
    if not items:
        raise Invalid(_("No hash stands in this line."))
    return items
