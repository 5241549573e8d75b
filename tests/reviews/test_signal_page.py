"""The page of one signal over HTTP: what it shows to whom, and what a refusal looks like."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from lantern_site.audit.models import Entry
from lantern_site.members.models import Grant, Organisation
from lantern_site.members.roles import Role
from reviews.models import Delivery
from reviews.services import decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals.kinds import HarmTerm
from signals.models import Receipt
from signals.workflow import RevealReason, Status
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import at, enter, queries, reviewer, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

APPROVE = {"verdict": "approve", "version": "1", "attested": "on"}


def test_another_member_does_not_know_of_what_is_not_shared(pixelpond: Organisation, kestrel: Organisation) -> None:
    hidden = reviewer(kestrel).get(at("signal", builders.submitted(pixelpond)))
    unknown = reviewer(kestrel).get("/signals/LN-00000-00000/")

    assert hidden.status_code == unknown.status_code == 404


def test_looking_at_another_members_signal_is_receiving_it(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal = builders.active(pixelpond)

    reviewer(pixelpond).get(at("signal", signal))
    assert not Receipt.objects.exists()
    reviewer(kestrel).get(at("signal", signal))

    assert [(one.organisation, one.way) for one in Receipt.objects.all()] == [(kestrel, Receipt.Way.PAGE)]


def test_the_page_asks_as_many_queries_whatever_happened(pixelpond: Organisation, kestrel: Organisation) -> None:
    client = reviewer(pixelpond)
    item = builders.fresh_email()
    signal = builders.submitted(pixelpond, item)
    alone = queries(client, at("signal", signal))
    for name in ("Harbourline", "Brightbay", "Quillwood"):
        builders.active(builders.member(name), item)

    assert queries(client, at("signal", signal)) == alone


def test_a_value_is_masked_until_its_reveal_and_only_in_that_answer(pixelpond: Organisation) -> None:
    item = builders.fresh_email()
    signal = builders.submitted(pixelpond, item)
    client = reviewer(pixelpond)

    before = client.get(at("signal", signal))
    answer = client.post(at("reveal", signal), {"reason": RevealReason.REVIEW}, headers={"HX-Request": "true"})
    after = client.get(at("signal", signal))

    assert item.raw not in text(before)
    assert item.raw in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert item.raw not in text(after)
    assert "Saw the plain value" in text(after)
    assert Entry.objects.filter(action="signal.revealed").count() == 1


def test_a_reveal_without_a_reason_shows_nothing(pixelpond: Organisation) -> None:
    item = builders.fresh_email()
    signal = builders.submitted(pixelpond, item)

    response = reviewer(pixelpond).post(at("reveal", signal))

    assert response.status_code == 422
    assert "Choose why you need to see the value" in text(response)
    assert item.raw not in text(response)


def test_an_approval_shares_the_signal_and_opens_what_comes_next(pixelpond: Organisation) -> None:
    signal, following = builders.submitted(pixelpond), builders.submitted(pixelpond, now=NOW + timedelta(minutes=1))

    response = reviewer(pixelpond).post(at("decide", signal), APPROVE | {"then": "next"})

    assert builders.fresh(signal).status == Status.ACTIVE
    assert response["Location"] == at("signal", following)


def test_after_the_last_decision_the_queue_is_empty(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)

    response = reviewer(pixelpond).post(at("decide", signal), APPROVE | {"then": "next"}, follow=True)

    assert f"{signal.reference} is approved and shared" in text(response)
    assert "Enjoy the quiet" in text(response)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"verdict": "approve", "version": "1"}, "Confirm what you vouch for"),
        ({"verdict": "reject", "version": "1"}, "Give the submitter a reason"),
        ({"version": "1"}, "Choose approve, reject or return"),
    ],
    ids=["no attestation", "no reason", "no verdict"],
)
def test_an_incomplete_decision_is_refused_and_keeps_what_was_typed(
    pixelpond: Organisation, sent: dict[str, str], sentence: str
) -> None:
    signal = builders.submitted(pixelpond)

    response = reviewer(pixelpond).post(at("decide", signal), sent | {"inward": "Looked at twice."})

    assert response.status_code == 422
    assert sentence in text(response)
    assert "Looked at twice." in text(response)
    assert builders.fresh(signal).status == Status.SUBMITTED


def test_whoever_decides_second_reads_who_was_faster_and_loses_nothing(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    first = builders.person(pixelpond, Role.REVIEWER, name="Amal Okafor")
    judgement = Judgement(Verdict.REJECT, outward="No basis.")
    decisions.decide(signal_id=signal.public_id, judgement=judgement, version=1, actor=first.actor(NOW), now=NOW)

    response = reviewer(pixelpond).post(at("decide", signal), APPROVE | {"inward": "Clear to me."})

    assert response.status_code == 409
    assert "Amal Okafor was faster: reject" in text(response)
    assert "Clear to me." in text(response)


def test_the_submitter_is_told_why_somebody_else_decides(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    submitter = signal.submitted_by
    Grant.objects.create(staff=submitter, role=Role.REVIEWER, granted_at=NOW, granted_by=1)
    client = Client()
    client.force_login(submitter)

    page = text(client.get(at("signal", signal)))

    assert "You submitted this signal. Somebody else must review it." in page
    assert 'name="verdict"' not in page
    assert at("cancel", signal) in page


def test_each_verdict_says_what_will_happen(pixelpond: Organisation, kestrel: Organisation) -> None:
    builders.member("Brightbay")
    page = text(reviewer(pixelpond).get(at("signal", builders.submitted(pixelpond))))

    assert "Shared with 2 members at once." in page
    assert not re.search(r'name="verdict"[^>]*checked', page)


def test_the_owner_who_doubts_retracts_and_those_who_received_it_are_told(
    pixelpond: Organisation, kestrel: Organisation
) -> None:
    signal = builders.active(pixelpond)
    builders.receipt(signal, kestrel)

    response = reviewer(pixelpond).post(at("withdraw", signal), {"wrong": "unsure", "note": ""}, follow=True)

    assert builders.fresh(signal).status == Status.RETRACTED
    assert "Everyone who received it is told" in text(response)
    assert Delivery.objects.get().organisation == kestrel


def test_a_steward_checks_holds_and_releases(pixelpond: Organisation) -> None:
    signal = builders.active(pixelpond, says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL))
    client, _person = enter(builders.programme(), Role.STEWARD)

    unsaid = client.post(at("check", signal), {"passed": "no"})
    client.post(at("check", signal), {"passed": "yes"})
    client.post(at("hold", signal), {"reason": "unclear"})
    held = builders.fresh(signal)
    client.post(at("end_hold", signal))

    assert unsaid.status_code == 422
    assert (held.status, held.check_due_at) == (Status.HELD, None)
    assert builders.fresh(signal).status == Status.ACTIVE


def test_a_submitted_signal_is_cancelled_once(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    client = reviewer(pixelpond)

    client.post(at("cancel", signal))
    again = client.post(at("cancel", signal))

    assert builders.fresh(signal).status == Status.CANCELLED
    assert again.status_code == 409
    assert "This is not open" in text(again)


def test_strangers_appear_by_pseudonym_and_inward_notes_stay_inside(
    pixelpond: Organisation, kestrel: Organisation
) -> None:
    signal = builders.submitted(pixelpond)
    approver = builders.person(pixelpond, Role.REVIEWER, name="Amal Okafor")
    judgement = Judgement(Verdict.APPROVE, inward="Known to us since May.", attested=True)
    decisions.decide(signal_id=signal.public_id, judgement=judgement, version=1, actor=approver.actor(NOW), now=NOW)

    ours, theirs = (text(reviewer(one).get(at("signal", signal))) for one in (pixelpond, kestrel))

    assert "Amal Okafor" in ours
    assert "Known to us since May." in ours
    assert approver.pseudonym in theirs
    assert "Amal Okafor" not in theirs
    assert "Known to us since May." not in theirs
    assert "Submitted for review" not in theirs


def test_an_owner_that_is_not_named_is_not_named(pixelpond: Organisation, kestrel: Organisation) -> None:
    signal = builders.active(pixelpond, says=builders.statement(owner_named=False))

    page = text(reviewer(kestrel).get(at("signal", signal)))

    assert "A platform member" in page
    assert "Pixelpond" not in page
