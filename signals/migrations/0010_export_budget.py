"""Plain values that are exported have a daily budget of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signals", "0009_search")]

    operations = [
        migrations.RemoveConstraint(model_name="spending", name="a_spending_has_a_known_kind"),
        migrations.AlterField(
            model_name="spending",
            name="kind",
            field=models.CharField(
                choices=[("reveal", "Reveal"), ("lookup", "Lookup"), ("export", "Export")], max_length=8
            ),
        ),
        migrations.AddConstraint(
            model_name="spending",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reveal", "lookup", "export"])), name="a_spending_has_a_known_kind"
            ),
        ),
    ]
