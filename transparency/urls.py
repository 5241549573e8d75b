"""Addresses of the report, its studio and the ledger."""

from django.urls import path

from transparency.views import ledger, public, studio

app_name = "transparency"
urlpatterns = [
    path("reports/", public.editions, name="editions"),
    path("reports/<int:year>/", public.edition, name="report"),
    path("reports/<int:year>/data.csv", public.data_csv, name="data_csv"),
    path("reports/<int:year>/data.json", public.data_json, name="data_json"),
    path("method/", public.method, name="method"),
    path("studio/", studio.studio, name="studio"),
    path("studio/freeze/", studio.freeze, name="freeze"),
    path("studio/<lnid:edition_id>/", studio.edition, name="edition_draft"),
    path("studio/<lnid:edition_id>/preview/", studio.preview, name="preview"),
    path("studio/<lnid:edition_id>/compute/", studio.compute, name="compute"),
    path("studio/<lnid:edition_id>/publish/", studio.publish, name="publish"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/verify/", ledger.verify, name="verify"),
]
