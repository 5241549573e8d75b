"""Filters are kept of the review queue, too."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_wellbeing"),
        ("signals", "0011_forgetting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="savedfilter",
            name="one_saved_filter_per_name",
        ),
        migrations.AddField(
            model_name="savedfilter",
            name="page",
            field=models.CharField(
                choices=[("signals", "Signals"), ("queue", "Queue")], default="signals", max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(fields=("owner", "page", "name"), name="one_saved_filter_per_name"),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.CheckConstraint(
                condition=models.Q(("page__in", ["signals", "queue"])), name="a_saved_filter_is_of_a_known_page"
            ),
        ),
    ]
