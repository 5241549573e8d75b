"""A hub of any size, made by SQL in a minute or two: the same for the same sizes, and no row that a page cannot read.

Signal number i speaks of indicator number i; the last fifth speaks of indicators that others shared before. The last
signals wait for their review, each third of them for the programme's. Every signal has as many entries in the ledger,
whatever the size.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection

from lantern_site import encryption
from lantern_site.members.models import Organisation, Staff
from signals import normalise, protection
from signals.kinds import Kind
from signals.normalise import Normal

KINDS = (Kind.SHA256, Kind.SHA256, Kind.SHA256, Kind.MD5, Kind.SHA1, Kind.EMAIL, Kind.EMAIL, Kind.URL, Kind.KEYWORD)
YEARS = 2


@dataclass(frozen=True)
class Sizes:
    signals: int
    entries: int
    waiting: int
    """Signals of the first member that wait for their review."""

    @property
    def indicators(self) -> int:
        return self.signals * 4 // 5


@dataclass(frozen=True)
class Cast:
    """Who shares: members, the first of which is visited, each with somebody who acts for it."""

    members: list[Organisation]
    people: list[Staff]
    community: int


def fill(sizes: Sizes, cast: Cast, now: datetime) -> None:
    """Everything at once, as the owner of the schema; the tables must be empty."""
    with _as_owner() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE cast_member (number int, id bigint, public_id bigint, person bigint)")
        for number, (member, person) in enumerate(zip(cast.members, cast.people, strict=True)):
            row = [number, member.pk, member.public_id, person.pk]
            cursor.execute("INSERT INTO cast_member VALUES (%s, %s, %s, %s)", row)
        given = {
            "signals": sizes.signals, "indicators": sizes.indicators, "entries": sizes.entries, "now": now,
            "members": len(cast.members), "community": cast.community, "waiting": sizes.waiting,
            "years": f"{YEARS} years", "visited": cast.members[0].pk,
        }  # fmt: skip
        for table, statement in STATEMENTS.items():
            with _without_indexes(cursor, table):
                if table == "signals_indicator":
                    _copy_indicators(cursor, sizes.signals, now)
                else:
                    cursor.execute(statement, given)
        cursor.execute("UPDATE audit_head SET position = %(entries)s", given)
        cursor.execute("DROP TABLE cast_member")
        for table in STATEMENTS.keys() - {"audit_entry"}:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}", [table])


# A number that looks like chance and is always the same: the hash of the row's number and of a word.
DICE = "(hashint8extended(i, {seed}) & 1048575)::float8 / 1048576"
OF_MEMBER = "((i - 1) %% %(indicators)s * 31 + (i - 1) / %(indicators)s * 7 + 1) %% %(members)s"
HARM = """(ARRAY['csam_verified', 'csam_unverified', 'csam_trade', 'grooming', 'extortion_financial', 'extortion_other',
    'live_abuse', 'contact_abuse', 'trafficking', 'travel', 'sexualised', 'tools', 'other'])
    [1 + (13 * power({dice}, 3))::int %% 13]"""
ROWS = f"""
    SELECT i, waits, m.id AS member, m.person, m.public_id AS member_public,
        CASE WHEN waits THEN i ELSE (i - 1) %% %(indicators)s + 1 END AS indicator,
        CASE WHEN waits THEN %(now)s - interval '2 days' * (%(signals)s - i) / %(waiting)s
             ELSE %(now)s - interval '2 days' - interval %(years)s * (%(signals)s - i) / %(signals)s END AS at,
        CASE WHEN waits THEN 'submitted' WHEN d < 0.80 THEN 'active' WHEN d < 0.82 THEN 'held'
             WHEN d < 0.88 THEN 'withdrawn' WHEN d < 0.90 THEN 'retracted' WHEN d < 0.995 THEN 'expired'
             ELSE 'submitted' END AS status,
        e, {HARM.format(dice=DICE.format(seed=3))} AS harm
    FROM (
        SELECT i, i > %(signals)s - %(waiting)s AS waits, {DICE.format(seed=1)} AS d, {DICE.format(seed=2)} AS e
        FROM generate_series(1::bigint, %(signals)s) AS i
    ) AS numbered
    JOIN cast_member m ON m.number = CASE WHEN waits THEN 0 ELSE {OF_MEMBER} END
"""
STATEMENTS = {
    "signals_indicator": "",
    "signals_signalversion": f"""
        INSERT INTO signals_signalversion (id, signal_id, number, state, proposed_at, proposed_by_id, harm, clause,
            evidence_seen_by, review_method, origin, confidence, behaviours, ai, real_child, account_holder,
            not_to_regions, owner_named, meaning, outward_note, inward_note)
        SELECT i, i, 1, CASE status WHEN 'submitted' THEN 'proposed' ELSE 'current' END, at, person, harm,
            'Child safety 3.2 (2026-01)', 'Child safety team', 'content',
            CASE WHEN e < 0.1 THEN 'another_signal' ELSE 'own_detection' END, 'high', '{{}}', 'not_indicated',
            'unknown', 'unknown', '{{}}', e < 0.8, '', '', ''
        FROM ({ROWS}) AS r
    """,
    "signals_signal": f"""
        INSERT INTO signals_signal (id, public_id, organisation_id, indicator_id, community_id, kind, status,
            current_version_id, harm, prompted, severity, danger, warnings, provisional, contested, caution,
            submitted_at, submitted_by_id, review_due_at, check_due_at, activated_at, ended_at, expires_at, renewals,
            not_to_regions, found_right, found_wrong, position)
        SELECT i, 1000000 + i * 7, member, indicator, %(community)s, indicated.kind, status, i, harm, e > 0.9,
            2 + (e * 3)::int %% 3, e < 0.001, '{{}}', e BETWEEN 0.1 AND 0.102, e BETWEEN 0.2 AND 0.205,
            e BETWEEN 0.2 AND 0.21, at, person, at + interval '1 day',
            CASE WHEN status = 'active' AND e BETWEEN 0.1 AND 0.102 THEN at + interval '1 day' END,
            CASE WHEN status <> 'submitted' THEN at + interval '3 hours' END,
            CASE WHEN status IN ('withdrawn', 'retracted', 'expired') THEN at + interval '60 days' END,
            at + interval '3 years', 0, '{{}}', (e BETWEEN 0.3 AND 0.31)::int, (e BETWEEN 0.305 AND 0.315)::int,
            i + %(signals)s
        FROM ({ROWS}) AS r JOIN signals_indicator indicated ON indicated.id = r.indicator
    """,
    "signals_receipt": f"""
        INSERT INTO signals_receipt (id, signal_id, organisation_id, way, at)
        SELECT i * 2 + n, i, m.id, 'feed', at + interval '4 hours'
        FROM ({ROWS}) AS r CROSS JOIN generate_series(0, 1) AS n
        JOIN cast_member m ON m.number = CASE n WHEN 0 THEN 0 ELSE ({OF_MEMBER} + 1) %% %(members)s END
        WHERE status <> 'submitted' AND m.id <> member AND (n = 0 OR m.number > 0)
    """,
    "reviews_decision": f"""
        INSERT INTO reviews_decision (id, signal_id, version, verdict, attestation, decided_at, decided_by_id,
            organisation_id, outward_note, inward_note)
        SELECT i, i, 1, 'approve', 'evidence', at + interval '3 hours', person, member, '', ''
        FROM ({ROWS}) AS r WHERE status <> 'submitted' OR waits AND i %% 3 = 0 OR NOT waits AND e < 0.5
    """,
    "signals_matchjob": """
        INSERT INTO signals_matchjob (id, public_id, organisation_id, started_by_id, label, purpose, surface, state,
            total, refused, not_eligible, position, started_at)
        SELECT number + 1, 500000 + number, id, person, 'Weekly list', 'accounts_under_review', 'account_data', 'done',
            1, 0, 0, 1, %(now)s FROM cast_member
    """,
    "signals_lead": f"""
        INSERT INTO signals_lead (id, public_id, job_id, organisation_id, indicator_id, signal_id, "row", match,
            distance, created_at, found_at)
        SELECT i, 2000000000 + i, m.number + 1, m.id, indicator, i, i, 'exact', 0, at + interval '4 hours',
            CASE WHEN e < 0.98 THEN at + interval '1 day' END
        FROM ({ROWS}) AS r JOIN cast_member m ON m.number = ({OF_MEMBER} + 1) %% %(members)s
        WHERE i %% 5 = 0 AND status = 'active' AND m.id <> member
    """,
    "audit_entry": f"""
        INSERT INTO audit_entry (position, at, action, subject_kind, subject, organisation, audience, actor_kind, actor,
            facts)
        SELECT p, %(now)s - interval '1 minute' - interval %(years)s * (%(entries)s - p) / %(entries)s,
            (ARRAY['signal.submitted', 'signal.activated', 'signal.revealed', 'finding.recorded', 'lookup.made'])[
                1 + least(4, step)],
            (ARRAY['signal', 'signal', 'signal', 'finding', 'organisation'])[1 + least(4, step)],
            1000000 + i * 7, m.public_id,
            CASE WHEN step = 0 THEN 'organisation:' || m.public_id
                 ELSE 'community:' || (SELECT public_id FROM members_community WHERE id = %(community)s) END,
            'staff', s.public_id,
            jsonb_build_object('kind', 'sha256', 'harm', 'grooming', 'owner', m.public_id, 'severity', 3, 'items', 10)
        FROM (
            SELECT p, 1 + (p * 7919) %% %(signals)s AS i, (p + p / %(signals)s) %% 10 AS step
            FROM generate_series(1::bigint, %(entries)s) AS p
        ) AS numbered
        JOIN cast_member m ON m.number = {OF_MEMBER}
        JOIN members_staff s ON s.id = m.person
    """,
}


def _copy_indicators(cursor: Any, count: int, now: datetime) -> None:
    """With values that decrypt: pages show them masked."""
    with cursor.copy("COPY signals_indicator (id, kind, digest, bucket, created_at) FROM STDIN") as rows:
        for number, normal in _normals(count):
            public = normalise.public_digest(normal)
            rows.write_row((number, normal.kind.value, protection.digest(public), protection.bucket(public), now))
    with cursor.copy("COPY signals_indicatorvalue (indicator_id, ciphertext, key_id) FROM STDIN") as rows:
        for number, normal in _normals(count):
            rows.write_row((number, *encryption.encrypt(normal.value, bound_to=f"indicator:{number}")))


def _normals(count: int) -> Iterator[tuple[int, Normal]]:
    for number in range(1, count + 1):
        yield number, Normal(KINDS[number % len(KINDS)], value_of(number))


def value_of(number: int) -> str:
    """The normal form of an indicator."""
    word = sha256(str(number).encode()).hexdigest()
    return _VALUES.get(KINDS[number % len(KINDS)], "{0}").format(word, word[:32], word[:40])


_VALUES = {
    Kind.MD5: "{1}",
    Kind.SHA1: "{2}",
    Kind.EMAIL: "{1}@example.org",
    Kind.URL: "https://example.org/{1}",
    Kind.KEYWORD: "word {1}",
}


@contextmanager
def _as_owner() -> Iterator[Any]:
    """A plain psycopg cursor with the schema owner's rights; foreign keys and triggers are not asked."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET synchronous_commit = off")
        yield cursor
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("RESET ROLE")


@contextmanager
def _without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Rows are loaded first and indexed afterwards: many times faster. Constraints keep theirs."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND NOT EXISTS"
        " (SELECT FROM pg_constraint WHERE conname = indexname)",
        [table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in found:
        cursor.execute(definition)
