"""By when an application is decided."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0003_way_in_and_out")]

    operations = [migrations.AddField(model_name="application", name="due_at", field=models.DateTimeField(null=True))]
