import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_initial"),
        ("signals", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Plea",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="signals.signal"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approve", "Approve"), ("reject", "Reject"), ("return", "Return")], max_length=8
                    ),
                ),
                (
                    "attestation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("evidence", "I saw the evidence at our service"),
                            ("completeness", "Form, basis, necessity and breadth are complete"),
                        ],
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="members.organisation"
                    ),
                ),
                ("outward_note", models.CharField(blank=True, max_length=280)),
                ("inward_note", models.CharField(blank=True, max_length=500)),
                ("is_recheck", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "decided_at"], name="decision_by_organisation")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_recheck", False), ("verdict", "approve")),
                        fields=("signal", "version", "attestation"),
                        name="one_approval_per_version_and_attestation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "approve"), _negated=True),
                            models.Q(("attestation", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="an_approval_vouches_for_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("signal", "This signal"),
                            ("indicator", "Every signal on this indicator"),
                            ("incident", "Every signal of this incident"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes_named", to="signals.signal"
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="signals.indicator",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="signals.incident",
                    ),
                ),
                (
                    "opener",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes_opened",
                        to="members.organisation",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes_opened",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("opener_named", models.BooleanField(default=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("child", "A child or a victim"),
                            ("wrong_person", "Wrong person"),
                            ("wrong_value", "Wrong value"),
                            ("recycled", "Recycled or shared"),
                            ("compromised", "Compromised account"),
                            ("impersonated", "Impersonated"),
                            ("cleared", "Cleared by an authority"),
                            ("redress", "A complaint was upheld"),
                            ("broad", "Over-broad"),
                            ("context", "Educational or reporting context"),
                            ("harm_term", "Wrong harm term"),
                            ("stale", "Stale"),
                            ("duplicate", "Duplicate"),
                            ("policy", "Outside policy"),
                            ("basis", "Insufficient basis"),
                            ("legal_order", "Legal order"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("statement", models.CharField(max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("answered", "Answered"),
                            ("accepted", "Accepted"),
                            ("decided", "Decided"),
                            ("appealed", "Appealed"),
                            ("closed", "Decided on appeal"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="opened",
                        max_length=10,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.governmentrequest",
                    ),
                ),
                (
                    "joined",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joiners",
                        to="reviews.dispute",
                    ),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("assigned_at", models.DateTimeField(null=True)),
                (
                    "assigned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("question", models.CharField(blank=True, max_length=1000)),
                (
                    "question_to",
                    models.CharField(
                        blank=True, choices=[("opener", "The opener"), ("owner", "The owner")], max_length=6
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
                ("reply_due_at", models.DateTimeField(null=True)),
                ("reply", models.CharField(blank=True, max_length=1000)),
                ("replied_at", models.DateTimeField(null=True)),
                (
                    "replied_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hold_asked", models.BooleanField(default=False)),
                ("held_at", models.DateTimeField(null=True)),
                (
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hold_until", models.DateTimeField(null=True)),
                ("hold_extended", models.BooleanField(default=False)),
                ("hold_ended_at", models.DateTimeField(null=True)),
                ("answer_due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=1000)),
                ("decide_due_at", models.DateTimeField()),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "Upheld"), ("amended", "Amended"), ("not_upheld", "Not upheld")],
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decision_text", models.CharField(blank=True, max_length=1000)),
                ("appealed_at", models.DateTimeField(null=True)),
                (
                    "appealed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("appeal_text", models.CharField(blank=True, max_length=1000)),
                (
                    "appeal_result",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "Upheld"), ("amended", "Amended"), ("not_upheld", "Not upheld")],
                        max_length=12,
                    ),
                ),
                ("appeal_decided_at", models.DateTimeField(null=True)),
                (
                    "appeal_decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("appeal_decision_text", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "decide_due_at"], name="dispute_queue"),
                    models.Index(fields=["opener", "-opened_at"], name="dispute_by_opener"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["opened", "answered", "accepted", "decided", "appealed", "closed", "withdrawn"],
                            )
                        ),
                        name="a_dispute_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "child",
                                    "wrong_person",
                                    "wrong_value",
                                    "recycled",
                                    "compromised",
                                    "impersonated",
                                    "cleared",
                                    "redress",
                                    "broad",
                                    "context",
                                    "harm_term",
                                    "stale",
                                    "duplicate",
                                    "policy",
                                    "basis",
                                    "legal_order",
                                    "other",
                                ],
                            )
                        ),
                        name="a_dispute_has_a_known_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_by__isnull", True),
                            ("opened_by__isnull", True),
                            models.Q(("held_by", models.F("opened_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="a_hold_needs_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("assigned_at__isnull", True),
                                ("assigned_by__isnull", True),
                                ("assigned_to__isnull", True),
                            ),
                            models.Q(
                                ("assigned_at__isnull", False),
                                ("assigned_by__isnull", False),
                                ("assigned_to__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_case_is_assigned_by_somebody_to_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("asked_at__isnull", True),
                                ("asked_by__isnull", True),
                                ("question", ""),
                                ("reply_due_at__isnull", True),
                            ),
                            models.Q(
                                ("asked_at__isnull", False),
                                ("asked_by__isnull", False),
                                ("reply_due_at__isnull", False),
                                models.Q(("question", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_question_is_asked_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", "legal_order"), _negated=True),
                            ("order__isnull", False),
                            _connector="OR",
                        ),
                        name="a_legal_order_stands_in_the_register",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputedSignal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="touches", to="reviews.dispute"
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="signals.signal"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                ("retracted_at", models.DateTimeField(null=True)),
                ("stands_because", models.CharField(blank=True, max_length=1000)),
                ("stands_at", models.DateTimeField(null=True)),
                (
                    "stands_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("stands_confirmed_at", models.DateTimeField(null=True)),
                (
                    "stands_confirmed_by",
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
                    models.UniqueConstraint(fields=("dispute", "signal"), name="a_dispute_touches_a_signal_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stands_confirmed_by__isnull", True),
                            models.Q(
                                ("stands_by__isnull", False),
                                models.Q(("stands_confirmed_by", models.F("stands_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_stands_by_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="members.organisation"
                    ),
                ),
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="finding", to="signals.lead"
                    ),
                ),
                ("hits", models.PositiveIntegerField(default=1)),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="signals.signal"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("no_violation", "No violation"),
                            ("false_match", "False match"),
                            ("insufficient", "Insufficient information"),
                            ("not_examined", "Not examined"),
                            ("already_known", "Already known and actioned"),
                            ("possible_victim", "Possible victim or child: support given, no penalty"),
                            ("violation", "Violation"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "not_examined_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_capacity", "No capacity"),
                            ("barred", "Legally barred"),
                            ("out_of_scope", "Out of scope"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "authority",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("police", "Police"),
                            ("prosecutor", "Prosecutor"),
                            ("court", "Court"),
                            ("intelligence", "Intelligence service"),
                            ("regulator", "Regulator"),
                            ("other", "Other authority"),
                        ],
                        max_length=12,
                    ),
                ),
                ("authority_reference", models.BinaryField(null=True)),
                ("named_to_owner", models.BooleanField(default=False)),
                ("reinstated_at", models.DateTimeField(null=True)),
                (
                    "reinstated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "actions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("account_actioned", "Account actioned"),
                                ("content_removed", "Content removed"),
                                ("uploads_prevented", "Uploads prevented"),
                                ("url_blocked", "URL blocked"),
                                ("network_disrupted", "Network disrupted"),
                                ("investigation_opened", "Investigation opened"),
                                ("authority_report", "Report to the authorities"),
                            ],
                            max_length=24,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("content_removed", models.PositiveIntegerField(default=0)),
                ("uploads_prevented", models.PositiveIntegerField(default=0)),
                ("own_evidence", models.BooleanField()),
                ("policy_version", models.CharField(max_length=40)),
                (
                    "attribution",
                    models.CharField(
                        choices=[("decisive", "Decisive"), ("partly", "Partly"), ("not", "Not")], max_length=8
                    ),
                ),
                (
                    "looks_wrong",
                    models.CharField(
                        choices=[("no", "No"), ("cannot_tell", "Cannot tell"), ("yes", "Yes")], max_length=12
                    ),
                ),
                ("looks_wrong_because", models.CharField(blank=True, max_length=280)),
                ("found_at", models.DateTimeField()),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("same_hits", models.ManyToManyField(related_name="findings_beside", to="signals.lead")),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-found_at"], name="finding_by_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reinstated_at__isnull", True), ("reinstated_by__isnull", True)),
                            models.Q(("reinstated_at__isnull", False), ("reinstated_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_was_reinstated_says_by_whom",
                    )
                ],
            },
        ),
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
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="inbox", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
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
                            ("figures", "Confirm your organisation's numbers of the year"),
                            ("figures_due", "Your organisation's numbers of the year are due soon"),
                            ("seen_otherwise", "A colleague saw a signal differently from you: talk about it"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "subject_kind",
                    models.CharField(
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
                ("subject", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
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
                                    "figures",
                                    "figures_due",
                                    "seen_otherwise",
                                ],
                            )
                        ),
                        name="a_notice_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject_kind__in", ["signal", "dispute", "recall", "edition", "look"])),
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
        migrations.CreateModel(
            name="Keep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keeps", to="signals.indicator"
                    ),
                ),
                ("reason", models.CharField(max_length=280)),
                ("since", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("ends_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="PracticeItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
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
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed__in", ["approve", "reject", "return"]), models.Q(("because", ""), _negated=True)
                        ),
                        name="a_practice_item_has_an_agreed_answer_with_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="practice_that_ended_was_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PracticeAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="reviews.practiceitem"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approve", "Approve"), ("reject", "Reject"), ("return", "Return")], max_length=8
                    ),
                ),
                ("answered_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "staff"), name="everybody_answers_practice_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quality", to="members.organisation"
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("practice", models.BooleanField(default=False)),
                ("drawn_until", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percent__lte", 50)), name="at_most_half_is_looked_at_twice"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recalls", to="signals.signal"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("released", "Released"),
                            ("corrected", "Corrected"),
                            ("retracted", "Retracted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("position", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["signal", "-opened_at"], name="recall_by_signal")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("signal",),
                        name="one_open_recall_per_signal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "recall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="reviews.recall"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="members.organisation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "Due"), ("delivered", "Delivered"), ("acknowledged", "Acknowledged")],
                        default="due",
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("overdue_at", models.DateTimeField()),
                ("overdue_noted_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nothing_found", "Nothing found"),
                            ("not_acted", "Found, not acted"),
                            ("undone", "Acted and undone"),
                            ("kept", "Kept for own reasons"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "report_corrected",
                    models.CharField(
                        blank=True, choices=[("yes", "Yes"), ("no", "No"), ("none_made", "None made")], max_length=10
                    ),
                ),
                ("local_hits", models.PositiveIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "state"], name="delivery_by_organisation")],
                "constraints": [
                    models.UniqueConstraint(fields=("recall", "organisation"), name="one_delivery_per_member")
                ],
            },
        ),
        migrations.CreateModel(
            name="Redress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="redresses", to="members.organisation"
                    ),
                ),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="redress", to="reviews.finding"
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="redresses", to="signals.signal"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("sent", "Sent"), ("declined", "Declined")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("drafted_at", models.DateTimeField()),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("late_noted_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redress",
                        to="reviews.dispute",
                    ),
                ),
                ("declined_because", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "state"], name="redress_by_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dispute__isnull", True), ("settled_at__isnull", True), ("state", "draft")),
                            models.Q(("dispute__isnull", False), ("settled_at__isnull", False), ("state", "sent")),
                            models.Q(
                                ("dispute__isnull", True),
                                ("settled_at__isnull", False),
                                ("state", "declined"),
                                models.Q(("declined_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_redress_is_sent_or_declined_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                (
                    "signal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="second_look", to="signals.signal"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="second_look", to="reviews.decision"
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_looks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
            options={
                "indexes": [models.Index(fields=["organisation", "answered_at"], name="second_look_by_organisation")],
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="StewardHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steward_holds", to="signals.signal"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("check_overdue", "The completeness check is overdue"),
                            ("person", "A person may be harmed"),
                            ("unclear", "The basis is unclear"),
                            ("security", "A security incident at the owner"),
                            ("examined", "The programme examines it"),
                            ("other", "Other"),
                        ],
                        max_length=24,
                    ),
                ),
                ("held_at", models.DateTimeField()),
                (
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "released_by",
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
                    models.UniqueConstraint(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=("signal",),
                        name="one_open_steward_hold",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "signal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claim", to="signals.signal"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("parked_note", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["staff", "until"], name="claim_by_staff")],
            },
        ),
    ]
