"""The machine interface, version 1: one small view per resource, each calling one service."""

import json
import re
from hashlib import sha256

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from lantern_site import clock
from lantern_site.errors import Invalid
from lantern_site.members.models import Community
from lantern_site.rest import Resource, machine
from signals import feed as log
from signals.api import documented, serializers
from signals.api.serializers import Me
from signals.feed import Party
from signals.services import batches, corrections, lookup, reading
from signals.services.batches import Once

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)


class Feed(Resource):
    @documented.feed
    def get(self, request: Request) -> Response:
        wanted = serializers.FeedIn(data=dict(request.query_params.items())).typed()
        page = reading.read_feed(after=wanted.after, limit=wanted.limit, actor=machine(request).actor, now=clock.now())
        return Response(serializers.PageOut(page).data)


class Signals(Resource):
    @documented.signals
    def get(self, request: Request) -> Response:
        asked = serializers.ListIn(data=dict(request.query_params.items())).typed()
        found = reading.look_through(
            wanted=asked.wanted, after=asked.after, limit=asked.limit, actor=machine(request).actor, now=clock.now()
        )
        return Response(serializers.GlanceOut(found).data)

    @documented.share
    def post(self, request: Request) -> Response:
        batch = serializers.BatchIn(data=request.data).typed()
        results = batches.share(rows=batch.rows, once=_once(request), actor=machine(request).actor, now=clock.now())
        return Response(serializers.ResultsOut({"results": results}).data)


class Signal(Resource):
    @documented.signal
    def get(self, request: Request, signal_id: int) -> Response:
        sight = reading.look_at(signal_id=signal_id, actor=machine(request).actor, now=clock.now())
        return Response(serializers.SightOut(sight).data)


class Corrections(Resource):
    @documented.correct
    def post(self, request: Request, signal_id: int) -> Response:
        changes = serializers.CorrectionIn(data=request.data).typed()
        actor, once = machine(request).actor, _once(request)
        proposal = corrections.propose(signal_id=signal_id, changes=changes, once=once, actor=actor, now=clock.now())
        return Response(serializers.ProposalOut(proposal).data)


class CorrectionCancellation(Resource):
    @documented.cancel_correction
    def post(self, request: Request, signal_id: int) -> Response:
        proposal = corrections.cancel(signal_id=signal_id, actor=machine(request).actor, now=clock.now())
        return Response(serializers.ProposalOut(proposal).data)


class Lookup(Resource):
    @documented.look_up
    def post(self, request: Request) -> Response:
        question = serializers.QuestionIn(data=request.data).typed()
        results = lookup.look_up(items=question.items, actor=machine(request).actor, now=clock.now())
        return Response(serializers.AnswersOut({"results": results}).data)


class Myself(Resource):
    @documented.myself
    def get(self, request: Request) -> Response:
        key = machine(request).key
        communities = Community.objects.with_member(key.organisation_id).order_by("name", "pk")
        me = Me(
            organisation=Party(key.organisation.public_id, key.organisation.name),
            label=key.label,
            scopes=key.scopes,
            networks=key.networks,
            expires_at=key.expires_at,
            retire_at=key.retire_at,
            corrections_only=key.corrections_only,
            communities=[Party(community.public_id, community.name) for community in communities],
            head=log.head(),
        )
        return Response(serializers.MeOut(me).data)


def _once(request: Request) -> Once | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise Invalid(_("Use 1 to 100 printable ASCII characters without spaces."), "Idempotency-Key")
    asked = json.dumps([request.path, request.data], sort_keys=True)
    return Once(key, sha256(asked.encode()).digest())
