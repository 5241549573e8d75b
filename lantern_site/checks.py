"""What `manage.py check` says about this installation beyond Django's own checks."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import ProgrammingError
from django.utils.module_loading import import_string

FAULTS_OF_KEYS = "lantern_site.rotation.faults"


def deployment(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    if settings.HASH_UPLOADS:
        found.append(
            checks.Warning(
                "HASH_UPLOADS is on: files that people choose travel to this server to be hashed.",
                hint="Leave it off unless your lawyers agreed to it. Members can hash on their own machines with "
                "python -m signals.matching.hash.",
                id="lantern.W001",
            )
        )
    if settings.DEMO:
        found.append(
            checks.Warning(
                "LANTERN_DEMO is on: the sign-in pages show the accounts of the demo and their codes.",
                hint="Set LANTERN_DEMO=0 where real people work.",
                id="lantern.W002",
            )
        )
    if not settings.DATABASE_ROLE:
        found.append(
            checks.Warning(
                "DATABASE_ROLE is empty: the application owns its tables, and row-level security does not hold for it.",
                hint="Leave DATABASE_ROLE unset, so that the application speaks as lantern_app.",
                id="lantern.W003",
            )
        )
    return found


def keys(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **options: Any
) -> list[checks.CheckMessage]:
    """Whether everything that is kept can be read and found. `migrate` asks before it does anything, and so refuses to
    let an installation start without a key that its rows need."""
    if not databases:
        return []
    try:
        faults = import_string(FAULTS_OF_KEYS)()  # by name, because models are loaded after checks
    except ProgrammingError:  # tables are yet to be made
        return []
    return [checks.Error(fault, id="lantern.E001") for fault in faults]
