from django.apps import AppConfig
from django.core.checks import Tags, register

from lantern_site import checks


class Site(AppConfig):
    name = "lantern_site"
    label = "lantern_site"

    def ready(self) -> None:
        register(checks.deployment, Tags.security, deploy=True)
        register(checks.keys, Tags.database)
