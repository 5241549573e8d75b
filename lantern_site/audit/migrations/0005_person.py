"""Row-level security may ask which person acts: an external adjudicator sees what that person was given."""

from django.db import migrations

WHO_IT_IS = """
CREATE FUNCTION lantern_person() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('lantern.person', true), '')::bigint $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_paging")]

    operations = [migrations.RunSQL(WHO_IT_IS, "DROP FUNCTION lantern_person()")]
