"""Imports: files of signals on their way in, seen by their own organisation only, not by the programme either."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids
from lantern_site.audit.row_security import visible

MINE = "(SELECT lantern_scope()) = 'clock' OR organisation_id = (SELECT lantern_organisation())"
OF_MINE = "EXISTS (SELECT FROM signals_import i WHERE i.id = whole_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("signals", "0003_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("digest", models.BinaryField()),
                ("label", models.CharField(blank=True, max_length=60)),
                ("language", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("sharing", "Sharing"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                            ("forgotten", "Forgotten"),
                        ],
                        default="checking",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("handed_in_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                (
                    "chosen",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "community",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.community"
                    ),
                ),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "handed_in_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="members.apikey",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="members.organisation"
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submitted_with",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.apikey"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leased_by", models.CharField(blank=True, max_length=40)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("number", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("first", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                ("ciphertext", models.BinaryField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "whole",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="signals.import"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("warned", "New, with a warning"),
                            ("exists", "Shared already"),
                            ("repeats", "Repeats a row"),
                            ("refused", "Refused"),
                            ("shared", "Submitted"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
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
                        max_length=12,
                    ),
                ),
                ("digest", models.BinaryField(null=True)),
                ("repeats", models.PositiveIntegerField(null=True)),
                (
                    "warnings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                ("sentence", models.CharField(blank=True, max_length=600)),
                ("reference", models.BinaryField(null=True)),
                (
                    "signal",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signals.signal"
                    ),
                ),
                (
                    "whole",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="signals.import"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["organisation", "-id"], name="import_by_organisation"),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["checking", "checked", "sharing", "done", "cancelled", "failed", "forgotten"])
                ),
                name="an_import_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ["checking", "checked", "sharing"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["done", "cancelled", "failed", "forgotten"])),
                    _connector="OR",
                ),
                name="an_import_that_has_ended_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("community__isnull", True), ("submitted_at__isnull", True), ("submitted_by__isnull", True)
                    ),
                    models.Q(
                        ("community__isnull", False), ("submitted_at__isnull", False), ("submitted_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="an_import_is_submitted_by_somebody_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["checking", "checked", "sharing"])),
                fields=("organisation", "digest"),
                name="one_open_import_of_a_file",
            ),
        ),
        migrations.AddIndex(
            model_name="importpart",
            index=models.Index(condition=models.Q(("done_at__isnull", True)), fields=["whole"], name="part_waiting"),
        ),
        migrations.AddConstraint(
            model_name="importpart",
            constraint=models.UniqueConstraint(fields=("whole", "number"), name="parts_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="importpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at__isnull", True), ("ciphertext__isnull", True), _connector="OR"),
                name="a_done_part_is_wiped",
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["whole", "verdict", "number"], name="row_by_verdict"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["whole", "digest", "number"], name="row_by_digest"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("whole", "number"), name="rows_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["new", "warned", "exists", "repeats", "refused", "shared"])),
                name="a_row_has_a_known_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "shared"), _negated=True), ("signal__isnull", False), _connector="OR"
                ),
                name="a_shared_row_has_its_signal",
            ),
        ),
        migrations.RunSQL(visible("signals_import", MINE)),
        migrations.RunSQL(visible("signals_importpart", OF_MINE)),
        migrations.RunSQL(visible("signals_importrow", OF_MINE)),
    ]
