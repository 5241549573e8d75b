"""Invitations, training records and notices are seen by their own organisation and the programme.

A pseudonym never changes. The table of sessions that did not know whose they were goes, with what was left in it.
"""

from django.db import migrations

OWN_INVITATION = """
    (SELECT lantern_scope()) IN ('programme', 'clock') OR organisation_id = (SELECT lantern_organisation())
"""
OF_OWN_PERSON = """
    (SELECT lantern_scope()) IN ('programme', 'clock')
    OR EXISTS (
        SELECT FROM members_staff s WHERE s.id = staff_id AND s.organisation_id = (SELECT lantern_organisation())
    )
"""
STABLE_PSEUDONYM = """
CREATE FUNCTION members_refuse_new_pseudonym() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a pseudonym never changes';
END $$;
CREATE TRIGGER pseudonym_is_never_changed BEFORE UPDATE ON members_staff
    FOR EACH ROW WHEN (NEW.pseudonym IS DISTINCT FROM OLD.pseudonym) EXECUTE FUNCTION members_refuse_new_pseudonym();
"""


def policy(table: str, visible: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({visible}) WITH CHECK ({visible});"
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0009_people"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(policy("members_invitation", OWN_INVITATION)),
        migrations.RunSQL(policy("members_training", OF_OWN_PERSON)),
        migrations.RunSQL(policy("members_notice", OF_OWN_PERSON)),
        migrations.RunSQL(STABLE_PSEUDONYM),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session"),
    ]
