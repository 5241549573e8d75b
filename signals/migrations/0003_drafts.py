"""Drafts of what somebody wants to share: seen by their organisation's people alone, not even by the programme."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids
from lantern_site.audit.row_security import visible

OWN_OR_CLOCK = "(SELECT lantern_scope()) = 'clock' OR organisation_id = (SELECT lantern_organisation())"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("signals", "0002_row_level_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "E-mail address"),
                            ("username", "Profile name"),
                            ("account_id", "Account id"),
                            ("url", "URL"),
                            ("keyword", "Keyword"),
                            ("payment", "Payment handle"),
                            ("phone", "Telephone number"),
                            ("md5", "MD5 of a file"),
                            ("sha1", "SHA-1 of a file"),
                            ("sha256", "SHA-256 of a file"),
                            ("pdq", "PDQ of an image"),
                            ("phash", "pHash of an image"),
                            ("video_md5", "MD5 of a video"),
                            ("vpdq", "vPDQ of a video"),
                        ],
                        max_length=16,
                    ),
                ),
                ("content", models.BinaryField()),
                ("saved_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["saved_at"], name="draft_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "email",
                                    "username",
                                    "account_id",
                                    "url",
                                    "keyword",
                                    "payment",
                                    "phone",
                                    "md5",
                                    "sha1",
                                    "sha256",
                                    "pdq",
                                    "phash",
                                    "video_md5",
                                    "vpdq",
                                ],
                            )
                        ),
                        name="a_draft_is_of_a_known_kind",
                    )
                ],
            },
        ),
        migrations.RunSQL(visible("signals_draft", OWN_OR_CLOCK)),
    ]
