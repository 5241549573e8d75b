"""An organisation's papers are seen by itself and by the programme."""

from django.db import migrations

OWN = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR organisation_id = (SELECT lantern_organisation())
"""
REVIEW_IS_VISIBLE = "EXISTS (SELECT FROM members_compliancereview r WHERE r.id = review_id)"
TABLES = (
    "members_application",
    "members_gate",
    "members_signature",
    "members_legalgate",
    "members_compliancereview",
    "members_testsignal",
    "members_support",
)


def policy(table: str, visible: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({visible}) WITH CHECK ({visible});"
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0007_admission"), ("audit", "0002_append_only")]

    operations = [
        *(migrations.RunSQL(policy(table, OWN)) for table in TABLES),
        migrations.RunSQL(policy("members_observation", REVIEW_IS_VISIBLE)),
    ]
