"""Row-level security as SQL, for migrations: the second wall behind `visible_to`.

What `lantern_scope()` and `lantern_organisation()` answer is set by `access.acting_as`. Migrations that have run
elsewhere rest on these texts: add new ones, do not change what these say.
"""

PROGRAMME = "(SELECT lantern_scope()) IN ('programme', 'clock')"
OWN = f"{PROGRAMME} OR organisation_id = (SELECT lantern_organisation())"


def visible(table: str, rule: str) -> str:
    """Statements: the application reads and writes only those rows of the table for which the rule holds."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY visible ON {table} TO lantern_app USING ({rule}) WITH CHECK ({rule});"
    )


def written_by(whom: str, table: str, rule: str) -> str:
    """Statements: seeing is not writing. A row must pass this rule, too, to be added, changed or removed.

    An update may still lock a row that is only visible (`FOR SHARE` asks the same policy), but nothing comes of it.
    """
    return (
        f"CREATE POLICY only_{whom}_add ON {table} AS RESTRICTIVE FOR INSERT TO lantern_app WITH CHECK ({rule});"
        f"CREATE POLICY only_{whom}_change ON {table} AS RESTRICTIVE FOR UPDATE TO lantern_app"
        f" USING (true) WITH CHECK ({rule});"
        f"CREATE POLICY only_{whom}_remove ON {table} AS RESTRICTIVE FOR DELETE TO lantern_app USING ({rule});"
    )
