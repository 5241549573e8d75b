"""Every address begins here; each app brings its own."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", include("lantern_site.health")),
    path("favicon.ico", RedirectView.as_view(url="/static/img/favicon.svg", permanent=True)),
    path("accounts/", include("allauth.urls")),
]
