"""From where a key is used is seen by its own organisation and by the programme."""

from django.db import migrations

ADDRESS_IS_VISIBLE = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR EXISTS (
        SELECT FROM members_apikey k
        WHERE k.id = members_keyaddress.key_id AND k.organisation_id = (SELECT lantern_organisation())
    )
"""


def policy(table: str, visible: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({visible}) WITH CHECK ({visible});"
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0005_machines_revocations"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(policy("members_keyaddress", ADDRESS_IS_VISIBLE))]
