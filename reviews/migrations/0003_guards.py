"""A completeness check may be made again of what was found too broad since."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("reviews", "0002_row_level_security"),
        ("signals", "0008_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="decision",
            name="one_approval_per_version_and_attestation",
        ),
        migrations.AddField(
            model_name="decision",
            name="is_recheck",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_recheck", False), ("verdict", "approve")),
                fields=("signal", "version", "attestation"),
                name="one_approval_per_version_and_attestation",
            ),
        ),
    ]
