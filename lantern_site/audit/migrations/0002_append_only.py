"""The database keeps the ledger append-only: tiles of its tree only grow at their end, checkpoints never change. It knows
the application as a role that owns nothing, and who acts from the variables of a transaction."""

from django.db import migrations

ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lantern_app') THEN
        CREATE ROLE lantern_app NOLOGIN;
    END IF;
END $$;
GRANT lantern_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO lantern_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lantern_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO lantern_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lantern_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO lantern_app;
REVOKE ALL ON audit_entry, audit_payload, audit_head, audit_tile, audit_checkpoint FROM lantern_app;
GRANT SELECT, INSERT ON audit_entry TO lantern_app;
GRANT SELECT, INSERT, DELETE ON audit_payload TO lantern_app;
GRANT SELECT, UPDATE (position) ON audit_head TO lantern_app;
GRANT SELECT, INSERT, UPDATE (nodes) ON audit_tile TO lantern_app;
GRANT SELECT, INSERT ON audit_checkpoint TO lantern_app;
"""

TRIGGERS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER entry_is_never_emptied BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER payload_is_never_changed BEFORE UPDATE ON audit_payload
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE FUNCTION audit_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.position < OLD.position THEN
        RAISE EXCEPTION 'the ledger''s head moves forward only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER head_moves_forward BEFORE UPDATE OR DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_only_forward();
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
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER entry_is_never_changed;
ALTER TABLE audit_payload ENABLE ALWAYS TRIGGER payload_is_never_changed;
ALTER TABLE audit_head ENABLE ALWAYS TRIGGER head_moves_forward;
ALTER TABLE audit_tile ENABLE ALWAYS TRIGGER tile_only_grows;
ALTER TABLE audit_checkpoint ENABLE ALWAYS TRIGGER checkpoint_is_never_changed;
INSERT INTO audit_head (id, position) VALUES (1, 0);
"""

WHO_ASKS = """
CREATE FUNCTION lantern_scope() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('lantern.scope', true), '') $$;
CREATE FUNCTION lantern_organisation() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('lantern.organisation', true), '')::bigint $$;
CREATE FUNCTION lantern_person() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('lantern.person', true), '')::bigint $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(statements) for statements in (ROLE, TRIGGERS, WHO_ASKS)]
