"""Migrating in the running process, for the launcher and the tests."""

from django.core.management import call_command
from django.db import connection


def migrate() -> None:
    """Apply the migrations as the owner of the schema; afterwards the connection is the application's again.

    Raises SystemCheckError when something is amiss, such as a key that the rows need.
    """
    options = connection.settings_dict["OPTIONS"]
    role = options.pop("options", None)
    connection.close()
    try:
        call_command("migrate", verbosity=0, skip_checks=False)
    finally:
        connection.close()
        if role is not None:
            options["options"] = role
