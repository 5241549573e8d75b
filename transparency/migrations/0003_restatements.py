"""Editions that restate earlier ones. What was approved never changes, and a published edition is never removed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEPT = """
CREATE FUNCTION transparency_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is kept: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER what_is_approved_is_kept BEFORE UPDATE OR DELETE ON transparency_restatement
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION transparency_refuse();
CREATE TRIGGER what_is_published_is_kept BEFORE UPDATE OR DELETE ON transparency_edition
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION transparency_refuse();
"""


def staff() -> models.ForeignKey:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("transparency", "0002_suppressions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="restates",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="restated_by",
                to="transparency.edition",
            ),
        ),
        migrations.CreateModel(
            name="Restatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(max_length=60)),
                ("changes", models.JSONField()),
                ("reason", models.TextField(blank=True)),
                ("explained_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", staff()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restatements",
                        to="transparency.edition",
                    ),
                ),
                ("explained_by", staff()),
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
        migrations.RunSQL(KEPT),
    ]
