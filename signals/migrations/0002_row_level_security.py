"""What an actor may see of signals, jobs and leads, and who may write them.

Drafts, imports and the values in chunks are their own organisation's alone: not even the programme sees them.
"""

from django.db import migrations

from lantern_site.audit.row_security import OWN, PROGRAMME, visible, written_by

SIGNAL_IS_VISIBLE = f"""
    {OWN}
    OR (
        activated_at IS NOT NULL
        AND status IN ('active', 'held', 'withdrawn', 'retracted', 'expired')
        AND EXISTS (
            SELECT FROM members_membership m JOIN members_organisation o ON o.id = m.organisation_id
            WHERE m.community_id = signals_signal.community_id
              AND m.organisation_id = (SELECT lantern_organisation())
              AND m.left_at IS NULL
              AND (m.sees_older OR m.joined_at <= signals_signal.activated_at)
              AND o.state = 'active' AND o.suspended IN ('', 'submit')
              AND NOT signals_signal.not_to_regions @> ARRAY[o.region]
        )
    )
    OR (
        status IN ('held', 'withdrawn', 'retracted', 'expired')
        AND (
            SELECT true FROM signals_receipt r
            WHERE r.signal_id = signals_signal.id AND r.organisation_id = (SELECT lantern_organisation())
            LIMIT 1
        )
    )
"""
"""Receipts are looked for one by one: EXISTS may gather everything that a member received."""
MINE = "organisation_id = (SELECT lantern_organisation())"
CLOCK = "(SELECT lantern_scope()) = 'clock'"
OWN_OR_CLOCK = f"{CLOCK} OR {MINE}"
OF_OWN_SIGNAL = f"s.{MINE}"
VERSION = "EXISTS (SELECT FROM signals_signal s WHERE s.id = signal_id{also})"
VALUE = "EXISTS (SELECT FROM signals_signal s WHERE s.indicator_id = signals_indicatorvalue.indicator_id{also})"
OF_IMPORT = "EXISTS (SELECT FROM signals_import i WHERE i.id = whole_id)"
OF_JOB = "EXISTS (SELECT FROM signals_matchjob j WHERE j.id = job_id{also})"
RULES = {
    "signals_signal": SIGNAL_IS_VISIBLE,
    "signals_signalversion": VERSION.format(also=""),
    "signals_indicatorvalue": VALUE.format(also=""),
    "signals_showing": OWN,
    "signals_spending": OWN,
    "signals_savedfilter": OWN,
    "signals_draft": OWN_OR_CLOCK,
    "signals_import": OWN_OR_CLOCK,
    "signals_importpart": OF_IMPORT,
    "signals_importrow": OF_IMPORT,
    "signals_matchjob": OWN,
    "signals_chunk": f"{CLOCK} OR {OF_JOB.format(also=f' AND j.{MINE}')}",
    "signals_tally": CLOCK,
    "signals_watchlist": OF_JOB.format(also=""),
    "signals_broadhit": OWN,
    "signals_lead": OWN,
}
WRITTEN_BY_OWNERS = {
    "signals_signal": OWN,
    "signals_signalversion": f"{PROGRAMME} OR {VERSION.format(also=f' AND {OF_OWN_SIGNAL}')}",
    "signals_indicatorvalue": f"{PROGRAMME} OR {VALUE.format(also=f' AND {OF_OWN_SIGNAL}')}",
}


class Migration(migrations.Migration):
    dependencies = [("signals", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        *(migrations.RunSQL(visible(table, rule)) for table, rule in RULES.items()),
        *(migrations.RunSQL(written_by("owners", table, rule)) for table, rule in WRITTEN_BY_OWNERS.items()),
    ]
