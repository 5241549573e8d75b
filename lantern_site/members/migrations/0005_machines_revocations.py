"""A key that was revoked says why, and by whom unless time did it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0004_machines_past_revocations")]

    operations = [
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_because", "")),
                    models.Q(
                        ("revoked_at__isnull", False),
                        ("revoked_because__in", ["rotated", "leaked", "left", "unneeded"]),
                    ),
                    _connector="OR",
                ),
                name="a_revoked_key_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    models.Q(("revoked_because__in", ["", "rotated", "left"]), ("revoked_by__isnull", True)),
                    _connector="OR",
                ),
                name="a_revoked_key_says_by_whom",
            ),
        ),
    ]
