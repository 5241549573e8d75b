"""The entries of the ledger as the leaves of its tree, as a stream: memory does not grow with the ledger."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lantern_site.audit import merkle

Row = tuple[Any, ...]
AT_ONCE = 5_000
# The order is that of the parameters of `content_of`.
SELECT = """
SELECT position, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), action, subject_kind, subject,
       organisation, audience, actor_kind, actor, facts::text, encode(commitment, 'hex')
FROM audit_entry WHERE position > %s AND position <= %s ORDER BY position
"""
# What RFC 8785 asks for, as far as entries need it: their keys are ASCII, and they hold words, whole numbers below
# 2^53, booleans and null only. It is several times faster than Entry.leaf_input(); a test holds the two together.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_word = lru_cache(4096)(_canonical)


class Fault(Exception):
    """The ledger is not what it must be; the message says where, and fits the screen."""


def between(after: int, upto: int) -> Iterator[bytes]:
    """The leaf hashes of the entries behind one position, up to another. Raises Fault when one of them is missing.

    Needs a transaction: the cursor on the server lives in it.
    """
    with closing(rows(after, upto)) as found:
        for row in found:
            yield of(row)


def rows(after: int, upto: int) -> Generator[Row, None, None]:
    """Entries as `content_of` takes them, dense. Close it: a cursor on the server stays open otherwise."""
    expected = after + 1
    with connection.chunked_cursor() as cursor:
        cursor.execute(SELECT, [after, upto])
        for row in chain.from_iterable(iter(partial(cursor.fetchmany, AT_ONCE), [])):
            if row[0] != expected:
                break
            expected += 1
            yield row
    if expected <= upto:
        raise Fault(_("The entry at position %(position)s is missing.") % {"position": expected})


def of(row: Row) -> bytes:
    """The leaf hash of an entry."""
    return merkle.leaf(content_of(*row))


def content_of(
    position: int,
    at: str,
    action: str,
    subject_kind: str,
    subject: int,
    organisation: int | None,
    audience: str,
    actor_kind: str,
    actor: int,
    facts: str,
    commitment: str | None,
) -> bytes:
    """The same bytes as Entry.leaf_input(), from what the database writes: `facts` is any JSON of them."""
    return (
        f'{{"action":{_word(action)},"actor":{actor},"actor_kind":{_word(actor_kind)},"at":"{at}",'
        f'"audience":{_word(audience)},"commitment":{_quoted(commitment)},'
        f'"facts":{facts if facts == "{}" else _canonical(json.loads(facts))},'
        f'"organisation":{"null" if organisation is None else organisation},"position":{position},'
        f'"subject":{subject},"subject_kind":{_word(subject_kind)},"v":1}}'
    ).encode()


def _quoted(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'
