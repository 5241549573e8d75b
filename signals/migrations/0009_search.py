"""Lists that stay fast: what they are narrowed to and sorted by stands on the row; filters that people keep."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import lantern_site.public_ids
from lantern_site.audit.row_security import OWN, visible

REPEATED = """
    UPDATE signals_signal s SET
        kind = i.kind,
        harm = v.harm,
        prompted = EXISTS (
            SELECT FROM signals_receipt r JOIN signals_signal other ON other.id = r.signal_id
            WHERE r.organisation_id = s.organisation_id AND other.indicator_id = s.indicator_id
              AND other.organisation_id <> s.organisation_id AND r.at <= s.submitted_at
        )
    FROM signals_indicator i, signals_signalversion v
    WHERE i.id = s.indicator_id AND v.id = s.current_version_id
"""
"""What rows from before repeat of their indicator and version, and whether they had been prompted."""

SIGNAL_IS_VISIBLE = f"""
    {OWN}
    OR (
        activated_at IS NOT NULL
        AND status IN ('active', 'held', 'withdrawn', 'retracted', 'expired')
        AND EXISTS (
            SELECT FROM members_membership m JOIN members_organisation o ON o.id = m.organisation_id
            WHERE m.community_id = signals_signal.community_id
              AND m.organisation_id = (SELECT lantern_organisation())
              AND m.left_at IS NULL
              AND (m.sees_older OR m.joined_at <= signals_signal.activated_at)
              AND o.state = 'active' AND o.suspended IN ('', 'submit')
              AND NOT signals_signal.not_to_regions @> ARRAY[o.region]
        )
    )
    OR (
        status IN ('held', 'withdrawn', 'retracted', 'expired')
        AND (
            SELECT true FROM signals_receipt r
            WHERE r.signal_id = signals_signal.id AND r.organisation_id = (SELECT lantern_organisation())
            LIMIT 1
        )
    )
"""
"""The rule as it was, but receipts are looked for one by one: EXISTS may gather everything that a member received."""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_way_in_and_out"),
        ("signals", "0008_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.BigIntegerField(default=lantern_site.public_ids.new, unique=True)),
                ("name", models.CharField(max_length=40)),
                ("words", models.JSONField()),
                ("is_shared", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="signal",
            name="found_right",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="signal",
            name="found_wrong",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="signal",
            name="harm",
            field=models.CharField(
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
                default="other",
                max_length=32,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="signal",
            name="kind",
            field=models.CharField(
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
                default="md5",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="signal",
            name="next_due_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(check_due_at__isnull=False, then="check_due_at"),
                    models.When(status="submitted", then="review_due_at"),
                    models.When(status__in=["returned", "active", "held"], then="expires_at"),
                ),
                output_field=models.DateTimeField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="prompted",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(REPEATED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["submitted_at", "id"], name="signal_newest"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                condition=models.Q(("next_due_at__isnull", False)), fields=["next_due_at", "id"], name="signal_next_due"
            ),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["kind", "submitted_at", "id"], name="signal_by_kind"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["status", "submitted_at", "id"], name="signal_by_status"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["harm", "submitted_at", "id"], name="signal_by_harm"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["organisation", "submitted_at", "id"], name="signal_by_organisation"),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
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
        migrations.AddField(
            model_name="savedfilter",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="saved_filters", to="members.organisation"
            ),
        ),
        migrations.AddField(
            model_name="savedfilter",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="saved_filters", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="one_saved_filter_per_name"),
        ),
        migrations.RunSQL(visible("signals_savedfilter", OWN)),
        migrations.RunSQL(
            f"ALTER POLICY visible ON signals_signal USING ({SIGNAL_IS_VISIBLE}) WITH CHECK ({SIGNAL_IS_VISIBLE})"
        ),
    ]
