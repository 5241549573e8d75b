"""What a stranger can recompute who has nothing but the download: checksums, sums, and the way to the checkpoint.

Pure, and needs no database.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785

from lantern_site.audit import merkle, notes
from transparency.dimensions import TOTAL, Mark

CHECKSUMS = "SHA256SUMS"
Files = Mapping[str, bytes]


class Wrong(Exception):
    """The download contradicts itself; the message says where."""


@dataclass(frozen=True)
class Sums:
    """What adding up gave for one table: sums that came out right, and sums that hold a hidden cell."""

    table: str
    right: int
    hidden: int


@dataclass(frozen=True)
class Found:
    """Everything that was checked and agreed. `checkpoint` is None where the download has none yet."""

    files: int
    sums: tuple[Sums, ...]
    checkpoint: notes.Checkpoint | None


def opened(file: Path) -> Files:
    """The files of a download; of a lone data file just that. Raises Wrong."""
    if not zipfile.is_zipfile(file):
        return {"data.json": file.read_bytes()}
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check(files: Files, verifier: notes.Verifier | None = None) -> Found:
    """Check all that can be checked. `verifier` is the key that you have from elsewhere. Raises Wrong."""
    if "data.json" not in files:
        raise Wrong("There is no data.json in it.")
    document = json.loads(files["data.json"])
    if rfc8785.dumps(document) != files["data.json"]:
        raise Wrong("data.json is not written in its canonical form (RFC 8785): somebody has touched it.")
    checked = _checksums(files) if CHECKSUMS in files else 1
    if "data.csv" in files:
        _same_numbers(document, files["data.csv"])
    sums = tuple(_sums(table) for table in document["tables"])
    return Found(checked, sums, _checkpoint(document, files, verifier) if "checkpoint.txt" in files else None)


def _checksums(files: Files) -> int:
    listed = {}
    for line in files[CHECKSUMS].decode().splitlines():
        hashed, _spaces, name = line.partition("  ")
        listed[name] = hashed
    for name, content in files.items():
        if name == CHECKSUMS:
            continue
        if listed.get(name) != sha256(content).hexdigest():
            raise Wrong(f"{name} has another checksum than the list says.")
    if missing := listed.keys() - files.keys():
        raise Wrong(f"{', '.join(sorted(missing))} is listed and not there.")
    return len(listed)


def _same_numbers(document: Any, content: bytes) -> None:
    """Whether both files hold the same numbers; the CSV has an empty field where a mark stands."""
    lines = csv.DictReader(io.StringIO(content.decode()))
    written = {(line["metric"], line["category_1"], line["category_2"]): line["value"] for line in lines}
    for place, value in _cells(document):
        number = str(value).removesuffix(".0") if value not in set(Mark) else ""
        if written.get(place) != number:
            raise Wrong(f"data.csv and data.json differ at {' '.join(filter(None, place))}.")


def _cells(document: Any) -> Iterator[tuple[tuple[str, str, str], Any]]:
    for figure in document["key_figures"]:
        yield (figure["id"], "", ""), figure["value"]
    for table in document["tables"]:
        for row, values in zip(table["rows"], table["cells"], strict=True):
            for column, value in zip(table["columns"], values, strict=True):
                yield (table["id"], row, column if len(table["dimensions"]) > 1 else ""), value


def _sums(table: Any) -> Sums:
    """Every row and column that has a total, added up again."""
    by_row = dict(zip(table["rows"], table["cells"], strict=True))
    columns = {name: [cells[place] for cells in table["cells"]] for place, name in enumerate(table["columns"])}
    lines = [(name, dict(zip(table["rows"], cells, strict=True))) for name, cells in columns.items()]
    lines += [(name, dict(zip(table["columns"], cells, strict=True))) for name, cells in by_row.items()]
    right = hidden = 0
    for name, cells in lines:
        if TOTAL not in cells:
            continue
        if any(isinstance(value, str) for value in cells.values()):
            hidden += 1
        elif sum(value for code, value in cells.items() if code != TOTAL) == cells[TOTAL]:
            right += 1
        else:
            raise Wrong(f"{table['id']}: {name} does not add up to its total, {cells[TOTAL]}.")
    return Sums(table["id"], right, hidden)


def _checkpoint(document: Any, files: Files, verifier: notes.Verifier | None) -> notes.Checkpoint:
    """Whether the root of the report lies on the way to a signed checkpoint."""
    try:
        known = verifier or notes.Verifier.parse(files["checkpoint.key"].decode())
        signed = notes.opened(files["checkpoint.txt"].decode(), known)
    except notes.Unreadable as reason:
        raise Wrong(f"checkpoint.txt: {reason}") from None
    path = [bytes.fromhex(node) for node in json.loads(files["consistency.json"])["path"]]
    root = bytes.fromhex(document["root"])
    if not merkle.is_consistent(document["position"], signed.size, root, signed.root, path):
        raise Wrong("The ledger of the checkpoint does not continue the one that the report was counted from.")
    return signed
