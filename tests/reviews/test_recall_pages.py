"""Recalls over HTTP: delivered by being opened, acknowledged, and confirmed by a second person."""

from datetime import timedelta

import pytest

from lantern_site import clock
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Delivery, Recall
from reviews.services import decisions
from reviews.workflow import DeliveryState
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import at, reviewer, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def recall(pixelpond: Organisation, kestrel: Organisation) -> Recall:
    """A retracted signal that Kestrel had received."""
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)
    owner = builders.actor(pixelpond, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)
    return Recall.objects.get()


ANSWER = {"answer": "nothing_found", "report_corrected": "none_made", "local_hits": "0"}


def test_opening_a_recall_delivers_it_and_an_answer_acknowledges_it(recall: Recall, kestrel: Organisation) -> None:
    client = reviewer(kestrel)
    assert recall.reference in text(client.get("/recalls/"))

    client.get(at("recall", recall))
    delivered = Delivery.objects.get().state
    missing = client.post(at("acknowledge", recall), ANSWER | {"report_corrected": ""})
    client.post(at("acknowledge", recall), ANSWER)

    assert delivered == DeliveryState.DELIVERED
    assert missing.status_code == 422
    assert Delivery.objects.get().state == DeliveryState.ACKNOWLEDGED
    assert recall.reference in text(client.get("/recalls/?tab=answered"))


def test_what_is_kept_needs_a_second_person(recall: Recall, kestrel: Organisation) -> None:
    client = reviewer(kestrel)
    client.post(at("acknowledge", recall), ANSWER | {"answer": "kept", "local_hits": "2"})

    own = client.post(at("confirm_recall", recall))
    second = reviewer(kestrel).post(at("confirm_recall", recall))

    assert own.status_code == 403
    assert "You gave this answer" in text(own)
    assert second.status_code == 302
    assert Delivery.objects.get().state == DeliveryState.ACKNOWLEDGED


def test_the_owner_sees_the_reach_and_who_is_late(recall: Recall, pixelpond: Organisation) -> None:
    with clock.at(NOW + timedelta(days=4)):
        page = text(reviewer(pixelpond).get(at("recall", recall)))

    assert "Kestrel" in page
    assert "Overdue" in page


def test_whom_a_recall_does_not_concern_does_not_know_of_it(recall: Recall) -> None:
    assert reviewer(builders.member("Brightbay")).get(at("recall", recall)).status_code == 404
