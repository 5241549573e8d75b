from django.apps import AppConfig


class Transparency(AppConfig):
    name = "transparency"
