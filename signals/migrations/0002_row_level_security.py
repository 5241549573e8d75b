"""What an actor may see, kept by the database too: the second wall behind `visible_to`."""

from django.db import migrations

SIGNAL_IS_VISIBLE = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR organisation_id = (SELECT lantern_organisation())
    OR (
        activated_at IS NOT NULL
        AND status IN ('active', 'held', 'withdrawn', 'retracted', 'expired')
        AND EXISTS (
            SELECT FROM members_membership m JOIN members_community c ON c.id = m.community_id
            WHERE m.community_id = signals_signal.community_id
              AND m.organisation_id = (SELECT lantern_organisation())
              AND m.left_at IS NULL
              AND (c.open_to_later_members OR m.joined_at <= signals_signal.activated_at)
        )
    )
"""
VERSION_IS_VISIBLE = "EXISTS (SELECT FROM signals_signal s WHERE s.id = signal_id)"
VALUE_IS_VISIBLE = """
    EXISTS (SELECT FROM signals_signal s WHERE s.indicator_id = signals_indicatorvalue.indicator_id)
"""
OWN = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR organisation_id = (SELECT lantern_organisation())
"""


def policy(table: str, visible: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({visible}) WITH CHECK ({visible});"
    )


class Migration(migrations.Migration):
    dependencies = [("signals", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(policy("signals_signal", SIGNAL_IS_VISIBLE)),
        migrations.RunSQL(policy("signals_signalversion", VERSION_IS_VISIBLE)),
        migrations.RunSQL(policy("signals_indicatorvalue", VALUE_IS_VISIBLE)),
        migrations.RunSQL(policy("signals_lead", OWN)),
    ]
