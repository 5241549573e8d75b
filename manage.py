#!/usr/bin/env python
"""Lantern's commands: `python manage.py help`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

OFFLINE = {"collectstatic", "makemessages", "makemigrations", "spectacular"}  # need neither database nor secrets
AS_OWNER = {"dbshell", "flush", "migrate", "showmigrations", "sqlflush", "sqlmigrate"}  # need the owner of the schema


def main(arguments: list[str]) -> None:
    command = arguments[1] if len(arguments) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantern_site.settings")
    if command in OFFLINE:
        os.environ.setdefault("LANTERN_BUILD", "1")
    if command in AS_OWNER:
        os.environ.setdefault("DATABASE_ROLE", "")
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as missing:
        sys.exit(f"error: {missing}")


if __name__ == "__main__":
    main(sys.argv)
