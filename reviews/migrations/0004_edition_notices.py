"""Notices that lead to a member's own numbers of the yearly report."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("reviews", "0003_quality"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="inboxnotice",
            name="a_notice_has_a_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="inboxnotice",
            name="a_notice_leads_to_a_known_thing",
        ),
        migrations.AlterField(
            model_name="inboxnotice",
            name="kind",
            field=models.CharField(
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
                    ("figures", "Confirm your organisation's numbers of the year"),
                    ("figures_due", "Your organisation's numbers of the year are due soon"),
                    ("seen_otherwise", "A colleague saw a signal differently from you: talk about it"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="inboxnotice",
            name="subject_kind",
            field=models.CharField(
                choices=[
                    ("signal", "Signal"),
                    ("dispute", "Dispute"),
                    ("recall", "Recall"),
                    ("edition", "Edition"),
                    ("look", "Look"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="inboxnotice",
            constraint=models.CheckConstraint(
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
                            "figures",
                            "figures_due",
                            "seen_otherwise",
                        ],
                    )
                ),
                name="a_notice_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="inboxnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject_kind__in", ["signal", "dispute", "recall", "edition", "look"])),
                name="a_notice_leads_to_a_known_thing",
            ),
        ),
    ]
