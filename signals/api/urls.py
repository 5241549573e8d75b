"""Addresses of the machine interface."""

from django.urls import path

from lantern_site.pages import public
from signals.api import imports, jobs, normalisation, views

urlpatterns = [
    path("feed", views.Feed.as_view(), name="api-feed"),
    path("signals", views.Signals.as_view(), name="api-signals"),
    path("signals/<lnid:signal_id>", views.Signal.as_view(), name="api-signal"),
    path("imports", imports.Imports.as_view(), name="api-imports"),
    path("imports/<lnid:import_id>", imports.One.as_view(), name="api-import"),
    path("imports/<lnid:import_id>/submit", imports.Submission.as_view(), name="api-submit-import"),
    path("imports/<lnid:import_id>/cancel", imports.Cancellation.as_view(), name="api-cancel-import"),
    path("imports/<lnid:import_id>/results", imports.Results.as_view(), name="api-import-results"),
    path("signals/<lnid:signal_id>/corrections", views.Corrections.as_view(), name="api-corrections"),
    path(
        "signals/<lnid:signal_id>/corrections/cancel",
        views.CorrectionCancellation.as_view(),
        name="api-cancel-correction",
    ),
    path("lookup", views.Lookup.as_view(), name="api-lookup"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/lines", jobs.JobsOfLines.as_view(), name="api-jobs-lines"),
    path("jobs/<lnid:job_id>", jobs.Job.as_view(), name="api-job"),
    path("jobs/<lnid:job_id>/cancel", jobs.Cancel.as_view(), name="api-job-cancel"),
    path("jobs/<lnid:job_id>/go-on", jobs.GoOn.as_view(), name="api-job-go-on"),
    path("jobs/<lnid:job_id>/leads", jobs.Leads.as_view(), name="api-job-leads"),
    path("normalisation", public(normalisation.Specification.as_view()), name="api-normalisation"),
    path("normalisation/vectors", public(normalisation.Vectors.as_view()), name="api-normalisation-vectors"),
    path("me", views.Myself.as_view(), name="api-me"),
]
