"""Addresses of the pages that share, list and match."""

from django.urls import path

from signals.views import jobs, listing, share, subject_requests

app_name = "signals"
urlpatterns = [
    path("share/", share.share, name="share"),
    path("share/look/", share.look, name="look"),
    path("signals/", listing.listing, name="list"),
    path("signals/find/", listing.find, name="find"),
    path("signals/<lnid:signal_id>/resubmit/", share.resubmit, name="resubmit"),
    path("registers/subject-requests/<lnid:case_id>/search/", subject_requests.search, name="subject_request_search"),
    path("jobs/", jobs.index, name="jobs"),
    path("jobs/<lnid:job_id>/", jobs.job, name="job"),
    path("jobs/<lnid:job_id>/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<lnid:job_id>/cancel/", jobs.cancel, name="cancel_job"),
]
