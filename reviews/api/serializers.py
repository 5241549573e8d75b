"""Recalls as machines read and answer them."""

from typing import Any

from rest_framework import serializers

from lantern_site.rest import In, PublicId, Word
from reviews.models import Delivery
from reviews.workflow import DeliveryState, RecallCause

MOST_HITS = 1_000_000_000


class RecallOut(serializers.Serializer[Delivery]):
    id = PublicId(source="recall.public_id")
    signal = PublicId(source="recalled")
    cause = Word(RecallCause, source="recall.cause")
    state = Word(DeliveryState)
    due_at = serializers.DateTimeField()
    overdue_at = serializers.DateTimeField(help_text="When it is late.")
    local_hits = serializers.IntegerField(allow_null=True, help_text="What you said. A person has yet to answer.")


class RecallsOut(serializers.Serializer[Any]):
    recalls = RecallOut(many=True)


class RemovedIn(In[int]):
    """The value is out of use everywhere at your service."""

    local_hits = serializers.IntegerField(
        min_value=0, max_value=MOST_HITS, help_text="On how many accounts or pieces of content it had matched."
    )

    def made(self, given: dict[str, Any]) -> int:
        return int(given["local_hits"])


class RemovedOut(serializers.Serializer[Delivery]):
    state = Word(DeliveryState, help_text="`acknowledged`: nothing is left to do. `delivered`: a person answers.")
