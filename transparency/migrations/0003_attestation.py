"""Members confirm or correct their own figures of an edition, and somebody else approves it.

A member sees its own attestation only. What was said when it was closed never changes.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lantern_site.audit.row_security import OWN, visible

OF_VISIBLE_ATTESTATION = "EXISTS (SELECT FROM transparency_attestation a WHERE a.id = attestation_id)"
RULES = {
    "transparency_attestation": OWN,
    "transparency_statement": OF_VISIBLE_ATTESTATION,
    "transparency_objection": OF_VISIBLE_ATTESTATION,
}
KEPT = """
CREATE FUNCTION transparency_refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM transparency_attestation a JOIN transparency_edition e ON e.id = a.edition_id
        WHERE a.id = coalesce(NEW.attestation_id, OLD.attestation_id) AND e.attested_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'what members said is closed: % on % is refused', TG_OP, TG_TABLE_NAME;
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER what_is_closed_is_kept BEFORE INSERT OR UPDATE OR DELETE ON transparency_statement
    FOR EACH ROW EXECUTE FUNCTION transparency_refuse_late();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
        ("members", "0001_initial"),
        ("transparency", "0002_what_is_published_is_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figures", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("metric", models.CharField(max_length=60)),
                ("note", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "section",
                    models.CharField(choices=[("findings", "Findings"), ("actions", "Actions taken")], max_length=10),
                ),
                ("corrections", models.JSONField(default=list)),
                ("reason", models.TextField(blank=True)),
                ("stated_at", models.DateTimeField()),
                ("is_kept", models.BooleanField(default=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="edition",
            name="an_edition_has_a_known_stage",
        ),
        migrations.AddField(
            model_name="edition",
            name="approved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="edition",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="edition",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="attest_before",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="edition",
            name="attested_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="edition",
            name="stage",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["frozen", "attested", "computed", "approved", "published"])),
                name="an_edition_has_a_known_stage",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_at__isnull", True), ("asked_by__isnull", True), ("attest_before__isnull", True)),
                    models.Q(
                        ("asked_at__isnull", False), ("asked_by__isnull", False), ("attest_before__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="members_are_asked_by_somebody_until_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("attested_at__isnull", True), ("asked_at__isnull", False), _connector="OR"),
                name="only_who_was_asked_has_attested",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(
                        ("approved_at__isnull", False), ("approved_by__isnull", False), ("computed_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="an_approval_says_when_and_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["approved", "published"]), _negated=True),
                    ("approved_at__isnull", False),
                    models.Q(("asked_at__isnull", True), ("stage", "published")),
                    _connector="OR",
                ),
                name="what_is_published_was_approved",
            ),
        ),
        migrations.AddField(
            model_name="attestation",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="transparency.edition"
            ),
        ),
        migrations.AddField(
            model_name="attestation",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="attestation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="transparency.attestation"
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="attestation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="transparency.attestation"
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="stated_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.UniqueConstraint(
                fields=("edition", "organisation"), name="a_member_is_asked_once_of_an_edition"
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(fields=("attestation", "metric"), name="a_figure_is_contested_once"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="an_objection_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("attestation", "section"), name="a_section_is_stated_once"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(("section__in", ["findings", "actions"])),
                name="a_statement_is_about_a_known_section",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrections", []), ("reason", "")),
                    models.Q(models.Q(("corrections", []), _negated=True), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_correction_says_why",
            ),
        ),
        *(migrations.RunSQL(visible(table, rule)) for table, rule in RULES.items()),
        migrations.RunSQL(KEPT),
    ]
