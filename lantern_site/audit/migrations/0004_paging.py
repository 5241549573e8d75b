"""The ledger of one day, without reading all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_entry_by_organisation")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["at"], name="entry_by_time"),
        ),
    ]
