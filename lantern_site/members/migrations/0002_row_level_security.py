"""Papers, people and keys are seen by their own organisation and the programme; the registers are the programme's.

A member sees its own attestations, what it was told, and what is public. A pseudonym never changes.
"""

from django.db import migrations

from lantern_site.audit.row_security import OWN, PROGRAMME, visible

MINE = "organisation_id = (SELECT lantern_organisation())"
OF_OWN_KEY = f"{PROGRAMME} OR EXISTS (SELECT FROM members_apikey k WHERE k.id = key_id AND k.{MINE})"
OF_OWN_PERSON = f"{PROGRAMME} OR EXISTS (SELECT FROM members_staff s WHERE s.id = staff_id AND s.{MINE})"
OF_A_VISIBLE_REVIEW = "EXISTS (SELECT FROM members_compliancereview r WHERE r.id = review_id)"
OF_A_VISIBLE_ASSESSMENT = "EXISTS (SELECT FROM members_assessment a WHERE a.id = assessment_id)"
CONCERNS = f"""
    {PROGRAMME} OR EXISTS (
        SELECT FROM members_affected a
        WHERE a.incident_id = members_securityincident.id AND a.{MINE} AND a.informed_at IS NOT NULL
    )
"""
RULES = {
    "members_keyaddress": OF_OWN_KEY,
    "members_application": OWN,
    "members_gate": OWN,
    "members_signature": OWN,
    "members_legalgate": OWN,
    "members_compliancereview": OWN,
    "members_observation": OF_A_VISIBLE_REVIEW,
    "members_testsignal": OWN,
    "members_support": OWN,
    "members_invitation": OWN,
    "members_training": OF_OWN_PERSON,
    "members_notice": OF_OWN_PERSON,
    "members_governmentrequest": PROGRAMME,
    "members_attestation": OWN,
    "members_subjectrequest": PROGRAMME,
    "members_securityincident": CONCERNS,
    "members_affected": f"{PROGRAMME} OR ({MINE} AND informed_at IS NOT NULL)",
    "members_assessment": f"published_at IS NOT NULL OR {PROGRAMME}",
    "members_recommendation": OF_A_VISIBLE_ASSESSMENT,
    "members_meeting": f"is_public OR {PROGRAMME}",
    "members_confirmation": OWN,
}
STABLE_PSEUDONYM = """
CREATE FUNCTION members_refuse_new_pseudonym() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a pseudonym never changes';
END $$;
CREATE TRIGGER pseudonym_is_never_changed BEFORE UPDATE ON members_staff
    FOR EACH ROW WHEN (NEW.pseudonym IS DISTINCT FROM OLD.pseudonym) EXECUTE FUNCTION members_refuse_new_pseudonym();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        *(migrations.RunSQL(visible(table, rule)) for table, rule in RULES.items()),
        migrations.RunSQL(STABLE_PSEUDONYM),
    ]
