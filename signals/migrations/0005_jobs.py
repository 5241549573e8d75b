"""Jobs that only count or ask before they go on, watch lists, and what the database shows of all of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lantern_site.audit.row_security import OWN, visible

CLOCK = "(SELECT lantern_scope()) = 'clock'"
OF_JOB = "EXISTS (SELECT FROM signals_matchjob j WHERE j.id = job_id{also})"
OF_OWN_JOB = OF_JOB.format(also=" AND j.organisation_id = (SELECT lantern_organisation())")


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_row_level_security"),
        ("signals", "0004_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("match", models.CharField(max_length=8)),
                ("distance", models.PositiveSmallIntegerField()),
                ("rows", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="WatchList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ends_at", models.DateTimeField()),
                ("compared_to", models.BigIntegerField(default=0)),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="matchjob",
            name="a_job_has_a_known_state",
        ),
        migrations.AddField(
            model_name="chunk",
            name="stage",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="lead",
            name="reference_digest",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="matchjob",
            name="compared",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="matchjob",
            name="first_percent",
            field=models.PositiveSmallIntegerField(default=100),
        ),
        migrations.AddField(
            model_name="matchjob",
            name="is_shadow",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="matchjob",
            name="radii",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="matchjob",
            name="stage",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="matchjob",
            name="would_hit",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="matchjob",
            name="state",
            field=models.CharField(
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
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["organisation", "indicator"], name="lead_by_indicator"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["organisation", "reference_digest"], name="lead_by_reference"),
        ),
        migrations.AddConstraint(
            model_name="matchjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["queued", "running", "asking", "watching", "done", "cancelled", "failed"])
                ),
                name="a_job_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchjob",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_percent__gte", 1), ("first_percent__lte", 100)),
                name="a_first_stage_is_a_part_of_the_batch",
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="indicator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="signals.indicator"
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="signals.matchjob"
            ),
        ),
        migrations.AddField(
            model_name="watchlist",
            name="job",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="watch_list", to="signals.matchjob"
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=("job", "indicator", "match", "distance"), name="one_tally_per_way_to_hit"
            ),
        ),
        migrations.AddIndex(
            model_name="watchlist",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["compared_to"], name="watch_list_open"
            ),
        ),
        migrations.RunSQL(visible("signals_matchjob", OWN)),
        migrations.RunSQL(visible("signals_chunk", f"{CLOCK} OR {OF_OWN_JOB}")),  # it holds values: not the programme
        migrations.RunSQL(visible("signals_tally", CLOCK)),
        migrations.RunSQL(visible("signals_watchlist", OF_JOB.format(also=""))),
    ]
