"""Disputes over HTTP: opened, answered and decided, and who knows of them."""

from typing import Any

import pytest
from django.test import Client

from lantern_site.audit.models import Entry
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Dispute
from reviews.services import disputes
from reviews.workflow import DisputeState, Reason, Scope
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import MOST_QUERIES, at, enter, queries, reviewer, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def disputed(signal: Signal, by: Organisation, **changes: Any) -> Dispute:
    given: dict[str, Any] = {
        "scope": Scope.SIGNAL,
        "reason": Reason.WRONG_PERSON,
        "statement": "The account belongs to a teacher.",
        "opener_named": True,
        "hold_asked": False,
    }
    actor = builders.actor(by, Role.ANALYST)
    return disputes.open(signal_id=signal.public_id, actor=actor, now=NOW, **(given | changes))


def test_another_member_disputes_a_signal(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal = builders.active(pixelpond)
    client, _person = enter(kestrel, Role.ANALYST)
    sent = {"reason": "stale", "scope": "signal", "statement": "Closed in May."}

    assert at("open_dispute", signal) in text(client.get(at("signal", signal)))
    unsaid = client.post(at("open_dispute", signal), sent | {"statement": ""})
    response = client.post(at("open_dispute", signal), sent, follow=True)

    assert unsaid.status_code == 422
    assert "Closed in May." in text(response)
    assert builders.fresh(signal).caution


def test_an_opener_may_stay_unnamed_to_the_owner(pixelpond: Organisation, kestrel: Organisation) -> None:
    dispute = disputed(builders.active(pixelpond), kestrel, opener_named=False)

    for_owner = text(reviewer(pixelpond).get(at("dispute", dispute)))
    for_opener = text(reviewer(kestrel).get(at("dispute", dispute)))

    assert "A member that is not named" in for_owner
    assert "Kestrel" not in for_owner
    assert dispute.opened_by is not None
    assert dispute.opened_by.pseudonym not in for_owner
    assert "Kestrel" in for_opener


def test_only_the_parties_and_the_programme_know_a_dispute(pixelpond: Organisation, kestrel: Organisation) -> None:
    dispute = disputed(builders.active(pixelpond), kestrel)

    assert reviewer(builders.member("Brightbay")).get(at("dispute", dispute)).status_code == 404


def test_a_dispute_is_answered_decided_and_appealed(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal = builders.active(pixelpond)
    dispute = disputed(signal, kestrel, reason=Reason.STALE)
    judge, _person = enter(builders.programme(), Role.ADJUDICATOR)

    empty = reviewer(pixelpond).post(at("answer", dispute), {"text": ""})
    reviewer(pixelpond).post(at("answer", dispute), {"text": "Seen again last week."})
    stranger = reviewer(kestrel).post(at("decide_dispute", dispute), {"result": "upheld", "text": "We are right."})
    judge.post(at("decide_dispute", dispute), {"result": "not_upheld", "text": "It is fresh."})
    letter = reviewer(kestrel).get(at("dispute", dispute))
    reviewer(kestrel).post(at("appeal", dispute), {"text": "It is not."})

    assert (empty.status_code, stranger.status_code) == (422, 403)
    assert "We are right." in text(stranger)
    assert "It is fresh." in text(letter)
    assert state_of(dispute) == DisputeState.APPEALED


def state_of(dispute: Dispute) -> str:
    return str(Entry.objects.about("dispute", dispute.public_id).last().facts["state"])  # type: ignore[union-attr]


def test_whoever_opened_a_dispute_does_not_confirm_its_hold(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal = builders.active(pixelpond)
    dispute = disputed(signal, kestrel, hold_asked=True)
    opener = Client()
    assert dispute.opened_by is not None
    builders.sign_in(opener, dispute.opened_by)

    own = opener.post(at("confirm_hold", dispute))
    second = reviewer(kestrel).post(at("confirm_hold", dispute))

    assert own.status_code == 403
    assert "A second person of your organisation confirms the hold" in text(own)
    assert second.status_code == 302
    assert builders.fresh(signal).status == Status.HELD


def test_the_lists_of_disputes_are_counted_and_sorted(pixelpond: Organisation, kestrel: Organisation) -> None:
    client = reviewer(pixelpond)
    dispute = disputed(builders.active(pixelpond), kestrel)
    with_one = queries(client, "/disputes/?tab=answer")
    for _ in range(4):
        disputed(builders.active(pixelpond), kestrel)

    assert dispute.reference in text(client.get("/disputes/?tab=answer"))
    assert dispute.reference not in text(client.get("/disputes/?tab=ended"))
    assert queries(client, "/disputes/?tab=answer") == with_one <= MOST_QUERIES
