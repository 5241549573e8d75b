from django.db import migrations, models


class Migration(migrations.Migration):
    """Every digest says under which pepper it lies. Until now there was only the first."""

    dependencies = [("signals", "0005_jobs")]

    operations = [
        migrations.AddField(
            "indicator", "pepper_id", models.PositiveSmallIntegerField(default=1), preserve_default=False
        ),
        migrations.AddIndex("indicator", models.Index(fields=["pepper_id"], name="indicator_by_pepper")),
        migrations.AddIndex("indicatorvalue", models.Index(fields=["key_id"], name="value_by_key")),
    ]
