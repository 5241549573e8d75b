"""What people are told in their inboxes: each organisation sees its own people's."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids
from lantern_site.audit.row_security import visible

OWN_OR_CLOCK = "(SELECT lantern_scope()) = 'clock' OR organisation_id = (SELECT lantern_organisation())"
"""Not even the programme reads what other people are told."""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_wellbeing"),
        ("reviews", "0003_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InboxCursor",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="the_inbox_has_one_cursor")],
            },
        ),
        migrations.CreateModel(
            name="InboxNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("handed_over", "A colleague handed you a signal to review"),
                            ("shared", "A signal that you submitted is shared"),
                            ("returned", "A signal that you submitted came back to be corrected"),
                            ("rejected", "A signal that you submitted is rejected"),
                            ("check_failed", "A signal of yours did not pass its completeness check"),
                            ("held", "The programme holds a signal of yours"),
                            ("disputed", "A signal of yours is disputed"),
                            ("answered", "A dispute that you opened is answered"),
                            ("decided", "A dispute is decided"),
                            ("appealed", "The decision of a dispute is appealed"),
                            ("recalled", "Something that you received is recalled"),
                            ("overdue", "A recall waits for you past its time"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[("signal", "Signal"), ("dispute", "Dispute"), ("recall", "Recall")], max_length=8
                    ),
                ),
                ("subject", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="inbox", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["staff", "-at"], name="inbox_by_staff")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "handed_over",
                                    "shared",
                                    "returned",
                                    "rejected",
                                    "check_failed",
                                    "held",
                                    "disputed",
                                    "answered",
                                    "decided",
                                    "appealed",
                                    "recalled",
                                    "overdue",
                                ],
                            )
                        ),
                        name="a_notice_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject_kind__in", ["signal", "dispute", "recall"])),
                        name="a_notice_leads_to_a_known_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=("staff", "kind", "subject"),
                        name="nobody_is_told_twice_before_reading",
                    ),
                ],
            },
        ),
        migrations.RunSQL(visible("reviews_inboxnotice", OWN_OR_CLOCK)),
    ]
