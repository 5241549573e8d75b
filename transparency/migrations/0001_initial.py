import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "restates",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restated_by",
                        to="transparency.edition",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveSmallIntegerField(default=1)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("frozen", "Frozen"),
                            ("attested", "Attested"),
                            ("computed", "Computed"),
                            ("approved", "Approved"),
                            ("published", "Published"),
                        ],
                        default="frozen",
                        max_length=10,
                    ),
                ),
                ("position", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("frozen_at", models.DateTimeField()),
                (
                    "frozen_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("attest_before", models.DateTimeField(null=True)),
                ("attested_at", models.DateTimeField(null=True)),
                ("figures", models.JSONField(null=True)),
                ("suppressions", models.JSONField(default=list)),
                ("computed_at", models.DateTimeField(null=True)),
                (
                    "computed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("year", "number"), name="editions_of_a_year_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["frozen", "attested", "computed", "approved", "published"])),
                        name="an_edition_has_a_known_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_by__isnull", True),
                            models.Q(
                                models.Q(("published_by", models.F("frozen_by")), _negated=True),
                                models.Q(("published_by", models.F("computed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="the_editor_does_not_publish",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("computed_at__isnull", True), ("computed_by__isnull", True), ("figures__isnull", True)
                            ),
                            models.Q(
                                ("computed_at__isnull", False),
                                ("computed_by__isnull", False),
                                ("figures__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="figures_say_when_and_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("published_by__isnull", True)),
                            models.Q(("published_at__isnull", False), ("published_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_publication_says_when_and_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage", "published"), _negated=True),
                            models.Q(("computed_at__isnull", False), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_is_published_was_computed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("asked_at__isnull", True), ("asked_by__isnull", True), ("attest_before__isnull", True)
                            ),
                            models.Q(
                                ("asked_at__isnull", False),
                                ("asked_by__isnull", False),
                                ("attest_before__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="members_are_asked_by_somebody_until_a_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attested_at__isnull", True), ("asked_at__isnull", False), _connector="OR"),
                        name="only_who_was_asked_has_attested",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("computed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_approval_says_when_and_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(
                                models.Q(("approved_by", models.F("frozen_by")), _negated=True),
                                models.Q(("approved_by", models.F("computed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="the_editor_does_not_approve",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stage__in", ["approved", "published"]), _negated=True),
                            ("approved_at__isnull", False),
                            models.Q(("asked_at__isnull", True), ("stage", "published")),
                            _connector="OR",
                        ),
                        name="what_is_published_was_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transparency.edition"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                ("figures", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "organisation"), name="a_member_is_asked_once_of_an_edition"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "attestation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="transparency.attestation",
                    ),
                ),
                ("metric", models.CharField(max_length=60)),
                ("note", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attestation", "metric"), name="a_figure_is_contested_once"),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="an_objection_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restatements",
                        to="transparency.edition",
                    ),
                ),
                ("metric", models.CharField(max_length=60)),
                ("changes", models.JSONField()),
                ("reason", models.TextField(blank=True)),
                (
                    "explained_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("explained_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "metric"), name="a_figure_is_restated_once_in_an_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("explained_at__isnull", True), ("explained_by__isnull", True), ("reason", "")),
                            models.Q(
                                models.Q(("reason", ""), _negated=True),
                                ("explained_at__isnull", False),
                                ("explained_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_reason_says_when_and_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_approved_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("explained_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_approves_their_own_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "attestation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="transparency.attestation",
                    ),
                ),
                (
                    "section",
                    models.CharField(choices=[("findings", "Findings"), ("actions", "Actions taken")], max_length=10),
                ),
                ("corrections", models.JSONField(default=list)),
                ("reason", models.TextField(blank=True)),
                ("stated_at", models.DateTimeField()),
                (
                    "stated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("is_kept", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("attestation", "section"), name="a_section_is_stated_once"),
                    models.CheckConstraint(
                        condition=models.Q(("section__in", ["findings", "actions"])),
                        name="a_statement_is_about_a_known_section",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrections", []), ("reason", "")),
                            models.Q(
                                models.Q(("corrections", []), _negated=True), models.Q(("reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_correction_says_why",
                    ),
                ],
            },
        ),
    ]
