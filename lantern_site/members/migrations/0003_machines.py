"""Keys: networks, rotation, why and by whom they were revoked, and from where they are used."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_communities_and_departures"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("prefix", models.CharField(max_length=49)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_from",
            field=models.CharField(blank=True, default="", max_length=49),
        ),
        migrations.AddField(
            model_name="apikey",
            name="networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=49), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="refused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="refused_from",
            field=models.CharField(blank=True, default="", max_length=49),
        ),
        migrations.AddField(
            model_name="apikey",
            name="replaces",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="replaced_by", to="members.apikey"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="retire_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="revoked_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("rotated", "Rotated"),
                    ("leaked", "It has leaked"),
                    ("left", "The organisation has left"),
                    ("unneeded", "No longer needed"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="revoked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="warned_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("networks__len__lte", 20)), name="a_key_has_few_networks"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("retire_at__isnull", True),
                    models.Q(("retire_at__gte", models.F("issued_at")), ("retire_at__lte", models.F("expires_at"))),
                    _connector="OR",
                ),
                name="a_key_retires_in_its_lifetime",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_used_from", ""), ("last_used_at__isnull", False), _connector="OR"),
                name="a_place_of_use_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("refused_from", ""), ("refused_at__isnull", False), _connector="OR"),
                name="a_refused_place_has_a_time",
            ),
        ),
        migrations.AddField(
            model_name="keyaddress",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="addresses", to="members.apikey"
            ),
        ),
        migrations.AddIndex(
            model_name="keyaddress",
            index=models.Index(fields=["last_seen_at"], name="address_by_last_seen"),
        ),
        migrations.AddConstraint(
            model_name="keyaddress",
            constraint=models.UniqueConstraint(fields=("key", "prefix"), name="one_row_per_key_and_prefix"),
        ),
        migrations.AddConstraint(
            model_name="keyaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_seen_at__lte", models.F("last_seen_at"))),
                name="an_address_is_first_seen_first",
            ),
        ),
    ]
