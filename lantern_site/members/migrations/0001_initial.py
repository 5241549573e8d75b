import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("pseudonym", models.CharField(max_length=40, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("trained_until", models.DateField(null=True)),
                ("access_confirmed_on", models.DateField()),
                ("time_zone", models.CharField(default="UTC", max_length=40)),
                ("break_minutes", models.PositiveSmallIntegerField(default=50)),
                (
                    "digest",
                    models.CharField(
                        choices=[("never", "Never"), ("daily", "Once a day"), ("weekly", "Once a week, on Monday")],
                        default="daily",
                        max_length=8,
                    ),
                ),
                ("digest_on", models.DateField(null=True)),
                (
                    "spared_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                (
                    "spared_harms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("forgotten_at", models.DateTimeField(null=True)),
                ("factor_reset_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left_at__isnull", True), ("is_active", False), _connector="OR"),
                        name="whoever_is_active_has_not_left",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("forgotten_at__isnull", True), ("left_at__isnull", False), _connector="OR"),
                        name="only_who_left_is_forgotten",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__in", ["never", "daily", "weekly"])),
                        name="a_digest_has_a_known_rhythm",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Advice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("title", models.CharField(max_length=120)),
            ],
        ),
        migrations.CreateModel(
            name="Community",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("name", models.CharField(max_length=80, unique=True)),
                ("is_everyone", models.BooleanField(default=False)),
                ("purpose", models.CharField(blank=True, max_length=280)),
                ("by_rule", models.BooleanField(default=False)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("platform", "Platform"),
                                ("financial", "Financial institution"),
                                ("programme", "Programme"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("open_to_later_members", models.BooleanField(default=True)),
                ("opens_to_later_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_everyone", True)),
                        fields=("is_everyone",),
                        name="everyone_is_one_community",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_to_later_at__isnull", True), ("open_to_later_members", False), _connector="OR"
                        ),
                        name="what_is_open_is_not_to_be_opened",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_rule", True), models.Q(("kinds", []), ("regions", [])), _connector="OR"
                        ),
                        name="only_a_rule_has_kinds_and_regions",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdviceVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "advice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="members.advice"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("issued_at", models.DateTimeField()),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("advice", "number"), name="versions_of_advice_are_numbered")
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("version", models.CharField(max_length=20, unique=True)),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("effective_on", models.DateField()),
                ("published_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements_published",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("label", models.CharField(max_length=60)),
                ("prefix", models.CharField(max_length=12, unique=True)),
                ("secret_hash", models.BinaryField()),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("submit", "Share signals"),
                                ("read", "Read the feed"),
                                ("lookup", "Look up"),
                                ("feedback", "Feedback"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=49), blank=True, default=list, size=None
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys_issued",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="members.apikey",
                    ),
                ),
                ("retire_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rotated", "Rotated"),
                            ("leaked", "It has leaked"),
                            ("left", "The organisation has left"),
                            ("unneeded", "No longer needed"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("last_used_at", models.DateTimeField(null=True)),
                ("last_used_from", models.CharField(blank=True, default="", max_length=49)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refused_from", models.CharField(blank=True, default="", max_length=49)),
                ("warned_days", models.PositiveSmallIntegerField(null=True)),
                ("corrections_only", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("networks__len__lte", 20)), name="a_key_has_few_networks"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retire_at__isnull", True),
                            models.Q(
                                ("retire_at__gte", models.F("issued_at")), ("retire_at__lte", models.F("expires_at"))
                            ),
                            _connector="OR",
                        ),
                        name="a_key_retires_in_its_lifetime",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_because", "")),
                            models.Q(
                                ("revoked_at__isnull", False),
                                ("revoked_because__in", ["rotated", "leaked", "left", "unneeded"]),
                            ),
                            _connector="OR",
                        ),
                        name="a_revoked_key_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            models.Q(("revoked_because__in", ["", "rotated", "left"]), ("revoked_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_revoked_key_says_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_used_from", ""), ("last_used_at__isnull", False), _connector="OR"),
                        name="a_place_of_use_has_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("refused_from", ""), ("refused_at__isnull", False), _connector="OR"),
                        name="a_refused_place_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("human_rights", "Human rights"),
                            ("data_protection", "Data protection"),
                            ("security", "Security"),
                            ("competition", "Competition"),
                            ("child_rights", "Child rights"),
                        ],
                        max_length=16,
                    ),
                ),
                ("body", models.CharField(max_length=120)),
                ("scope", models.CharField(max_length=500)),
                ("commissioned_on", models.DateField()),
                ("held_on", models.DateField(null=True)),
                ("summary_en", models.TextField(blank=True)),
                ("summary_fr", models.TextField(blank=True)),
                ("document_sha256", models.CharField(blank=True, max_length=64)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "subject__in",
                                ["human_rights", "data_protection", "security", "competition", "child_rights"],
                            )
                        ),
                        name="an_assessment_has_a_known_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("document_sha256", ""), ("document_sha256__regex", "^[0-9a-f]{64}$"), _connector="OR"
                        ),
                        name="a_document_is_known_by_its_sha256",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("published_by__isnull", True)),
                            models.Q(
                                ("held_on__isnull", False),
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                models.Q(("summary_en", ""), _negated=True),
                                models.Q(("summary_fr", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_published_speaks_both_languages",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplianceReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("due_on", models.DateField()),
                ("held_on", models.DateField(null=True)),
                (
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="compliance_reviews_held",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("passed", "Passed"),
                            ("with_observations", "Passed with observations"),
                            ("failed", "Not passed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("summary", models.TextField(blank=True)),
                ("warned_days", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_on__isnull", True), ("result", "")),
                            models.Q(
                                ("held_on__isnull", False), ("result__in", ["passed", "with_observations", "failed"])
                            ),
                            _connector="OR",
                        ),
                        name="a_review_that_was_held_has_a_result",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GovernmentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("received_on", models.DateField()),
                (
                    "authority",
                    models.CharField(
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
                ("jurisdiction", models.CharField(max_length=2)),
                ("legal_basis", models.CharField(max_length=280)),
                (
                    "asked",
                    models.CharField(
                        choices=[
                            ("about_signal", "Information about a signal"),
                            ("about_member", "Information about a member"),
                            ("removal", "Removal"),
                            ("insertion", "Insertion of a value"),
                            ("preservation", "Preservation"),
                        ],
                        max_length=16,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("complied", "Complied with"),
                            ("partly", "Complied with in part"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn by the authority"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        choices=[
                            ("not_yet", "Not yet"),
                            ("told", "Told"),
                            ("forbidden", "Forbidden by law"),
                            ("nobody", "Nobody is concerned"),
                        ],
                        default="not_yet",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("answered_on", models.DateField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-received_on"], name="government_request_by_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("authority__in", ["police", "prosecutor", "court", "intelligence", "regulator", "other"])
                        ),
                        name="an_authority_is_of_a_known_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("jurisdiction__regex", "^[A-Z]{2}$")), name="a_jurisdiction_is_a_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked__in", ["about_signal", "about_member", "removal", "insertion", "preservation"])
                        ),
                        name="what_an_authority_asks_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["pending", "complied", "partly", "refused", "withdrawn"])),
                        name="a_government_request_has_a_known_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("told__in", ["not_yet", "told", "forbidden", "nobody"])),
                        name="who_was_told_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked", "insertion"), _negated=True),
                            models.Q(("outcome__in", ["complied", "partly"]), _negated=True),
                            _connector="OR",
                        ),
                        name="no_authority_inserts_a_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_by__isnull", True), ("answered_on__isnull", True), ("outcome", "pending")
                            ),
                            models.Q(
                                models.Q(("outcome", "pending"), _negated=True),
                                ("answered_by__isnull", False),
                                ("answered_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_answered_request_says_when_and_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_on__isnull", True),
                            ("answered_on__gte", models.F("received_on")),
                            _connector="OR",
                        ),
                        name="nothing_is_answered_before_it_came",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("submitter", "Submitter"),
                            ("reviewer", "Reviewer"),
                            ("analyst", "Analyst"),
                            ("member_admin", "Member admin"),
                            ("steward", "Steward"),
                            ("adjudicator", "Adjudicator"),
                            ("external_adjudicator", "External adjudicator"),
                            ("editor", "Editor"),
                            ("publisher", "Publisher"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=24,
                    ),
                ),
                ("granted_at", models.DateTimeField()),
                ("granted_by", models.BigIntegerField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "submitter",
                                    "reviewer",
                                    "analyst",
                                    "member_admin",
                                    "steward",
                                    "adjudicator",
                                    "external_adjudicator",
                                    "editor",
                                    "publisher",
                                    "auditor",
                                ],
                            )
                        ),
                        name="a_grant_names_a_known_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_grant_that_ended_was_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("granted_at")), _connector="OR"
                        ),
                        name="a_grant_ends_after_it_began",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("staff", "role"),
                        name="one_running_grant_per_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JurisdictionSwitch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "jurisdiction",
                    models.CharField(
                        choices=[
                            ("europe", "Europe"),
                            ("north america", "North America"),
                            ("latin america", "Latin America"),
                            ("africa", "Africa"),
                            ("middle east", "Middle East"),
                            ("asia pacific", "Asia and the Pacific"),
                            ("oceania", "Oceania"),
                        ],
                        max_length=40,
                    ),
                ),
                ("what", models.CharField(choices=[("private_messages", "Comparing private messages")], max_length=24)),
                ("allowed", models.BooleanField()),
                ("from_on", models.DateField()),
                ("until_before", models.DateField(null=True)),
                ("basis", models.CharField(max_length=500)),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="switches_set",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "jurisdiction__in",
                                [
                                    "europe",
                                    "north america",
                                    "latin america",
                                    "africa",
                                    "middle east",
                                    "asia pacific",
                                    "oceania",
                                ],
                            )
                        ),
                        name="a_switch_names_a_jurisdiction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("what__in", ["private_messages"])), name="a_switch_names_what_it_is_for"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_before__isnull", True), ("until_before__gt", models.F("from_on")), _connector="OR"
                        ),
                        name="a_switch_lasts_a_while",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="addresses", to="members.apikey"
                    ),
                ),
                ("prefix", models.CharField(max_length=49)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["last_seen_at"], name="address_by_last_seen")],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "prefix"), name="one_row_per_key_and_prefix"),
                    models.CheckConstraint(
                        condition=models.Q(("first_seen_at__lte", models.F("last_seen_at"))),
                        name="an_address_is_first_seen_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("held_on", models.DateField()),
                (
                    "parties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("members", "Members"),
                                ("civil_society", "Civil society"),
                                ("authorities", "Authorities"),
                            ],
                            max_length=16,
                        ),
                        size=None,
                    ),
                ),
                ("subject", models.CharField(max_length=120)),
                ("note", models.CharField(max_length=2000)),
                ("is_public", models.BooleanField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parties__contained_by", ["members", "civil_society", "authorities"]),
                            ("parties__len__gt", 0),
                        ),
                        name="a_meeting_is_with_somebody_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "matter",
                    models.CharField(
                        choices=[("training", "Training"), ("role", "Role"), ("access", "Access")], max_length=10
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="members.grant",
                    ),
                ),
                ("ends_on", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("matter__in", ["training", "role", "access"])), name="a_notice_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("grant__isnull", False), ("matter", "role")),
                            models.Q(models.Q(("matter", "role"), _negated=True), ("grant__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_notice_about_a_role_names_its_grant",
                    ),
                    models.UniqueConstraint(
                        fields=("staff", "matter", "grant", "ends_on", "days"),
                        name="an_end_is_told_once_each_time",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="members.compliancereview",
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("remediation", models.CharField(max_length=500)),
                ("due_on", models.DateField()),
                ("done_on", models.DateField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations_closed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("done_note", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("platform", "Platform"),
                            ("financial", "Financial institution"),
                            ("programme", "Programme"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applicant", "Applicant"),
                            ("declined", "Declined"),
                            ("deferred", "Deferred"),
                            ("approved", "Approved"),
                            ("signed", "Agreement signed"),
                            ("onboarding", "Onboarding"),
                            ("active", "Active"),
                            ("leaving", "Leaving"),
                            ("left", "Left"),
                            ("ended", "Ended on the way"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                (
                    "suspended",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not suspended"),
                            ("submit", "May not share"),
                            ("receive", "May not receive"),
                            ("all", "Suspended"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("region", models.CharField(blank=True, max_length=40)),
                ("joined_on", models.DateField(null=True)),
                ("probation_ends_on", models.DateField(null=True)),
                ("identifiers_allowed_from", models.DateField(null=True)),
                (
                    "open_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("opens_at", models.TimeField(null=True)),
                ("closes_at", models.TimeField(null=True)),
                ("time_zone", models.CharField(default="UTC", max_length=40)),
                ("care", models.CharField(blank=True, max_length=500)),
                ("suspended_at", models.DateTimeField(null=True)),
                (
                    "suspended_by",
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
                        condition=models.Q(("kind__in", ["platform", "financial", "programme"])),
                        name="a_member_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "applicant",
                                    "declined",
                                    "deferred",
                                    "approved",
                                    "signed",
                                    "onboarding",
                                    "active",
                                    "leaving",
                                    "left",
                                    "ended",
                                ],
                            )
                        ),
                        name="a_member_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("suspended__in", ["", "submit", "receive", "all"])),
                        name="a_suspension_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes_at__isnull", True), ("open_days", []), ("opens_at__isnull", True)),
                            models.Q(
                                models.Q(("open_days", []), _negated=True), ("closes_at__gt", models.F("opens_at"))
                            ),
                            _connector="OR",
                        ),
                        name="office_hours_are_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("suspended", ""), ("suspended_at__isnull", True), ("suspended_by__isnull", True)),
                            models.Q(models.Q(("suspended", ""), _negated=True), ("suspended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_suspension_says_since_when",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(
                            ("state__in", ["applicant", "declined", "deferred", "ended"]), _negated=True
                        ),
                        name="a_member_has_a_name_of_its_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "active"), _negated=True), ("joined_on__isnull", False), _connector="OR"
                        ),
                        name="who_is_active_has_joined",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "continuing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mergers", to="members.organisation"
                    ),
                ),
                (
                    "ending",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merger", to="members.organisation"
                    ),
                ),
                ("effective_on", models.DateField()),
                ("note", models.CharField(blank=True, max_length=500)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mergers_decided",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("continuing", models.F("ending")), _negated=True),
                        name="nobody_merges_with_itself",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="members.community"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="members.organisation",
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("sees_older", models.BooleanField(default=False)),
                ("sees_older_from", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at__isnull", True)),
                        fields=("community", "organisation"),
                        name="one_open_membership_each",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalGate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="legal_gates",
                        to="members.organisation",
                    ),
                ),
                (
                    "jurisdiction",
                    models.CharField(
                        choices=[
                            ("europe", "Europe"),
                            ("north america", "North America"),
                            ("latin america", "Latin America"),
                            ("africa", "Africa"),
                            ("middle east", "Middle East"),
                            ("asia pacific", "Asia and the Pacific"),
                            ("oceania", "Oceania"),
                        ],
                        max_length=40,
                    ),
                ),
                ("lawful_basis", models.CharField(max_length=200)),
                ("offence_basis", models.CharField(max_length=200)),
                (
                    "data_role",
                    models.CharField(
                        choices=[("controller", "Controller of its own"), ("joint", "Joint controller")], max_length=12
                    ),
                ),
                ("transfers", models.CharField(max_length=200)),
                ("assessed_on", models.DateField()),
                ("assessment", models.CharField(max_length=120)),
                ("counsel", models.CharField(max_length=120)),
                ("passed_on", models.DateField()),
                (
                    "passed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="legal_gates_passed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="legal_gates_withdrawn",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_because", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "jurisdiction__in",
                                [
                                    "europe",
                                    "north america",
                                    "latin america",
                                    "africa",
                                    "middle east",
                                    "asia pacific",
                                    "oceania",
                                ],
                            )
                        ),
                        name="a_jurisdiction_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("data_role__in", ["controller", "joint"])), name="a_role_in_law_is_known"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("organisation", "jurisdiction"),
                        name="one_standing_legal_gate_per_jurisdiction",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="members.organisation",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=80)),
                ("roles", models.JSONField(default=dict)),
                ("trained_on", models.DateField(null=True)),
                ("token_hash", models.BinaryField(null=True, unique=True)),
                ("invited_at", models.DateTimeField()),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_sent",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("revoked_at__isnull", True), _connector="OR"
                        ),
                        name="an_invitation_is_accepted_or_revoked",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Gate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gates", to="members.organisation"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("csea_policy", "Policy against child sexual exploitation and abuse"),
                            ("complaints", "User complaint process"),
                            ("government_requests", "Government-request process"),
                            ("security", "Security"),
                            ("retention", "Retention and deletion"),
                            ("staff_care", "Care for staff"),
                            ("services", "Services and their public"),
                            ("compliance_review", "Compliance review"),
                            ("agreement", "Agreement signed"),
                            ("contact", "Contact at any hour"),
                            ("data_protection", "Data-protection contact"),
                            ("training", "Training"),
                            ("test_signal", "Test signal received and acknowledged"),
                        ],
                        max_length=24,
                    ),
                ),
                ("passed_on", models.DateField()),
                (
                    "passed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates_passed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("valid_until", models.DateField(null=True)),
                ("warned_days", models.PositiveSmallIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "reopened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates_reopened",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reopened_because", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "csea_policy",
                                    "complaints",
                                    "government_requests",
                                    "security",
                                    "retention",
                                    "staff_care",
                                    "services",
                                    "compliance_review",
                                    "agreement",
                                    "contact",
                                    "data_protection",
                                    "training",
                                    "test_signal",
                                ],
                            )
                        ),
                        name="a_gate_is_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organisation", "kind"),
                        name="one_standing_passing_per_gate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reopened_by__isnull", True), ("ended_at__isnull", False), _connector="OR"),
                        name="a_reopened_gate_has_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_names",
                        to="members.organisation",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("until_on", models.DateField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renamings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="departure", to="members.organisation"
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("expire", "They expire on that day"),
                            ("withdraw", "They are withdrawn"),
                            ("hand_over", "The programme takes them over"),
                        ],
                        max_length=12,
                    ),
                ),
                ("announced_at", models.DateTimeField()),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("leaves_on", models.DateField()),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "left_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("certificate_due_on", models.DateField(null=True)),
                ("certified_at", models.DateTimeField(null=True)),
                (
                    "certified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("certificate_note", models.CharField(blank=True, max_length=280)),
                ("redress_until", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rule__in", ["expire", "withdraw", "hand_over"])),
                        name="a_departure_has_a_known_rule",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("certificate_due_on__isnull", True),
                                ("left_at__isnull", True),
                                ("left_by__isnull", True),
                            ),
                            models.Q(
                                ("certificate_due_on__isnull", False),
                                ("left_at__isnull", False),
                                ("left_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="who_parts_owes_a_certificate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("certified_at__isnull", True), ("certified_by__isnull", True)),
                            models.Q(
                                ("certified_at__isnull", False),
                                ("certified_by__isnull", False),
                                ("left_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_certificate_has_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="members.adviceversion",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                ("confirmed_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "organisation"), name="a_version_is_confirmed_once_by_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attestations",
                        to="members.organisation",
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField()),
                ("due_on", models.DateField()),
                ("asked_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("overdue_noted_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("requests", models.PositiveIntegerField(null=True)),
                ("attested_at", models.DateTimeField(null=True)),
                (
                    "attested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("attested_at__isnull", True)), fields=["due_on"], name="attestation_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "starts_on"), name="one_attestation_per_period"),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lt", models.F("ends_before"))),
                        name="a_period_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("attested_at__isnull", True), ("attested_by__isnull", True), ("requests__isnull", True)
                            ),
                            models.Q(
                                ("attested_at__isnull", False),
                                ("attested_by__isnull", False),
                                ("requests__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="not_attested_is_never_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application",
                        to="members.organisation",
                    ),
                ),
                ("services", models.JSONField(default=list)),
                ("contact_name", models.CharField(max_length=80)),
                ("contact_email", models.EmailField(max_length=254)),
                ("would_share", models.TextField()),
                ("answers", models.JSONField(default=dict)),
                ("applied_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("link_hash", models.BinaryField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications_decided",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "declined_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications_declined",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("appealed_at", models.DateTimeField(null=True)),
                ("appeal", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_decision_on_an_application_has_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("appealed_at__isnull", True), ("declined_by__isnull", False), _connector="OR"
                        ),
                        name="only_a_refusal_is_appealed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Affected",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.organisation"
                    ),
                ),
                ("informed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Recommendation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendations",
                        to="members.assessment",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=500)),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not answered yet"),
                            ("accepted", "Accepted"),
                            ("partly", "Accepted in part"),
                            ("not_accepted", "Not accepted"),
                            ("done", "Done"),
                        ],
                        max_length=12,
                    ),
                ),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("assessment", "number"), name="recommendations_are_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["", "accepted", "partly", "not_accepted", "done"])),
                        name="what_became_of_a_recommendation_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_on__isnull", True), ("status", "")),
                            models.Q(models.Q(("status", ""), _negated=True), ("answered_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_answer_has_a_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecurityIncident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("detected_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("key_leak", "Leak of a key"),
                            ("disclosure", "Wrong disclosure"),
                            ("availability", "Loss of availability"),
                            ("access", "Unauthorised access"),
                            ("other", "Other incident"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical")],
                        max_length=8,
                    ),
                ),
                (
                    "affected_data",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("identifiers", "Identifiers"),
                                ("hashes", "Hashes of files"),
                                ("statements", "Statements of members"),
                                ("staff", "Accounts of staff"),
                                ("keys", "Keys of machines"),
                                ("registers", "Registers of the programme"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("contained", "Contained"), ("closed", "Closed")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("description", models.CharField(max_length=1000)),
                ("measures", models.CharField(blank=True, max_length=1000)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("contained_at", models.DateTimeField(null=True)),
                (
                    "contained_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("notify_due_at", models.DateTimeField()),
                ("notified_at", models.DateTimeField(null=True)),
                ("late_because", models.CharField(blank=True, max_length=280)),
                ("not_notified_because", models.CharField(blank=True, max_length=280)),
                ("overdue_noted_at", models.DateTimeField(null=True)),
                ("notice", models.CharField(blank=True, max_length=1000)),
                ("informed_at", models.DateTimeField(null=True)),
                ("lesson", models.CharField(blank=True, max_length=1000)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "affected",
                    models.ManyToManyField(related_name="+", through="members.Affected", to="members.organisation"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-detected_at"], name="security_incident_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["key_leak", "disclosure", "availability", "access", "other"])),
                        name="an_incident_of_security_has_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["low", "medium", "high", "critical"])),
                        name="an_incident_of_security_is_graded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "affected_data__contained_by",
                                ["identifiers", "hashes", "statements", "staff", "keys", "registers"],
                            )
                        ),
                        name="affected_data_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "contained", "closed"])),
                        name="an_incident_of_security_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contained_at__isnull", True), ("contained_by__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("contained_at__isnull", False),
                                ("contained_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_contained_says_since_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("notified_at__isnull", True), ("not_notified_because", ""), _connector="OR"
                        ),
                        name="notified_or_a_reason_why_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                                ("lesson", ""),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state", "closed"),
                                models.Q(("lesson", ""), _negated=True),
                                models.Q(
                                    ("notified_at__isnull", False),
                                    models.Q(("not_notified_because", ""), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="a_closed_incident_has_a_lesson_and_a_notification",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "staff",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="members.organisation",
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="members.agreementtext",
                    ),
                ),
                ("signed_by", models.CharField(max_length=80)),
                ("function", models.CharField(max_length=80)),
                ("signed_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures_recorded",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "agreement"), name="an_organisation_signs_a_text_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("received_on", models.DateField()),
                (
                    "right",
                    models.CharField(
                        choices=[
                            ("access", "Access"),
                            ("erasure", "Erasure"),
                            ("rectification", "Rectification"),
                            ("objection", "Objection"),
                            ("restriction", "Restriction"),
                        ],
                        max_length=16,
                    ),
                ),
                ("file_reference", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("identity_asked", "Identity asked"),
                            ("restricted", "Restricted"),
                            ("decided", "Decided"),
                            ("closed", "Closed"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("due_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("extended_at", models.DateTimeField(null=True)),
                (
                    "extended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("extended_because", models.CharField(blank=True, max_length=280)),
                (
                    "proof",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("code", "A code sent to the identifier"),
                            ("document", "A document, seen and not kept"),
                            ("representative", "A representative with authority"),
                            ("member", "A member vouches for its user"),
                        ],
                        max_length=16,
                    ),
                ),
                ("proven_at", models.DateTimeField(null=True)),
                (
                    "proven_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("searches", models.PositiveSmallIntegerField(default=0)),
                (
                    "signals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "held",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "Granted"),
                            ("partly", "Granted in part"),
                            ("refused", "Refused"),
                            ("nothing_held", "Nothing is held"),
                            ("not_proven", "Identity not proven"),
                        ],
                        max_length=16,
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
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("overdue_noted_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_on"], name="subject_request_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("right__in", ["access", "erasure", "rectification", "objection", "restriction"])
                        ),
                        name="a_right_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["open", "identity_asked", "restricted", "decided", "closed"])
                        ),
                        name="a_subject_request_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proof", ""), ("proven_at__isnull", True), ("proven_by__isnull", True)),
                            models.Q(
                                ("proof__in", ["code", "document", "representative", "member"]),
                                ("proven_at__isnull", False),
                                ("proven_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_proof_of_identity_has_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("extended_at__isnull", True), ("extended_because", ""), ("extended_by__isnull", True)
                            ),
                            models.Q(
                                ("extended_at__isnull", False),
                                ("extended_by__isnull", False),
                                models.Q(("extended_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="an_extension_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("ruling", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("ruling__in", ["granted", "partly", "refused", "nothing_held", "not_proven"]),
                            ),
                            _connector="OR",
                        ),
                        name="a_ruling_has_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", False), ("state__in", ["decided", "closed"])),
                            models.Q(
                                models.Q(("state__in", ["decided", "closed"]), _negated=True),
                                ("decided_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_decided_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("state", "closed")),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_closed_subject_request_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "restricted"), _negated=True),
                            models.Q(("proof", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="only_the_person_restricts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gt", models.F("received_on"))),
                        name="an_answer_is_due_after_the_question",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Support",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="supports", to="members.organisation"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partner_of",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("begun_on", models.DateField()),
                ("until_on", models.DateField()),
                ("office_hours", models.CharField(max_length=120)),
                ("ask_before_sharing", models.BooleanField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organisation",),
                        name="one_open_support_per_member",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_on__gt", models.F("begun_on"))), name="support_lasts_a_while"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TestSignal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_signals",
                        to="members.organisation",
                    ),
                ),
                ("code", models.CharField(max_length=12)),
                ("sent_at", models.DateTimeField()),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_signals_sent",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("position", models.BigIntegerField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                (
                    "received_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_signals",
                        to="members.apikey",
                    ),
                ),
                ("acknowledged_at", models.DateTimeField(null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_signals_acknowledged",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "position"], name="test_signal_by_position")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at__isnull", True), ("acknowledged_by__isnull", True)),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                                ("received_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_acknowledged_test_was_received_and_has_a_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Training",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("course", models.CharField(max_length=80)),
                ("held_on", models.DateField()),
                ("valid_until", models.DateField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings_recorded",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("held_on"))),
                        name="a_training_is_valid_for_a_time",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="compliancereview",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="compliance_reviews",
                to="members.organisation",
            ),
        ),
        migrations.AddField(
            model_name="community",
            name="organisations",
            field=models.ManyToManyField(
                related_name="communities", through="members.Membership", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="staff", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="affected",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="touches", to="members.securityincident"
            ),
        ),
        migrations.AddConstraint(
            model_name="compliancereview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("held_on__isnull", True)),
                fields=("organisation",),
                name="one_planned_review_per_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="affected",
            constraint=models.UniqueConstraint(
                fields=("incident", "organisation"), name="an_incident_touches_a_member_once"
            ),
        ),
    ]
