"""Addresses of the pages on which people judge."""

from django.urls import path

from reviews.views import claims, disputes, home, leads, queue, recalls, signal

app_name = "reviews"
urlpatterns = [
    path("", home.home, name="home"),
    path("queue/", queue.queue, name="queue"),
    path("queue/count/", queue.count, name="queue_count"),
    path("queue/claim/", claims.claim_next, name="claim_next"),
    path("signals/<lnid:signal_id>/", signal.signal, name="signal"),
    path("signals/<lnid:signal_id>/preview/", queue.preview, name="preview"),
    path("signals/<lnid:signal_id>/reveal/", signal.reveal, name="reveal"),
    path("signals/<lnid:signal_id>/claim/", claims.claim, name="claim"),
    path("signals/<lnid:signal_id>/release/", claims.release, name="release"),
    path("signals/<lnid:signal_id>/park/", claims.park, name="park"),
    path("signals/<lnid:signal_id>/hand-over/", claims.hand_over, name="hand_over"),
    path("signals/<lnid:signal_id>/decide/", signal.decide, name="decide"),
    path("signals/<lnid:signal_id>/check/", signal.check, name="check"),
    path("signals/<lnid:signal_id>/hold/", signal.hold, name="hold"),
    path("signals/<lnid:signal_id>/end-hold/", signal.end_hold, name="end_hold"),
    path("signals/<lnid:signal_id>/cancel/", signal.cancel, name="cancel"),
    path("signals/<lnid:signal_id>/withdraw/", signal.withdraw, name="withdraw"),
    path("signals/<lnid:signal_id>/replace/", signal.replace, name="replace"),
    path("signals/<lnid:signal_id>/renew/", signal.renew, name="renew"),
    path("signals/<lnid:signal_id>/dispute/", disputes.open_dispute, name="open_dispute"),
    path("disputes/", disputes.index, name="disputes"),
    path("disputes/<lnid:dispute_id>/", disputes.room, name="dispute"),
    path("disputes/<lnid:dispute_id>/answer/", disputes.answer, name="answer"),
    path("disputes/<lnid:dispute_id>/accept/", disputes.accept, name="accept"),
    path("disputes/<lnid:dispute_id>/withdraw/", disputes.withdraw, name="withdraw_dispute"),
    path("disputes/<lnid:dispute_id>/decide/", disputes.decide, name="decide_dispute"),
    path("disputes/<lnid:dispute_id>/appeal/", disputes.appeal, name="appeal"),
    path("disputes/<lnid:dispute_id>/decide-appeal/", disputes.decide_appeal, name="decide_appeal"),
    path("disputes/<lnid:dispute_id>/hold/", disputes.confirm_hold, name="confirm_hold"),
    path("disputes/<lnid:dispute_id>/extend-hold/", disputes.extend_hold, name="extend_hold"),
    path("disputes/<lnid:dispute_id>/end-hold/", disputes.end_hold, name="end_dispute_hold"),
    path("recalls/", recalls.index, name="recalls"),
    path("recalls/<lnid:recall_id>/", recalls.recall, name="recall"),
    path("recalls/<lnid:recall_id>/acknowledge/", recalls.acknowledge, name="acknowledge"),
    path("recalls/<lnid:recall_id>/confirm/", recalls.confirm, name="confirm_recall"),
    path("leads/", leads.index, name="leads"),
    path("leads/<lnid:lead_id>/", leads.lead, name="lead"),
]
