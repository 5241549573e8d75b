import django.db.models.deletion
from django.db import migrations, models

from lantern_site.audit.row_security import OWN, visible


class Migration(migrations.Migration):
    dependencies = [("signals", "0006_peppers"), ("members", "0002_row_level_security")]

    operations = [
        migrations.CreateModel(
            name="Spending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("reveal", "Reveal"), ("lookup", "Lookup")], max_length=8)),
                ("holder", models.BigIntegerField()),
                ("on", models.DateField(db_index=True)),
                ("used", models.PositiveIntegerField(default=0)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spendings",
                        to="members.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "holder", "on"), name="one_spending_per_day"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["reveal", "lookup"])), name="a_spending_has_a_known_kind"
                    ),
                ],
            },
        ),
        migrations.RunSQL(visible("signals_spending", OWN)),
    ]
