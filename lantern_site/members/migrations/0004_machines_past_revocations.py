"""Keys that were revoked before anybody was asked why: the ledger says by whom, and no reason is on record."""

from django.db import migrations

SAY_BY_WHOM = """
UPDATE members_apikey k SET revoked_because = 'unneeded', revoked_by_id = coalesce(
    (
        SELECT s.id FROM audit_entry e JOIN members_staff s ON s.public_id = e.actor
        WHERE e.action = 'key.revoked' AND e.subject = k.public_id ORDER BY e.position LIMIT 1
    ),
    k.issued_by_id
)
WHERE k.revoked_at IS NOT NULL AND k.revoked_because = ''
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_machines"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(SAY_BY_WHOM, migrations.RunSQL.noop)]
