"""The moderators' pages over HTTP: who sees what, what a refusal looks like, and how many queries a list needs."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.models import Entry
from lantern_site.members.models import Grant, Organisation, Staff
from lantern_site.members.roles import MEMBER_ROLES, Role
from reviews.models import Claim, Delivery, Dispute, Recall
from reviews.services import claims, decisions, disputes
from reviews.services.decisions import Judgement
from reviews.workflow import DeliveryState, DisputeState, Reason, Scope, Verdict
from signals.kinds import HarmTerm
from signals.models import Receipt, Signal
from signals.workflow import RevealReason, Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
BOOKKEEPING = re.compile(r"SAVEPOINT|set_config|current_setting")


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def kestrel() -> Organisation:
    return builders.member("Kestrel")


def enter(of: Organisation, *held: Role, name: str = "") -> tuple[Client, Staff]:
    """A browser in which a new person of the organisation has signed in."""
    person = builders.person(of, *held, name=name)
    if of.is_programme:
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    client = Client()
    client.force_login(person)
    return client, person


def reviewer(of: Organisation) -> Client:
    return enter(of, Role.REVIEWER)[0]


def at(name: str, subject: Signal | Dispute | Recall) -> str:
    return reverse(f"reviews:{name}", args=[subject.public_id])


def text(response: Any) -> str:
    return str(response.content.decode())


def queries(client: Client, url: str) -> int:
    """How many queries a page asks, without what opens and closes its transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len([query for query in captured if not BOOKKEEPING.search(query["sql"])])


APPROVE = {"verdict": "approve", "version": "1", "attested": "on"}


# Home


def test_whoever_is_not_signed_in_is_sent_on(client: Client) -> None:
    assert client.get("/").status_code == 302


def test_home_shows_my_claims_and_what_waits_for_us(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    mine, other = builders.submitted(pixelpond), builders.submitted(pixelpond)
    claims.claim(signal_id=mine.public_id, actor=person.actor(NOW), now=NOW)

    page = text(client.get("/"))

    assert mine.reference in page.partition("Due today")[0]
    assert other.reference in page.partition("Due today")[2]
    assert "signals wait in the queue" in page


@pytest.mark.parametrize("role", Role)
def test_home_and_its_rail_open_for_every_role(role: Role, pixelpond: Organisation) -> None:
    house = pixelpond if role in MEMBER_ROLES else builders.programme()
    client, person = enter(house, role)
    Authenticator.objects.get_or_create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})

    page = text(client.get("/"))

    reviews = role in {Role.REVIEWER, Role.STEWARD}
    assert ('href="/queue/"' in page) is reviews


# The queue


def test_the_queue_shows_what_waits_for_ones_own_organisation(pixelpond: Organisation, kestrel: Organisation) -> None:
    ours, theirs = builders.submitted(pixelpond), builders.submitted(kestrel)

    page = text(reviewer(pixelpond).get("/queue/"))

    assert ours.reference in page
    assert theirs.reference not in page


def test_the_danger_lane_comes_first(pixelpond: Organisation) -> None:
    urgent = builders.submitted(pixelpond, now=NOW - timedelta(days=1))
    danger = builders.submitted(pixelpond, says=builders.statement(danger=True, authority_informed="Hotline, 10:20"))

    page = text(reviewer(pixelpond).get("/queue/"))

    assert page.index(danger.reference) < page.index(urgent.reference)


def test_the_number_of_queries_does_not_grow_with_the_queue(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    builders.submitted(pixelpond)
    with_one = queries(client, "/queue/")
    for _ in range(19):
        builders.submitted(pixelpond)

    assert queries(client, "/queue/") == with_one <= MOST_QUERIES


def test_filters_stand_in_the_address(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    grooming = builders.submitted(pixelpond)
    hashed = builders.submitted(pixelpond, builders.file_hash(1), says=builders.statement(harm=HarmTerm.SEXUALISED))

    def shown(address: str) -> set[str]:
        page = text(client.get(address))
        return {one.reference for one in (grooming, hashed) if f'<span class="num">{one.reference}</span>' in page}

    assert shown("/queue/") == {grooming.reference, hashed.reference}
    assert shown("/queue/?kind=sha256") == {hashed.reference}
    assert shown("/queue/?severity=3") == {grooming.reference}
    assert shown("/queue/?harm=sexualised") == {hashed.reference}
    assert shown(f"/queue/?q={grooming.reference.lower()}") == {grooming.reference}
    assert shown("/queue/?kind=pdq") == set()


def test_what_is_no_reference_is_said_to_be_none(pixelpond: Organisation) -> None:
    page = text(reviewer(pixelpond).get("/queue/?q=somebody@example.org"))

    assert "is no reference" in page


def test_a_long_queue_comes_in_pages_that_lead_on_and_back(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    waiting = [builders.submitted(pixelpond, now=NOW + timedelta(minutes=number)) for number in range(23)]

    first = client.get("/queue/")
    second = client.get(first.context["older_url"])
    back = client.get(second.context["newer_url"])

    assert [row.id for row in first.context["rows"]] == [signal.public_id for signal in waiting[:20]]
    assert [row.id for row in second.context["rows"]] == [signal.public_id for signal in waiting[20:]]
    assert [row.id for row in back.context["rows"]] == [signal.public_id for signal in waiting[:20]]
    assert not second.context["older_url"]
    assert not back.context["newer_url"]


def test_htmx_gets_the_list_alone(pixelpond: Organisation) -> None:
    builders.submitted(pixelpond)

    response = reviewer(pixelpond).get("/queue/", headers={"HX-Request": "true"})

    assert "<html" not in text(response)
    assert 'id="results"' in text(response)
    assert "HX-Request" in response["Vary"]


def test_an_empty_queue_says_so_kindly(pixelpond: Organisation) -> None:
    assert "Enjoy the quiet" in text(reviewer(pixelpond).get("/queue/"))


def test_the_live_count_counts_what_came_since(pixelpond: Organisation) -> None:
    client = reviewer(pixelpond)
    builders.submitted(pixelpond)
    url = client.get("/queue/").context["live_url"]
    assert "new signal" not in text(client.get(url))

    builders.submitted(pixelpond)

    assert "1 new signal" in text(client.get(url))


def test_the_preview_is_for_those_whose_queue_it_is(pixelpond: Organisation, kestrel: Organisation) -> None:
    waits, shared = builders.submitted(pixelpond), builders.active(pixelpond)

    assert reviewer(pixelpond).get(at("preview", waits)).status_code == 200
    assert reviewer(kestrel).get(at("preview", waits)).status_code == 404
    assert reviewer(kestrel).get(at("preview", shared)).status_code == 404


def test_a_steward_has_tabs_for_second_approvals_and_checks() -> None:
    client, _person = enter(builders.programme(), Role.STEWARD)
    critical = builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL)
    provisional = builders.active(builders.member(), says=critical)

    response = client.get("/queue/?tab=checks")

    assert [row.id for row in response.context["rows"]] == [provisional.public_id]
    assert "Second approval" in text(response)


# Claims


def test_a_claim_answers_htmx_with_its_cell(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)

    response = reviewer(pixelpond).post(at("claim", signal), headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "Yours" in text(response)


def test_who_comes_second_is_told_who_was_first(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    first, _person = enter(pixelpond, Role.REVIEWER, name="Amal Okafor")
    first.post(at("claim", signal))

    in_list = reviewer(pixelpond).post(at("claim", signal), headers={"HX-Request": "true"})
    on_page = reviewer(pixelpond).post(at("claim", signal))

    assert in_list.status_code == on_page.status_code == 409
    assert "Amal Okafor is working on this" in text(in_list)
    assert "Amal Okafor is working on this" in text(on_page)


def test_claim_next_takes_five(pixelpond: Organisation) -> None:
    for _ in range(7):
        builders.submitted(pixelpond)

    response = reviewer(pixelpond).post(reverse("reviews:claim_next"), follow=True)

    assert Claim.objects.held_at(NOW).count() == 5
    assert "You hold 5 more signals" in text(response)


def test_a_claim_is_parked_handed_over_and_released(pixelpond: Organisation) -> None:
    signal = builders.submitted(pixelpond)
    client = reviewer(pixelpond)
    colleague, other = enter(pixelpond, Role.REVIEWER)
    client.post(at("claim", signal))

    refused = client.post(at("park", signal), {"note": ""})
    parked = client.post(at("park", signal), {"note": "Waits for our lawyers"}, follow=True)
    client.post(at("hand_over", signal), {"to": str(other.public_id)})
    held_by = Claim.objects.get().staff
    colleague.post(at("release", signal))

    assert refused.status_code == 422
    assert "Waits for our lawyers" in text(parked)
    assert held_by == other
    assert not Claim.objects.held_at(NOW).exists()


# The page of a signal


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


# Disputes


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
    opener.force_login(dispute.opened_by)

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


# Recalls


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
