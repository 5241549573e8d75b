"""Reading the whole ledger to prove that nothing is missing from it and nothing in it was changed.

Memory does not grow with the ledger: entries and payloads are read as two streams in the order of positions.
"""

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lantern_site.audit import merkle
from lantern_site.audit.models import Entry, Head, Payload

Row = tuple[Any, ...]
AT_ONCE = 5_000
FIELDS = (
    "position",
    "at",
    "action",
    "subject_kind",
    "subject",
    "organisation",
    "audience",
    "actor_kind",
    "actor",
    "facts",
    "commitment",
)
# What RFC 8785 asks for, as far as entries need it: their keys are ASCII, and they hold words, whole numbers below
# 2^53, booleans and null only. It is several times faster than Entry.leaf_input(); a test holds the two together.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Fault(Exception):
    """The ledger is not what it must be; the message says where, and fits the screen."""


@dataclass(frozen=True)
class Checked:
    """What was verified: every entry up to `position`, under this root."""

    position: int
    root: bytes


def head_position() -> int:
    """The position of the newest entry."""
    return Head.objects.get().position


@transaction.atomic  # a cursor on the server outside a transaction would copy the whole ledger first
def verify() -> Checked:
    """Check that positions are dense up to the head and that payloads match their commitments; compute the root.

    The root is that of RFC 6962 over all leaves. Raises Fault on the first thing that is wrong. A payload that is
    gone is no fault: free text is erased after its time, and its commitment stays.
    """
    newest = Entry.objects.aggregate(newest=Max("position"))["newest"] or 0
    head = head_position()
    if newest > head:
        raise Fault(_("Entry %(newest)s lies beyond the head, %(head)s.") % {"newest": newest, "head": head})
    with closing(_rows(head)) as rows, closing(_payloads(head)) as payloads:
        return Checked(head, merkle.root(_checked_leaves(rows, payloads, head)))


@transaction.atomic
def root_at(position: int) -> bytes:
    """The root of RFC 6962 over the entries up to a position. Raises Fault when one of them is missing."""
    with closing(_rows(position)) as rows:
        return merkle.root(_leaf(row) for row in _dense(rows, position))


def leaf_content(row: Row) -> bytes:
    """The same bytes as Entry.leaf_input(), from the values of FIELDS."""
    content = dict(zip(FIELDS, row, strict=True))
    at: datetime = content["at"]
    content["v"] = 1
    content["at"] = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    commitment = content["commitment"]
    content["commitment"] = bytes(commitment).hex() if commitment is not None else None
    return _canonical(content).encode()


def _checked_leaves(rows: Iterator[Row], payloads: Iterator[Row], head: int) -> Iterator[bytes]:
    payload = next(payloads, None)
    for row in _dense(rows, head):
        position, commitment = row[0], row[-1]
        if payload is not None and payload[0] < position:
            raise Fault(_("There is a payload for position %(position)s but no entry.") % {"position": payload[0]})
        if payload is not None and payload[0] == position:
            _check_payload(position, commitment, payload[1], payload[2])
            payload = next(payloads, None)
        yield _leaf(row)


def _dense(rows: Iterator[Row], upto: int) -> Iterator[Row]:
    expected = 1
    for row in rows:
        if row[0] != expected:
            raise Fault(_("The entry at position %(position)s is missing.") % {"position": expected})
        expected += 1
        yield row
    if expected <= upto:
        raise Fault(_("The entry at position %(position)s is missing.") % {"position": expected})


def _check_payload(position: int, commitment: bytes | None, salt: bytes, body: bytes) -> None:
    if commitment is None:
        raise Fault(_("The entry at position %(position)s has a payload but commits to none.") % {"position": position})
    if sha256(bytes(salt) + bytes(body)).digest() != bytes(commitment):
        raise Fault(_("The payload at position %(position)s does not match its commitment.") % {"position": position})


def _leaf(row: Row) -> bytes:
    return merkle.leaf(leaf_content(row))


def _rows(position: int) -> Generator[Row, None, None]:
    """The values of FIELDS. Close it: a cursor on the server stays open otherwise."""
    yield from Entry.objects.up_to(position).order_by("position").values_list(*FIELDS).iterator(AT_ONCE)


def _payloads(position: int) -> Generator[Row, None, None]:
    rows = Payload.objects.filter(position__lte=position).order_by("position")
    yield from rows.values_list("position", "salt", "body").iterator(AT_ONCE)
