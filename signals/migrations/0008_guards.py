"""Corrections that wait, and indicators that hit too much of a job; that is its member's secret."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lantern_site.audit.row_security import OWN, visible


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("signals", "0007_spending"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BroadHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hits", models.PositiveIntegerField()),
                ("compared", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="signal",
            name="correction",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signals.signalversion"
            ),
        ),
        migrations.AddField(
            model_name="signalversion",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                condition=models.Q(("correction__isnull", False)),
                fields=["organisation"],
                name="signal_with_correction",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("correction__isnull", True), ("status__in", ["active", "held"]), _connector="OR"),
                name="only_what_is_shared_waits_for_a_correction",
            ),
        ),
        migrations.AddField(
            model_name="broadhit",
            name="indicator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="broad_hits", to="signals.indicator"
            ),
        ),
        migrations.AddField(
            model_name="broadhit",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="broad_hits", to="signals.matchjob"
            ),
        ),
        migrations.AddField(
            model_name="broadhit",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="broad_hits", to="members.organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="broadhit",
            constraint=models.UniqueConstraint(fields=("job", "indicator"), name="one_broad_hit_per_job_and_indicator"),
        ),
        migrations.AddConstraint(
            model_name="broadhit",
            constraint=models.CheckConstraint(
                condition=models.Q(("hits__lte", models.F("compared"))), name="no_more_hits_than_rows"
            ),
        ),
        migrations.RunSQL(visible("signals_broadhit", OWN)),
    ]
