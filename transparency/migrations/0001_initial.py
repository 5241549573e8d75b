import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
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
                        condition=models.Q(("stage__in", ["frozen", "computed", "approved", "published"])),
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
    ]
