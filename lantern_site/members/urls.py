"""Addresses of the pages about members."""

from django.urls import path

from lantern_site.members.views import organisations, own
from lantern_site.members.views.registers import (
    assessments,
    attestations,
    dialogue,
    government_requests,
    incidents,
    overview,
    subject_requests,
)

app_name = "members"
urlpatterns = [
    path("members/", organisations.directory, name="directory"),
    path("members/<lnid:organisation_id>/", organisations.organisation, name="organisation"),
    path("keys/<lnid:key_id>/revoke/", organisations.revoke, name="revoke_key"),
    path("prove/", own.prove, name="prove"),
    path("settings/", own.settings, name="settings"),
    path("registers/", overview.overview, name="registers"),
    path("registers/<str:register>/export/", overview.export, name="export_register"),
    path("registers/government-requests/", government_requests.index, name="government_requests"),
    path("registers/government-requests/<lnid:case_id>/", government_requests.entry, name="government_request"),
    path(
        "registers/government-requests/<lnid:case_id>/answer/",
        government_requests.answer,
        name="answer_government_request",
    ),
    path("registers/attestations/", attestations.register, name="attestation_register"),
    path("attestations/", attestations.own, name="attestations"),
    path("attestations/<lnid:attestation_id>/", attestations.entry, name="attestation"),
    path("registers/subject-requests/", subject_requests.index, name="subject_requests"),
    path("registers/subject-requests/<lnid:case_id>/", subject_requests.entry, name="subject_request"),
    path("registers/subject-requests/<lnid:case_id>/ask/", subject_requests.ask_identity, name="ask_subject_request"),
    path(
        "registers/subject-requests/<lnid:case_id>/prove/",
        subject_requests.prove_identity,
        name="prove_subject_request",
    ),
    path(
        "registers/subject-requests/<lnid:case_id>/restrict/",
        subject_requests.restrict,
        name="restrict_subject_request",
    ),
    path("registers/subject-requests/<lnid:case_id>/extend/", subject_requests.extend, name="extend_subject_request"),
    path("registers/subject-requests/<lnid:case_id>/decide/", subject_requests.decide, name="decide_subject_request"),
    path("registers/subject-requests/<lnid:case_id>/close/", subject_requests.close, name="close_subject_request"),
    path("registers/incidents/", incidents.index, name="incidents"),
    path("registers/incidents/new/", incidents.new, name="incident_new"),
    path("registers/incidents/<lnid:incident_id>/", incidents.entry, name="incident"),
    path("registers/incidents/<lnid:incident_id>/describe/", incidents.describe, name="describe_incident"),
    path("registers/incidents/<lnid:incident_id>/contain/", incidents.contain, name="contain_incident"),
    path("registers/incidents/<lnid:incident_id>/notify/", incidents.notify, name="notify_incident"),
    path("registers/incidents/<lnid:incident_id>/inform/", incidents.inform, name="inform_incident"),
    path("registers/incidents/<lnid:incident_id>/close/", incidents.close, name="close_incident"),
    path("registers/assessments/", assessments.index, name="assessment_register"),
    path("registers/assessments/<lnid:assessment_id>/", assessments.entry, name="assessment_draft"),
    path("registers/assessments/<lnid:assessment_id>/describe/", assessments.describe, name="describe_assessment"),
    path("registers/assessments/<lnid:assessment_id>/recommend/", assessments.recommend, name="recommend_assessment"),
    path("registers/assessments/<lnid:assessment_id>/answer/", assessments.answer, name="answer_assessment"),
    path("registers/assessments/<lnid:assessment_id>/publish/", assessments.publish, name="publish_assessment"),
    path("assessments/", assessments.published, name="assessments"),
    path("assessments/<lnid:assessment_id>/", assessments.published_one, name="assessment"),
    path("registers/dialogue/", dialogue.meetings, name="meetings"),
    path("registers/dialogue/<lnid:meeting_id>/", dialogue.meeting, name="meeting"),
    path("registers/advice/", dialogue.advice_register, name="advice_register"),
    path("registers/advice/<lnid:advice_id>/", dialogue.advice, name="advice"),
    path("registers/advice/<lnid:advice_id>/revise/", dialogue.revise, name="revise_advice"),
    path("notes/", dialogue.notes, name="notes"),
    path("notes/<lnid:advice_id>/", dialogue.note, name="note"),
]
