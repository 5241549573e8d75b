"""Addresses of the machine interface."""

from django.urls import path

from lantern_site.pages import public
from signals.api import normalisation, views

urlpatterns = [
    path("feed", views.Feed.as_view(), name="api-feed"),
    path("signals", views.Signals.as_view(), name="api-signals"),
    path("signals/<lnid:signal_id>", views.Signal.as_view(), name="api-signal"),
    path("signals/<lnid:signal_id>/corrections", views.Corrections.as_view(), name="api-corrections"),
    path("lookup", views.Lookup.as_view(), name="api-lookup"),
    path("normalisation", public(normalisation.Specification.as_view()), name="api-normalisation"),
    path("normalisation/vectors", public(normalisation.Vectors.as_view()), name="api-normalisation-vectors"),
    path("me", views.Myself.as_view(), name="api-me"),
]
