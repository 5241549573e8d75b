"""An external adjudicator sees the case that was given to them: the dispute, its signals, and nothing beside.

Redress is seen by the member whose it is, and the programme.
"""

from django.db import migrations

from lantern_site.audit.row_security import OWN, visible

GIVEN = "(SELECT lantern_scope()) = 'external' AND {assigned_to} = (SELECT lantern_person())"
CASE = GIVEN.format(assigned_to="assigned_to_id")
OF_THE_CASE = f"""
    (SELECT lantern_scope()) = 'external' AND EXISTS (
        SELECT FROM reviews_disputedsignal t JOIN reviews_dispute d ON d.id = t.dispute_id
        WHERE t.signal_id = signals_signal.id AND {GIVEN.format(assigned_to="d.assigned_to_id")}
    )
"""
SEES = "CREATE POLICY given ON {table} FOR SELECT TO lantern_app USING ({rule})"
BACK = "DROP POLICY given ON {table}"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_redress"), ("audit", "0005_person")]

    operations = [
        migrations.RunSQL(SEES.format(table="reviews_dispute", rule=CASE), BACK.format(table="reviews_dispute")),
        migrations.RunSQL(SEES.format(table="signals_signal", rule=OF_THE_CASE), BACK.format(table="signals_signal")),
        migrations.RunSQL(visible("reviews_redress", OWN), migrations.RunSQL.noop),
    ]
