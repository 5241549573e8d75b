"""Addresses of the pages about members."""

from django.urls import path

from lantern_site.members.views import (
    applications,
    applying,
    compliance,
    moves,
    organisations,
    own,
    rules,
    trials,
)

app_name = "members"
urlpatterns = [
    path("members/", organisations.directory, name="directory"),
    path("members/<lnid:organisation_id>/", organisations.organisation, name="organisation"),
    path("members/<lnid:organisation_id>/gates/", moves.pass_gates, name="pass_gates"),
    path("members/<lnid:organisation_id>/gates/<str:kind>/reopen/", moves.reopen_gate, name="reopen_gate"),
    path("members/<lnid:organisation_id>/onboard/", moves.onboard, name="onboard"),
    path("members/<lnid:organisation_id>/activate/", moves.activate, name="activate"),
    path("members/<lnid:organisation_id>/rename/", moves.rename, name="rename"),
    path("members/<lnid:organisation_id>/merge/", rules.merge, name="merge"),
    path("members/<lnid:organisation_id>/support/", moves.support, name="support"),
    path("members/<lnid:organisation_id>/support/end/", moves.end_support, name="end_support"),
    path("members/<lnid:organisation_id>/pack/", moves.pack, name="pack"),
    path("members/<lnid:organisation_id>/compliance/", compliance.compliance, name="compliance"),
    path("members/<lnid:organisation_id>/law/", compliance.pass_legal_gate, name="pass_legal_gate"),
    path("members/<lnid:organisation_id>/law/withdraw/", compliance.withdraw_legal_gate, name="withdraw_legal_gate"),
    path("members/<lnid:organisation_id>/sign/", compliance.sign, name="sign"),
    path("members/<lnid:organisation_id>/review/", compliance.hold_review, name="hold_review"),
    path("compliance/<lnid:review_id>/observe/", compliance.observe, name="observe"),
    path("compliance/observations/<lnid:observation_id>/remedy/", compliance.remedy, name="remedy"),
    path("members/<lnid:organisation_id>/test/", trials.test_signal, name="test_signal"),
    path("members/<lnid:organisation_id>/test/send/", trials.send, name="send_test_signal"),
    path("tests/<lnid:test_id>/acknowledge/", trials.acknowledge, name="acknowledge_test_signal"),
    path("apply/", applying.apply, name="apply"),
    path("apply/<lnid:application_id>/<str:secret>/", applying.application_status, name="application_status"),
    path("apply/<lnid:application_id>/<str:secret>/appeal/", applying.appeal, name="appeal"),
    path("applications/", applications.applications, name="applications"),
    path("applications/<lnid:application_id>/", applications.application, name="application"),
    path("applications/<lnid:application_id>/decide/", applications.decide, name="decide"),
    path("agreements/", rules.all_agreements, name="agreements"),
    path("agreements/<lnid:agreement_id>/", rules.agreement, name="agreement"),
    path("jurisdictions/", rules.jurisdictions, name="jurisdictions"),
    path("keys/<lnid:key_id>/revoke/", organisations.revoke, name="revoke_key"),
    path("prove/", own.prove, name="prove"),
    path("settings/", own.settings, name="settings"),
]
