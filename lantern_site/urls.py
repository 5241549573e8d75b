"""Every address begins here; each app brings its own."""

from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from lantern_site import public_ids
from lantern_site.rest import Unknown

register_converter(public_ids.Converter, "lnid")

urlpatterns = [
    path("", include("lantern_site.health")),
    path("favicon.ico", RedirectView.as_view(url="/static/img/favicon.svg", permanent=True)),
    path("", include("lantern_site.members.urls")),  # before allauth's: two of its pages are guarded there
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("signals.urls")),
    path("", include("reviews.urls")),
    path("", include("transparency.urls")),
    path("api/v1/", include("lantern_site.openapi")),
    path("api/v1/", include("signals.api.urls")),
    path("api/v1/", include("reviews.api.urls")),
    path("api/v1/<path:rest>", Unknown.as_view()),
]

handler429 = "lantern_site.members.views.sign_in.too_many"  # called by allauth
