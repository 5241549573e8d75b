"""Addresses of the pages about members."""

from django.urls import path

from lantern_site.members.views import organisations, own

app_name = "members"
urlpatterns = [
    path("members/", organisations.directory, name="directory"),
    path("members/<lnid:organisation_id>/", organisations.organisation, name="organisation"),
    path("keys/<lnid:key_id>/revoke/", organisations.revoke, name="revoke_key"),
    path("accounts/email/", own.address, name="address"),
    path("prove/", own.prove, name="prove"),
    path("settings/", own.settings, name="settings"),
]
