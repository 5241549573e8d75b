"""The registers are the programme's; a member sees its own attestations, what it was told, and what is public."""

from django.db import migrations

PROGRAMME = "(SELECT lantern_scope()) IN ('programme', 'clock')"
OWN = f"{PROGRAMME} OR organisation_id = (SELECT lantern_organisation())"
INFORMED = f"{PROGRAMME} OR (organisation_id = (SELECT lantern_organisation()) AND informed_at IS NOT NULL)"
CONCERNS = f"""
    {PROGRAMME} OR EXISTS (
        SELECT FROM members_affected a
        WHERE a.incident_id = members_securityincident.id
          AND a.organisation_id = (SELECT lantern_organisation()) AND a.informed_at IS NOT NULL
    )
"""
PUBLISHED = f"published_at IS NOT NULL OR {PROGRAMME}"
OF_A_VISIBLE_ONE = "EXISTS (SELECT FROM members_assessment a WHERE a.id = assessment_id)"
PUBLIC = f"is_public OR {PROGRAMME}"

VISIBLE = {
    "members_governmentrequest": PROGRAMME,
    "members_attestation": OWN,
    "members_subjectrequest": PROGRAMME,
    "members_securityincident": CONCERNS,
    "members_affected": INFORMED,
    "members_assessment": PUBLISHED,
    "members_recommendation": OF_A_VISIBLE_ONE,
    "members_meeting": PUBLIC,
    "members_confirmation": OWN,
}


def policy(table: str, visible: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({visible}) WITH CHECK ({visible});"
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0011_registers"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(policy(table, visible)) for table, visible in VISIBLE.items()]
