"""Office hours, where people find help, what they spare themselves, and mails about their inbox."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_application_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="care",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="organisation",
            name="closes_at",
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name="organisation",
            name="open_days",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="opens_at",
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name="organisation",
            name="time_zone",
            field=models.CharField(default="UTC", max_length=40),
        ),
        migrations.AddField(
            model_name="staff",
            name="digest",
            field=models.CharField(
                choices=[("never", "Never"), ("daily", "Once a day"), ("weekly", "Once a week, on Monday")],
                default="daily",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="digest_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="staff",
            name="spared_harms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=32), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="spared_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16), default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_at__isnull", True), ("open_days", []), ("opens_at__isnull", True)),
                    models.Q(models.Q(("open_days", []), _negated=True), ("closes_at__gt", models.F("opens_at"))),
                    _connector="OR",
                ),
                name="office_hours_are_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__in", ["never", "daily", "weekly"])), name="a_digest_has_a_known_rhythm"
            ),
        ),
    ]
