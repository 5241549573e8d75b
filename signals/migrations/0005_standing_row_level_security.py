"""The second wall follows the first: standing, region, older signals, and what has been corrected."""

from django.db import migrations

SIGNAL_IS_VISIBLE = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR organisation_id = (SELECT lantern_organisation())
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
        AND EXISTS (
            SELECT FROM signals_receipt r
            WHERE r.signal_id = signals_signal.id AND r.organisation_id = (SELECT lantern_organisation())
        )
    )
"""
OWN = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR organisation_id = (SELECT lantern_organisation())
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0004_showings_as_they_were")]

    operations = [
        migrations.RunSQL(
            f"ALTER POLICY visible ON signals_signal USING ({SIGNAL_IS_VISIBLE}) WITH CHECK ({SIGNAL_IS_VISIBLE})"
        ),
        migrations.RunSQL(
            "ALTER TABLE signals_showing ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY visible ON signals_showing TO lantern_app USING ({OWN}) WITH CHECK ({OWN})"
        ),
    ]
