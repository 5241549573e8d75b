"""Addresses of the pages about members."""

from django.urls import path

from lantern_site.members.views import machines, organisations, own

app_name = "members"
urlpatterns = [
    path("members/", organisations.directory, name="directory"),
    path("members/<lnid:organisation_id>/", organisations.organisation, name="organisation"),
    path("members/<lnid:organisation_id>/keys/", machines.index, name="keys"),
    path("keys/<lnid:key_id>/", machines.key, name="key"),
    path("keys/<lnid:key_id>/rotate/", machines.rotate, name="rotate_key"),
    path("keys/<lnid:key_id>/revoke/", machines.revoke, name="revoke_key"),
    path("accounts/email/", own.address, name="address"),
    path("prove/", own.prove, name="prove"),
    path("settings/", own.settings, name="settings"),
]
