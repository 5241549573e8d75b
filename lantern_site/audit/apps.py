from django.apps import AppConfig


class Audit(AppConfig):
    name = "lantern_site.audit"
    label = "audit"
