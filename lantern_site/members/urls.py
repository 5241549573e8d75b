"""Addresses of the pages about members."""

from django.urls import path

from lantern_site.members.views import invitations, organisations, own, people, person, sign_in

app_name = "members"
urlpatterns = [
    path("members/", organisations.directory, name="directory"),
    path("members/<lnid:organisation_id>/", organisations.organisation, name="organisation"),
    path("members/<lnid:organisation_id>/people/", people.people, name="people"),
    path("members/<lnid:organisation_id>/people/confirm/", people.confirm, name="confirm_access"),
    path("members/<lnid:organisation_id>/people/end/", people.end_access, name="end_access"),
    path("people/<lnid:staff_id>/", person.person, name="person"),
    path("people/<lnid:staff_id>/grant/", person.grant_role, name="grant_role"),
    path("people/<lnid:staff_id>/end-role/", person.end_role, name="end_role"),
    path("people/<lnid:staff_id>/train/", person.record_training, name="record_training"),
    path("people/<lnid:staff_id>/deactivate/", person.deactivate, name="deactivate"),
    path("people/<lnid:staff_id>/reactivate/", person.reactivate, name="reactivate"),
    path("training/<lnid:training_id>/withdraw/", person.withdraw_training, name="withdraw_training"),
    path("invitations/<lnid:invitation_id>/resend/", invitations.resend, name="resend_invitation"),
    path("invitations/<lnid:invitation_id>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("invitations/<str:token>/", invitations.accept, name="accept_invitation"),
    path("keys/<lnid:key_id>/revoke/", organisations.revoke, name="revoke_key"),
    path("prove/", own.prove, name="prove"),
    path("onward/", own.onward, name="onward"),
    path("settings/", own.settings, name="settings"),
    path("settings/sessions/end/", own.end_session, name="end_session"),
    path("settings/sessions/end-others/", own.end_other_sessions, name="end_other_sessions"),
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", sign_in.remove_key, name="remove_key"),
]
