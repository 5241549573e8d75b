"""Addresses of the report, its studio and the ledger."""

from django.urls import path

from transparency.views import ledger, own, proofs, public, studio

app_name = "transparency"
urlpatterns = [
    path("reports/", public.editions, name="editions"),
    path("reports/<int:year>/", public.edition, name="report"),
    path("reports/<int:year>/data.csv", public.data_csv, name="data_csv"),
    path("reports/<int:year>/data.json", public.data_json, name="data_json"),
    path("reports/<int:year>/<int:number>/", public.one_edition, name="one_edition"),
    path("reports/<int:year>/<int:number>/verify/", public.verify, name="verify_report"),
    path("reports/<int:year>/<int:number>/all.zip", public.download, name="download"),
    path("reports/<int:year>/<int:number>/<str:name>", public.file, name="report_file"),
    path("method/", public.method, name="method"),
    path("studio/", studio.studio, name="studio"),
    path("studio/freeze/", studio.freeze, name="freeze"),
    path("studio/<lnid:edition_id>/", studio.edition, name="edition_draft"),
    path("studio/<lnid:edition_id>/preview/", studio.preview, name="preview"),
    path("studio/<lnid:edition_id>/ask/", studio.ask, name="ask"),
    path("studio/<lnid:edition_id>/close/", studio.close, name="close"),
    path("studio/<lnid:edition_id>/compute/", studio.compute, name="compute"),
    path("studio/<lnid:edition_id>/explain/", studio.explain, name="explain"),
    path("studio/<lnid:edition_id>/approve/", studio.approve, name="approve"),
    path("studio/<lnid:edition_id>/publish/", studio.publish, name="publish"),
    path("our-numbers/", own.index, name="own_editions"),
    path("our-numbers/<lnid:edition_id>/", own.edition, name="own_figures"),
    path("our-numbers/<lnid:edition_id>/state/", own.state, name="state_own"),
    path("our-numbers/<lnid:edition_id>/contest/", own.contest, name="contest_own"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/verify/", ledger.verify, name="verify"),
    path("ledger/<int:position>/", proofs.entry, name="entry"),
    path("ledger/<int:position>/proof.json", proofs.proof, name="proof"),
    path("ledger/checkpoint", proofs.newest_checkpoint, name="newest_checkpoint"),
    path("ledger/checkpoints/", proofs.checkpoints, name="checkpoints"),
    path("ledger/checkpoints/<int:position>/", proofs.checkpoint, name="checkpoint"),
    path("ledger/consistency/<int:first>/<int:second>/", proofs.consistency, name="consistency"),
]
