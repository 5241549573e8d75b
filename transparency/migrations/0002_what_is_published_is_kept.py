"""What was approved never changes, and a published edition is never removed."""

from django.db import migrations

KEPT = """
CREATE FUNCTION transparency_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is kept: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER what_is_approved_is_kept BEFORE UPDATE OR DELETE ON transparency_restatement
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION transparency_refuse();
CREATE TRIGGER what_is_published_is_kept BEFORE UPDATE OR DELETE ON transparency_edition
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION transparency_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("transparency", "0001_initial")]

    operations = [migrations.RunSQL(KEPT)]
