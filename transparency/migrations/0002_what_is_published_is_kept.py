"""What was approved or closed never changes, and a published edition is never removed. A member sees its own attestation
only."""

from django.db import migrations

from lantern_site.audit.row_security import OWN, visible

OF_VISIBLE_ATTESTATION = "EXISTS (SELECT FROM transparency_attestation a WHERE a.id = attestation_id)"
RULES = {
    "transparency_attestation": OWN,
    "transparency_statement": OF_VISIBLE_ATTESTATION,
    "transparency_objection": OF_VISIBLE_ATTESTATION,
}
KEPT = """
CREATE FUNCTION transparency_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is kept: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER what_is_approved_is_kept BEFORE UPDATE OR DELETE ON transparency_restatement
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION transparency_refuse();
CREATE TRIGGER what_is_published_is_kept BEFORE UPDATE OR DELETE ON transparency_edition
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION transparency_refuse();
CREATE FUNCTION transparency_refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM transparency_attestation a JOIN transparency_edition e ON e.id = a.edition_id
        WHERE a.id = coalesce(NEW.attestation_id, OLD.attestation_id) AND e.attested_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'what members said is closed: % on % is refused', TG_OP, TG_TABLE_NAME;
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER what_is_closed_is_kept BEFORE INSERT OR UPDATE OR DELETE ON transparency_statement
    FOR EACH ROW EXECUTE FUNCTION transparency_refuse_late();
"""


class Migration(migrations.Migration):
    dependencies = [("transparency", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(KEPT), *(migrations.RunSQL(visible(table, rule)) for table, rule in RULES.items())]
