"""Disputes are seen by their parties and the programme, findings by the member that made them and the programme."""

from django.db import migrations

DISPUTE_IS_VISIBLE = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR opener_id = (SELECT lantern_organisation())
    OR EXISTS (
        SELECT FROM reviews_disputedsignal t
        WHERE t.dispute_id = reviews_dispute.id AND t.organisation_id = (SELECT lantern_organisation())
    )
"""
FINDING_IS_VISIBLE = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR organisation_id = (SELECT lantern_organisation())
"""


def policy(table: str, visible: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({visible}) WITH CHECK ({visible});"
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(policy("reviews_dispute", DISPUTE_IS_VISIBLE)),
        migrations.RunSQL(policy("reviews_finding", FINDING_IS_VISIBLE)),
    ]
