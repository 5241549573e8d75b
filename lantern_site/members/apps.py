from django.apps import AppConfig


class Members(AppConfig):
    name = "lantern_site.members"
    label = "members"
