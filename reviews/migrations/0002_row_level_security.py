"""Disputes are seen by their parties and the programme, findings by the member that made them and the programme.

A party reads a dispute; its row is written by its opener, and for all others by the clock in their services. An external
adjudicator sees the case that was given to them: the dispute, its signals, and nothing beside. What people are told in
their inboxes, and how they agree, not even the programme reads.
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
OWN_OR_CLOCK = "(SELECT lantern_scope()) = 'clock' OR organisation_id = (SELECT lantern_organisation())"
OF_PEOPLE = (
    "reviews_inboxnotice",
    "reviews_qualityrule",
    "reviews_secondlook",
    "reviews_practiceitem",
    "reviews_practiceanswer",
)
GIVEN = "(SELECT lantern_scope()) = 'external' AND {assigned_to} = (SELECT lantern_person())"
OF_THE_CASE = f"""
    (SELECT lantern_scope()) = 'external' AND EXISTS (
        SELECT FROM reviews_disputedsignal t JOIN reviews_dispute d ON d.id = t.dispute_id
        WHERE t.signal_id = signals_signal.id AND {GIVEN.format(assigned_to="d.assigned_to_id")}
    )
"""
SEES = "CREATE POLICY given ON {table} FOR SELECT TO lantern_app USING ({rule})"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(visible("reviews_dispute", DISPUTE_IS_VISIBLE)),
        migrations.RunSQL(visible("reviews_finding", OWN)),
        migrations.RunSQL(visible("reviews_redress", OWN)),
        *(migrations.RunSQL(visible(table, OWN_OR_CLOCK)) for table in OF_PEOPLE),
        migrations.RunSQL(written_by("openers", "reviews_dispute", OPENED)),
        migrations.RunSQL(SEES.format(table="reviews_dispute", rule=GIVEN.format(assigned_to="assigned_to_id"))),
        migrations.RunSQL(SEES.format(table="signals_signal", rule=OF_THE_CASE)),
    ]
