"""Addresses of the pages about members."""

from django.urls import path

from lantern_site.members import views

app_name = "members"
urlpatterns = [
    path("members/", views.directory, name="directory"),
    path("members/<lnid:organisation_id>/", views.organisation, name="organisation"),
    path("keys/<lnid:key_id>/revoke/", views.revoke, name="revoke_key"),
    path("settings/", views.settings, name="settings"),
]
