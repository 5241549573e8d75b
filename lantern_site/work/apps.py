from django.apps import AppConfig


class Work(AppConfig):
    name = "lantern_site.work"
    label = "work"
