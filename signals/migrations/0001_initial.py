import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
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
            name="MatchJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="members.organisation"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "started_with",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="members.apikey"
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("accounts_under_review", "Accounts under review"),
                            ("new_uploads", "New uploads"),
                            ("whole_service", "The whole service"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "surface",
                    models.CharField(
                        choices=[
                            ("public", "Public content"),
                            ("private_message", "Private messages"),
                            ("account_data", "Account data"),
                            ("payment", "Payments"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("asking", "Asking"),
                            ("watching", "Watching"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField()),
                ("compared", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("is_shadow", models.BooleanField(default=False)),
                ("radii", models.JSONField(default=dict)),
                ("first_percent", models.PositiveSmallIntegerField(default=100)),
                ("stage", models.PositiveSmallIntegerField(default=1)),
                ("would_hit", models.JSONField(default=list)),
                ("not_eligible", models.PositiveIntegerField(default=0)),
                ("position", models.BigIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("cancel_asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-started_at"], name="job_by_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["accounts_under_review", "new_uploads", "whole_service"])),
                        name="a_job_has_a_known_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("surface__in", ["public", "private_message", "account_data", "payment"])),
                        name="a_job_has_a_known_surface",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running", "asking", "watching", "done", "cancelled", "failed"])
                        ),
                        name="a_job_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_percent__gte", 1), ("first_percent__lte", 100)),
                        name="a_first_stage_is_a_part_of_the_batch",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Chunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leased_by", models.CharField(blank=True, max_length=40)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="signals.matchjob"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("stage", models.PositiveSmallIntegerField(default=1)),
                ("size", models.PositiveIntegerField()),
                ("ciphertext", models.BinaryField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at__isnull", True)), fields=["job"], name="chunk_waiting")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "number"), name="chunks_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", True), ("ciphertext__isnull", True), _connector="OR"),
                        name="a_done_chunk_is_wiped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("digest", models.BinaryField()),
                ("pepper_id", models.PositiveSmallIntegerField()),
                ("bucket", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("forgotten_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "bucket"], name="indicator_by_bucket"),
                    models.Index(fields=["pepper_id"], name="indicator_by_pepper"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "digest"), name="one_indicator_per_kind_and_digest"),
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
                        name="an_indicator_has_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alias", to="signals.indicator"
                    ),
                ),
                ("digest", models.BinaryField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="incidents", to="members.organisation"
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signals", to="members.organisation"
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signals", to="signals.indicator"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signals",
                        to="signals.incident",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signals", to="members.community"
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
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("submitted", "Submitted"),
                            ("returned", "Returned"),
                            ("cancelled", "Cancelled"),
                            ("rejected", "Rejected"),
                            ("active", "Active"),
                            ("held", "Held"),
                            ("withdrawn", "Withdrawn"),
                            ("retracted", "Retracted"),
                            ("expired", "Expired"),
                        ],
                        default="submitted",
                        max_length=10,
                    ),
                ),
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
                ("prompted", models.BooleanField(default=False)),
                (
                    "severity",
                    models.PositiveSmallIntegerField(choices=[(1, "Low"), (2, "Medium"), (3, "High"), (4, "Critical")]),
                ),
                ("danger", models.BooleanField(default=False)),
                (
                    "warnings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                ("provisional", models.BooleanField(default=False)),
                ("contested", models.BooleanField(default=False)),
                ("caution", models.BooleanField(default=False)),
                ("submitted_at", models.DateTimeField()),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signals_submitted",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submitted_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signals_submitted",
                        to="members.apikey",
                    ),
                ),
                ("review_due_at", models.DateTimeField()),
                ("check_due_at", models.DateTimeField(null=True)),
                ("activated_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("renewals", models.PositiveSmallIntegerField(default=0)),
                (
                    "not_to_regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("found_right", models.PositiveIntegerField(default=0)),
                ("found_wrong", models.PositiveIntegerField(default=0)),
                (
                    "next_due_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(check_due_at__isnull=False, then="check_due_at"),
                            models.When(status="submitted", then="review_due_at"),
                            models.When(status__in=["returned", "active", "held"], then="expires_at"),
                        ),
                        output_field=models.DateTimeField(null=True),
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "status", "review_due_at"], name="signal_queue"),
                    models.Index(fields=["status", "expires_at"], name="signal_expiry"),
                    models.Index(fields=["indicator", "status"], name="signal_by_indicator"),
                    models.Index(
                        condition=models.Q(("check_due_at__isnull", False)),
                        fields=["check_due_at"],
                        name="signal_check_due",
                    ),
                    models.Index(fields=["position"], name="signal_by_position"),
                    models.Index(fields=["submitted_at", "id"], name="signal_newest"),
                    models.Index(
                        condition=models.Q(("next_due_at__isnull", False)),
                        fields=["next_due_at", "id"],
                        name="signal_next_due",
                    ),
                    models.Index(fields=["kind", "submitted_at", "id"], name="signal_by_kind"),
                    models.Index(fields=["status", "submitted_at", "id"], name="signal_by_status"),
                    models.Index(fields=["harm", "submitted_at", "id"], name="signal_by_harm"),
                    models.Index(fields=["organisation", "submitted_at", "id"], name="signal_by_organisation"),
                    models.Index(
                        condition=models.Q(
                            ("danger", True),
                            ("contested", True),
                            ("caution", True),
                            ("provisional", True),
                            ("found_wrong__gt", 0),
                            _connector="OR",
                        ),
                        fields=["submitted_at", "id"],
                        name="signal_flagged",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "submitted",
                                    "returned",
                                    "cancelled",
                                    "rejected",
                                    "active",
                                    "held",
                                    "withdrawn",
                                    "retracted",
                                    "expired",
                                ],
                            )
                        ),
                        name="a_signal_has_a_known_status",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["active", "held", "returned", "submitted"])),
                        fields=("organisation", "indicator"),
                        name="one_live_signal_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["cancelled", "rejected", "returned", "submitted"]),
                            ("activated_at__isnull", False),
                            _connector="OR",
                        ),
                        name="what_was_shared_has_been_activated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("status__in", ["active", "held", "returned", "submitted"])
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                models.Q(("status__in", ["active", "held", "returned", "submitted"]), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_has_ended_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leads", to="signals.matchjob"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="members.organisation"
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="signals.indicator"
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="signals.signal"
                    ),
                ),
                ("row", models.PositiveIntegerField()),
                ("reference", models.BinaryField(null=True)),
                ("reference_digest", models.BinaryField(null=True)),
                (
                    "match",
                    models.CharField(
                        choices=[
                            ("exact", "Exact"),
                            ("alias", "Possible alias"),
                            ("near", "Near"),
                            ("prefix", "Under the same address"),
                        ],
                        max_length=8,
                    ),
                ),
                ("distance", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("found_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "found_at"], name="lead_by_organisation"),
                    models.Index(fields=["organisation", "indicator"], name="lead_by_indicator"),
                    models.Index(fields=["organisation", "reference_digest"], name="lead_by_reference"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "row", "indicator"), name="one_lead_per_row_and_indicator")
                ],
            },
        ),
        migrations.CreateModel(
            name="Poll",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="polls", to="members.apikey"
                    ),
                ),
                ("after", models.BigIntegerField()),
                ("upto", models.BigIntegerField()),
                ("head", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["key", "-upto"], name="poll_by_key")],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="signals.signal"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="members.organisation"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("feed", "Feed"),
                            ("lookup", "Lookup"),
                            ("lead", "Lead"),
                            ("page", "Page"),
                            ("reveal", "Reveal"),
                            ("export", "Export"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="members.apikey")),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "signal"], name="receipt_by_organisation")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("signal", "organisation", "way", "key"),
                        name="one_receipt_per_way",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_filters",
                        to="members.organisation",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "page",
                    models.CharField(
                        choices=[("signals", "Signals"), ("queue", "Queue")], default="signals", max_length=8
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("words", models.JSONField()),
                ("is_shared", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "page", "name"), name="one_saved_filter_per_name"),
                    models.CheckConstraint(
                        condition=models.Q(("page__in", ["signals", "queue"])), name="a_saved_filter_is_of_a_known_page"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Showing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="showings", to="members.organisation"
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="showings", to="signals.signal"
                    ),
                ),
                ("is_shown", models.BooleanField()),
                ("position", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "position"], name="showing_by_position")],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "signal"), name="one_last_word_on_showing")
                ],
            },
        ),
        migrations.CreateModel(
            name="SignalVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "signal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="signals.signal"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("current", "Current"),
                            ("superseded", "Superseded"),
                            ("refused", "Refused"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                ("evidence_seen_by", models.CharField(max_length=80)),
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
                ("first_seen_on", models.DateField(null=True)),
                ("last_seen_on", models.DateField(null=True)),
                (
                    "behaviours",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("moves", "Moves the contact to another service"),
                                ("poses", "Poses as a child"),
                                ("lures", "Lures with gifts or game currency"),
                                ("asks_imagery", "Asks for imagery"),
                                ("asks_money", "Asks for money"),
                                ("threatens", "Threatens to publish"),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "ai",
                    models.CharField(
                        choices=[
                            ("not_indicated", "Not indicated"),
                            ("suspected", "Suspected"),
                            ("established", "Established"),
                        ],
                        default="not_indicated",
                        max_length=16,
                    ),
                ),
                (
                    "real_child",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "Unknown")], default="unknown", max_length=8
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
                (
                    "not_to_regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("owner_named", models.BooleanField(default=True)),
                ("meaning", models.CharField(blank=True, max_length=280)),
                ("outward_note", models.CharField(blank=True, max_length=280)),
                ("inward_note", models.CharField(blank=True, max_length=500)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("signal", "number"), name="versions_are_numbered"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")), fields=("signal",), name="one_current_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "current", "superseded", "refused"])),
                        name="a_version_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "harm__in",
                                [
                                    "csam_verified",
                                    "csam_unverified",
                                    "csam_trade",
                                    "grooming",
                                    "extortion_financial",
                                    "extortion_other",
                                    "live_abuse",
                                    "contact_abuse",
                                    "trafficking",
                                    "travel",
                                    "sexualised",
                                    "tools",
                                    "other",
                                ],
                            )
                        ),
                        name="a_version_has_a_known_harm",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_method__in", ["content", "conversation", "account", "known_hash", "report"])
                        ),
                        name="a_version_has_a_known_review_method",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "origin__in",
                                ["own_detection", "user_report", "own_investigation", "hotline", "another_signal"],
                            )
                        ),
                        name="a_version_has_a_known_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confidence__in", ["high", "medium", "low"])),
                        name="a_version_has_a_known_confidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ai__in", ["not_indicated", "suspected", "established"])),
                        name="a_version_has_a_known_ai",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("real_child__in", ["yes", "no", "unknown"])),
                        name="a_version_has_a_known_real_child",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("account_holder__in", ["adult_indicated", "unknown", "possibly_child"])),
                        name="a_version_has_a_known_account_holder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Spending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reveal", "Reveal"), ("lookup", "Lookup"), ("export", "Export")], max_length=8
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spendings", to="members.organisation"
                    ),
                ),
                ("holder", models.BigIntegerField()),
                ("on", models.DateField(db_index=True)),
                ("used", models.PositiveIntegerField(default=0)),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "holder", "on"), name="one_spending_per_day"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["reveal", "lookup", "export"])),
                        name="a_spending_has_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="signals.matchjob"
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="signals.indicator"
                    ),
                ),
                ("match", models.CharField(max_length=8)),
                ("distance", models.PositiveSmallIntegerField()),
                ("rows", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("job", "indicator", "match", "distance"), name="one_tally_per_way_to_hit"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WatchList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="watch_list", to="signals.matchjob"
                    ),
                ),
                ("ends_at", models.DateTimeField()),
                ("compared_to", models.BigIntegerField(default=0)),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["compared_to"], name="watch_list_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BroadHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="broad_hits", to="signals.matchjob"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="broad_hits",
                        to="members.organisation",
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="broad_hits", to="signals.indicator"
                    ),
                ),
                ("hits", models.PositiveIntegerField()),
                ("compared", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("job", "indicator"), name="one_broad_hit_per_job_and_indicator"),
                    models.CheckConstraint(
                        condition=models.Q(("hits__lte", models.F("compared"))), name="no_more_hits_than_rows"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to=settings.AUTH_USER_MODEL
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
                        max_length=16,
                    ),
                ),
                ("content", models.BinaryField()),
                ("saved_at", models.DateTimeField()),
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
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="members.organisation"
                    ),
                ),
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
                ("checked_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
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
                (
                    "community",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.community"
                    ),
                ),
                (
                    "chosen",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "-id"], name="import_by_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["checking", "checked", "sharing", "done", "cancelled", "failed", "forgotten"],
                            )
                        ),
                        name="an_import_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ["checking", "checked", "sharing"])),
                            models.Q(
                                ("ended_at__isnull", False), ("state__in", ["done", "cancelled", "failed", "forgotten"])
                            ),
                            _connector="OR",
                        ),
                        name="an_import_that_has_ended_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("community__isnull", True),
                                ("submitted_at__isnull", True),
                                ("submitted_by__isnull", True),
                            ),
                            models.Q(
                                ("community__isnull", False),
                                ("submitted_at__isnull", False),
                                ("submitted_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_import_is_submitted_by_somebody_to_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["checking", "checked", "sharing"])),
                        fields=("organisation", "digest"),
                        name="one_open_import_of_a_file",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leased_by", models.CharField(blank=True, max_length=40)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "whole",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="signals.import"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("first", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                ("ciphertext", models.BinaryField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at__isnull", True)), fields=["whole"], name="part_waiting")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("whole", "number"), name="parts_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", True), ("ciphertext__isnull", True), _connector="OR"),
                        name="a_done_part_is_wiped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "whole",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="signals.import"
                    ),
                ),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["whole", "verdict", "number"], name="row_by_verdict"),
                    models.Index(fields=["whole", "digest", "number"], name="row_by_digest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("whole", "number"), name="rows_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict__in", ["new", "warned", "exists", "repeats", "refused", "shared"])
                        ),
                        name="a_row_has_a_known_verdict",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "shared"), _negated=True), ("signal__isnull", False), _connector="OR"
                        ),
                        name="a_shared_row_has_its_signal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="value",
                        serialize=False,
                        to="signals.indicator",
                    ),
                ),
                ("ciphertext", models.BinaryField()),
                ("key_id", models.PositiveSmallIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["key_id"], name="value_by_key")],
            },
        ),
        migrations.AddField(
            model_name="signal",
            name="correction",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signals.signalversion"
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="current_version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signals.signalversion"
            ),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                condition=models.Q(("correction__isnull", False)),
                fields=["organisation"],
                name="signal_with_correction",
            ),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                models.OrderBy(models.F("danger"), descending=True),
                django.db.models.functions.comparison.Coalesce("check_due_at", "review_due_at"),
                models.F("id"),
                condition=models.Q(
                    ("status", "submitted"),
                    ("check_due_at__isnull", False),
                    ("correction__isnull", False),
                    _connector="OR",
                ),
                name="signal_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("correction__isnull", True), ("status__in", ["active", "held"]), _connector="OR"),
                name="only_what_is_shared_waits_for_a_correction",
            ),
        ),
    ]
