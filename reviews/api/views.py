"""The machine interface to recalls: what waits, and that a value is out of use."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.members.permissions import Permission
from lantern_site.members.policies import require
from lantern_site.rest import RefusedOut, Resource, machine
from reviews import cases
from reviews.api import serializers
from reviews.models import Delivery
from reviews.services import recalls

MOST = 1_000
REFUSED = dict.fromkeys((401, 403, 404, 406, 409, 422, 503), RefusedOut)
WAITING = OpenApiExample(
    "Answer",
    value={
        "recalls": [
            {
                "id": "LN-7Q2M4-D9XKV",
                "signal": "LN-1A8RT-6ZC3H",
                "cause": "retracted",
                "state": "delivered",
                "due_at": "2026-03-02T10:00:00Z",
                "overdue_at": "2026-03-05T10:00:00Z",
                "local_hits": None,
            }
        ]
    },
    response_only=True,
    status_codes=["200"],
)


class Recalls(Resource):
    @extend_schema(
        operation_id="recalls",
        summary="Recalls that your organisation has yet to acknowledge",
        description="The oldest first, at most a thousand. Scope: `feedback`.",
        tags=["recalls"],
        responses={200: serializers.RecallsOut, **REFUSED},
        examples=[WAITING],
    )
    def get(self, request: Request) -> Response:
        actor = machine(request).actor
        require(actor, Permission.ACKNOWLEDGE)
        with acting_as(actor):
            waiting = Delivery.objects.waiting_for(actor.organisation_id).select_related("recall")
            page = cases.with_signals(waiting.order_by("due_at", "pk")[:MOST])
        return Response(serializers.RecallsOut({"recalls": page}).data)


class Removed(Resource):
    @extend_schema(
        operation_id="recall_removed",
        summary="Say that the value is out of use",
        description="With no local hit and no lead the recall is acknowledged. Otherwise a person says what was done "
        "because of the signal, on the page of the recall. Scope: `feedback`.",
        tags=["recalls"],
        request=serializers.RemovedIn,
        responses={200: serializers.RemovedOut, 400: RefusedOut, 413: RefusedOut, 415: RefusedOut, **REFUSED},
        examples=[
            OpenApiExample("Request", value={"local_hits": 0}, request_only=True),
            OpenApiExample("Answer", value={"state": "acknowledged"}, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request: Request, recall_id: int) -> Response:
        hits = serializers.RemovedIn(data=request.data).typed()
        delivery = recalls.removed(recall_id=recall_id, hits=hits, actor=machine(request).actor, now=clock.now())
        return Response(serializers.RemovedOut(delivery).data)
