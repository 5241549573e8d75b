"""A party reads a dispute; its row is written by its opener, and for all others by the clock in their services."""

from django.db import migrations

OPENED = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR opener_id = (SELECT lantern_organisation())
"""
WRITE = (
    f"CREATE POLICY only_openers_add ON reviews_dispute AS RESTRICTIVE FOR INSERT TO lantern_app WITH CHECK ({OPENED});"
    "CREATE POLICY only_openers_change ON reviews_dispute AS RESTRICTIVE FOR UPDATE TO lantern_app"
    f" USING (true) WITH CHECK ({OPENED});"
    f"CREATE POLICY only_openers_remove ON reviews_dispute AS RESTRICTIVE FOR DELETE TO lantern_app USING ({OPENED});"
)
UNDONE = "".join(f"DROP POLICY only_openers_{verb} ON reviews_dispute;" for verb in ("add", "change", "remove"))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0003_hold_while_examined")]

    operations = [migrations.RunSQL(WRITE, UNDONE)]
