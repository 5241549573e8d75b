"""Seeing is not writing: of what others shared a member reads every row, and changes, adds or removes none.

Restrictive policies stand beside the one that says what is visible, so that a row must pass both. An update may still
lock a foreign row (`FOR SHARE` asks the same policy), but nothing comes of it.
"""

from django.db import migrations

OWN_SIGNAL = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR organisation_id = (SELECT lantern_organisation())
"""
OWN_VERSION = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR EXISTS (
        SELECT FROM signals_signal s WHERE s.id = signal_id AND s.organisation_id = (SELECT lantern_organisation())
    )
"""
OWN_VALUE = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR EXISTS (
        SELECT FROM signals_signal s
        WHERE s.indicator_id = signals_indicatorvalue.indicator_id
          AND s.organisation_id = (SELECT lantern_organisation())
    )
"""
TABLES = {"signals_signal": OWN_SIGNAL, "signals_signalversion": OWN_VERSION, "signals_indicatorvalue": OWN_VALUE}


def policies(table: str, own: str) -> str:
    return (
        f"CREATE POLICY only_owners_add ON {table} AS RESTRICTIVE FOR INSERT TO lantern_app WITH CHECK ({own});"
        f"CREATE POLICY only_owners_change ON {table} AS RESTRICTIVE FOR UPDATE TO lantern_app"
        f" USING (true) WITH CHECK ({own});"
        f"CREATE POLICY only_owners_remove ON {table} AS RESTRICTIVE FOR DELETE TO lantern_app USING ({own});"
    )


def undone(table: str) -> str:
    return "".join(f"DROP POLICY only_owners_{verb} ON {table};" for verb in ("add", "change", "remove"))


class Migration(migrations.Migration):
    dependencies = [("signals", "0005_standing_row_level_security")]

    operations = [migrations.RunSQL(policies(table, own), undone(table)) for table, own in TABLES.items()]
