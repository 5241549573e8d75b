"""Second looks and practice: a member's own, and the clock's. Not even the programme reads how people agree."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids
from lantern_site.audit.row_security import visible

OWN_OR_CLOCK = "(SELECT lantern_scope()) = 'clock' OR organisation_id = (SELECT lantern_organisation())"
TABLES = ("reviews_qualityrule", "reviews_secondlook", "reviews_practiceitem", "reviews_practiceanswer")


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("reviews", "0002_row_level_security"),
        ("signals", "0002_row_level_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PracticeAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approve", "Approve"), ("reject", "Reject"), ("return", "Return")], max_length=8
                    ),
                ),
                ("answered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PracticeItem",
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
                        max_length=12,
                    ),
                ),
                ("masked", models.CharField(max_length=80)),
                (
                    "harm",
                    models.CharField(
                        choices=[
                            ("csam_verified", "Verified CSAM (known)"),
                            ("csam_unverified", "Unverified CSAM (first seen)"),
                            ("csam_trade", "Offering, seeking, buying, selling or exchanging CSAM"),
                            ("grooming", "Grooming (solicitation of a child for sexual purposes)"),
                            ("extortion_financial", "Sexual extortion of a child, financial demand"),
                            ("extortion_other", "Sexual extortion of a child, other demand"),
                            ("live_abuse", "Live-streamed child sexual abuse"),
                            ("contact_abuse", "Indication of contact sexual abuse"),
                            ("trafficking", "Trafficking of a child for sexual exploitation"),
                            ("travel", "Sexual exploitation of children in travel and tourism"),
                            ("sexualised", "Sexualised content about children (below CSAM)"),
                            ("tools", "Tools for making CSAM"),
                            ("other", "Other child sexual exploitation or abuse"),
                        ],
                        max_length=32,
                    ),
                ),
                ("clause", models.CharField(max_length=120)),
                (
                    "review_method",
                    models.CharField(
                        choices=[
                            ("content", "A person saw the content"),
                            ("conversation", "A person read the conversation"),
                            ("account", "A person examined the account and its behaviour"),
                            ("known_hash", "A known hash matched, and a person checked the match"),
                            ("report", "A person checked a report with its attachments"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("own_detection", "Own detection"),
                            ("user_report", "Report by a user"),
                            ("own_investigation", "Own investigation"),
                            ("hotline", "Hotline or non-governmental organisation"),
                            ("another_signal", "Another signal"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("high", "High: the evidence leaves no reasonable doubt"),
                            ("medium", "Medium: the evidence is clear, another explanation is possible"),
                            ("low", "Low: worth a look, not more"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "account_holder",
                    models.CharField(
                        choices=[
                            ("adult_indicated", "Adult indicated"),
                            ("unknown", "Unknown"),
                            ("possibly_child", "Possibly a child"),
                        ],
                        default="unknown",
                        max_length=16,
                    ),
                ),
                ("described", models.CharField(max_length=500)),
                (
                    "agreed",
                    models.CharField(
                        choices=[("approve", "Approve"), ("reject", "Reject"), ("return", "Return")], max_length=8
                    ),
                ),
                ("because", models.CharField(max_length=500)),
                ("added_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="QualityRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("practice", models.BooleanField(default=False)),
                ("drawn_until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SecondLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("drawn_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "passed_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("approve", "Approve"), ("reject", "Reject"), ("return", "Return")],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=280)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settlement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("as_decided", "We both see it now as it was decided"),
                            ("as_seen", "We both see it now as the second look said"),
                            ("rule_unclear", "Our rule leaves room for both"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
        ),
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
                    ("seen_otherwise", "A colleague saw a signal differently from you: talk about it"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="inboxnotice",
            name="subject_kind",
            field=models.CharField(
                choices=[("signal", "Signal"), ("dispute", "Dispute"), ("recall", "Recall"), ("look", "Look")],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["organisation", "decided_at"], name="decision_by_organisation"),
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
                condition=models.Q(("subject_kind__in", ["signal", "dispute", "recall", "look"])),
                name="a_notice_leads_to_a_known_thing",
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="practiceitem",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="practiceitem",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="practiceitem",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="reviews.practiceitem"
            ),
        ),
        migrations.AddField(
            model_name="qualityrule",
            name="organisation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="quality", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="decision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="second_look", to="reviews.decision"
            ),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="signal",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="second_look", to="signals.signal"
            ),
        ),
        migrations.AddField(
            model_name="secondlook",
            name="taken_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="second_looks",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreed__in", ["approve", "reject", "return"]), models.Q(("because", ""), _negated=True)
                ),
                name="a_practice_item_has_an_agreed_answer_with_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="practice_that_ended_was_ended_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.UniqueConstraint(fields=("item", "staff"), name="everybody_answers_practice_once"),
        ),
        migrations.AddConstraint(
            model_name="qualityrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__lte", 50)), name="at_most_half_is_looked_at_twice"
            ),
        ),
        migrations.AddIndex(
            model_name="secondlook",
            index=models.Index(fields=["organisation", "answered_at"], name="second_look_by_organisation"),
        ),
        migrations.AddConstraint(
            model_name="secondlook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("verdict", "")),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("taken_by__isnull", False),
                        ("verdict__in", ["approve", "reject", "return"]),
                    ),
                    _connector="OR",
                ),
                name="a_second_look_that_was_answered_says_what_and_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="secondlook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("settled_by__isnull", True), ("settlement", "")),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        ("settlement__in", ["as_decided", "as_seen", "rule_unclear"]),
                    ),
                    _connector="OR",
                ),
                name="a_conversation_that_ended_says_how",
            ),
        ),
        *(migrations.RunSQL(visible(table, OWN_OR_CLOCK), migrations.RunSQL.noop) for table in TABLES),
    ]
