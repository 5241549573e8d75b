"""A ledger of any length, made inside the database: a year in which twelve members share, look up and find."""

from django.db import connection

YEAR = 2025
_FILL = """
INSERT INTO audit_entry
    (position, at, action, subject_kind, subject, organisation, audience, actor_kind, actor, facts, commitment)
SELECT n,
       timestamptz '2025-01-01 00:00:00+00' + interval '365 days' * ((n - 1)::float8 / %(count)s),
       (ARRAY['signal.submitted', 'signal.activated', 'signal.revealed', 'lookup.made', 'job.started', 'job.finished',
              'finding.recorded', 'finding.recorded', 'lookup.made', 'key.used'])[1 + n %% 10],
       (ARRAY['signal', 'signal', 'signal', 'key', 'job', 'job', 'finding', 'finding', 'key', 'key'])[1 + n %% 10],
       1000000 + CASE WHEN n %% 10 IN (6, 7) THEN n ELSE n / 10 END,
       101 + (n / 10) %% 12,
       CASE WHEN n %% 10 = 1 THEN 'community:7' ELSE '' END,
       'staff',
       5000 + n %% 97,
       CASE
           WHEN n %% 10 IN (0, 1) THEN jsonb_build_object(
               'owner', 101 + (n / 10) %% 12, 'indicator', n / 30, 'severity', 1 + (n / 10) %% 4,
               'kind', (ARRAY['sha256', 'pdq', 'email', 'username', 'url'])[1 + (n / 10) %% 5],
               'harm', (ARRAY['csam_verified', 'grooming', 'sextortion'])[1 + (n / 70) %% 3],
               'origin', 'own_detection', 'ai', 'not_indicated', 'status', 'active', 'version', 1)
           WHEN n %% 10 IN (4, 5) THEN jsonb_build_object(
               'purpose', 'new_uploads', 'surface', 'public', 'candidates', 1000 + n %% 977, 'leads', n %% 7)
           WHEN n %% 10 IN (6, 7) THEN jsonb_build_object(
               'outcome', (ARRAY['violation', 'no_violation', 'not_examined'])[1 + (n / 10) %% 3],
               'attribution', 'decisive', 'looks_wrong', 'no', 'hits', 1 + n %% 3,
               'actions', '["content_removed"]'::jsonb,
               'content_removed', n %% 4, 'seconds_since_lead', (n * 37) %% 900000)
           ELSE '{}'::jsonb
       END,
       CASE WHEN n %% 10 = 6 THEN sha256(decode('00', 'hex') || n::text::bytea) END
FROM generate_series(%(after)s + 1, %(upto)s) AS n;
"""
AT_ONCE = 250_000


def fill(count: int) -> None:
    """Make a ledger of `count` entries in an empty database."""
    with connection.cursor() as cursor:
        for after in range(0, count, AT_ONCE):
            cursor.execute(_FILL, {"count": count, "after": after, "upto": min(count, after + AT_ONCE)})
        cursor.execute(
            "INSERT INTO audit_payload (position, salt, body)"
            " SELECT position, decode('00', 'hex'), position::text::bytea FROM audit_entry WHERE commitment IS NOT NULL"
        )
        cursor.execute("UPDATE audit_head SET position = %s", [count])
        cursor.execute("ANALYZE audit_entry")


def empty() -> None:
    """As the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE; SET session_replication_role = replica")
        cursor.execute("TRUNCATE audit_entry, audit_payload, audit_tile, audit_checkpoint")
        cursor.execute("UPDATE audit_head SET position = 0")
        cursor.execute("SET session_replication_role = DEFAULT; RESET ROLE")
