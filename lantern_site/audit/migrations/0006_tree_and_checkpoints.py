"""The ledger's tree and its checkpoints: tiles only grow at their end, checkpoints never change."""

from django.db import migrations, models

GUARDS = """
REVOKE ALL ON audit_tile, audit_checkpoint FROM lantern_app;
GRANT SELECT, INSERT, UPDATE (nodes) ON audit_tile TO lantern_app;
GRANT SELECT, INSERT ON audit_checkpoint TO lantern_app;
CREATE FUNCTION audit_only_longer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.level <> OLD.level OR NEW.number <> OLD.number
        OR substring(NEW.nodes FROM 1 FOR length(OLD.nodes)) <> OLD.nodes THEN
        RAISE EXCEPTION 'a tile of the tree only grows at its end';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tile_only_grows BEFORE UPDATE OR DELETE ON audit_tile
    FOR EACH ROW EXECUTE FUNCTION audit_only_longer();
CREATE TRIGGER checkpoint_is_never_changed BEFORE UPDATE OR DELETE ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER tile_only_grows;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER checkpoint_is_never_changed;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_person")]

    operations = [
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
        migrations.RunSQL(GUARDS),
    ]
