"""Addresses of the pages that share, list and match, and of those that say who may see it."""

from django.urls import path

from signals.views import communities, jobs, listing, machines, normalisation, share, standing, subject_requests

app_name = "signals"
urlpatterns = [
    path("normalisation/", normalisation.normalisation, name="normalisation"),
    path("share/", share.share, name="share"),
    path("share/look/", share.look, name="look"),
    path("signals/", listing.listing, name="list"),
    path("signals/find/", listing.find, name="find"),
    path("signals/filters/save/", listing.save_filter, name="save_filter"),
    path("signals/filters/<lnid:filter_id>/rename/", listing.rename_filter, name="rename_filter"),
    path("signals/filters/<lnid:filter_id>/share/", listing.share_filter, name="share_filter"),
    path("signals/filters/<lnid:filter_id>/delete/", listing.delete_filter, name="delete_filter"),
    path("signals/<lnid:signal_id>/resubmit/", share.resubmit, name="resubmit"),
    path("registers/subject-requests/<lnid:case_id>/search/", subject_requests.search, name="subject_request_search"),
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/<lnid:job_id>/", jobs.job, name="job"),
    path("jobs/<lnid:job_id>/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<lnid:job_id>/cancel/", jobs.cancel, name="cancel_job"),
    path("communities/", communities.index, name="communities"),
    path("communities/found/", communities.found, name="found_community"),
    path("communities/<lnid:community_id>/", communities.community, name="community"),
    path("communities/<lnid:community_id>/change/", communities.change, name="change_community"),
    path("communities/<lnid:community_id>/add/", communities.add, name="add_to_community"),
    path("communities/<lnid:community_id>/remove/", communities.remove, name="remove_from_community"),
    path("communities/<lnid:community_id>/open/", communities.open_to_later, name="open_community"),
    path("communities/<lnid:community_id>/close-to-later/", communities.close_to_later, name="close_to_later"),
    path("communities/<lnid:community_id>/close/", communities.close, name="close_community"),
    path("members/<lnid:organisation_id>/standing/", standing.standing, name="standing"),
    path("members/<lnid:organisation_id>/suspend/", standing.suspend, name="suspend"),
    path("members/<lnid:organisation_id>/lift/", standing.lift, name="lift"),
    path("members/<lnid:organisation_id>/notice/", standing.give_notice, name="give_notice"),
    path("members/<lnid:organisation_id>/part/", standing.part, name="part"),
    path("members/<lnid:organisation_id>/certify/", standing.certify, name="certify"),
    path("keys/<lnid:key_id>/reads/", machines.reads_of_key, name="key_reads"),
    path("keys/<lnid:key_id>/reads/download/", machines.export, name="export_key_reads"),
]
