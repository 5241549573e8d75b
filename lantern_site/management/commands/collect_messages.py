"""Bring the catalogues of the interface up to date with the code and the templates."""

from typing import Any

from django.core.management.base import BaseCommand

from lantern_site import translations


class Command(BaseCommand):
    help = "Renew each catalogue under lantern_site/locale and list what it still has to translate."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for catalogue in sorted(translations.CATALOGUES.glob("*/LC_MESSAGES/*.po")):
            missing = translations.collect(catalogue)
            self.stdout.write(f"{catalogue.relative_to(translations.ROOT)}: {len(missing)} to translate")
            for message in missing:
                self.stdout.write(f"  {message.id}")
