"""The site: settings, addresses, and what every app stands on. The Celery application is loaded with it."""

from lantern_site.celery import app as celery_app

__all__ = ["celery_app"]
