"""Disputes are seen by their parties and the programme, findings by the member that made them and the programme.

A party reads a dispute; its row is written by its opener, and for all others by the clock in their services.
"""

from django.db import migrations

from lantern_site.audit.row_security import OWN, PROGRAMME, visible, written_by

OPENED = f"{PROGRAMME} OR opener_id = (SELECT lantern_organisation())"
DISPUTE_IS_VISIBLE = f"""
    {OPENED}
    OR EXISTS (
        SELECT FROM reviews_disputedsignal t
        WHERE t.dispute_id = reviews_dispute.id AND t.organisation_id = (SELECT lantern_organisation())
    )
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(visible("reviews_dispute", DISPUTE_IS_VISIBLE)),
        migrations.RunSQL(visible("reviews_finding", OWN)),
        migrations.RunSQL(written_by("openers", "reviews_dispute", OPENED)),
    ]
