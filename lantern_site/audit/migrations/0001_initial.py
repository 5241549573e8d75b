from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("signed_at", models.DateTimeField()),
                ("verifier", models.CharField(max_length=300)),
                ("note", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Payload",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField()),
                ("body", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=60)),
                ("subject_kind", models.CharField(max_length=30)),
                ("subject", models.BigIntegerField()),
                ("organisation", models.BigIntegerField(null=True)),
                ("audience", models.CharField(blank=True, max_length=40)),
                ("actor_kind", models.CharField(max_length=8)),
                ("actor", models.BigIntegerField()),
                ("facts", models.JSONField(default=dict)),
                ("commitment", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "position"], name="entry_by_subject"),
                    models.Index(fields=["audience", "position"], name="entry_by_audience"),
                    models.Index(fields=["actor", "position"], name="entry_by_actor"),
                    models.Index(fields=["action", "at"], name="entry_by_action"),
                    models.Index(fields=["organisation", "-at"], name="entry_by_organisation"),
                    models.Index(fields=["at"], name="entry_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="the_ledger_has_one_head")],
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.PositiveSmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("nodes", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "number"), name="a_tile_has_one_place")],
            },
        ),
    ]
