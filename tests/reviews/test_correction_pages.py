"""Corrections over HTTP: proposing, the difference in words, judging it, and replacing a wrong value."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Signal
from signals.workflow import Status
from tests import builders
from tests.reviews.browsing import MOST_QUERIES, asked, at, enter, reviewer, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

SAID: dict[str, Any] = {
    "harm": "tools",
    "clause": "Child safety 4.1 (2026-02)",
    "evidence_seen_by": "Child safety team",
    "review_method": "conversation",
    "origin": "user_report",
    "confidence": "high",
    "ai": "not_indicated",
    "real_child": "unknown",
    "account_holder": "unknown",
    "owner_named": "on",
    "no_authority_asked": "on",
}


def correct(client: Client, signal: Signal, **changes: Any) -> Any:
    return client.post(reverse("signals:correct", args=[signal.public_id]), SAID | changes)


@pytest.fixture
def signal(pixelpond: Organisation) -> Signal:
    return builders.active(pixelpond)


def test_a_correction_goes_from_one_person_to_another(signal: Signal, pixelpond: Organisation) -> None:
    author, _person = enter(pixelpond, Role.SUBMITTER)
    assert "Propose a correction" in text(author.get(at("signal", signal)))

    assert correct(author, signal).status_code == 302

    judge = reviewer(pixelpond)
    page = text(judge.get(at("signal", signal)))
    assert "Proposed correction" in page
    for word in ("Grooming", "Tools for making CSAM", "Child safety 3.2 (2026-01)", "Child safety 4.1 (2026-02)"):
        assert word in page
    assert 'name="version" value="2"' in page
    assert 'value="return"' not in page
    answer = judge.post(at("decide", signal), {"verdict": "approve", "version": "2", "attested": "on"})
    assert answer.status_code == 302
    assert builders.fresh(signal).version.clause == "Child safety 4.1 (2026-02)"
    told = text(judge.get(at("signal", signal)))
    assert "Corrected: a new version is in use" in told
    assert "Proposed correction" not in told


def test_what_the_page_did_not_ask_stays(signal: Signal, pixelpond: Organisation) -> None:
    author, _person = enter(pixelpond, Role.SUBMITTER)
    asked = {name: answer for name, answer in SAID.items() if name != "real_child"}

    assert author.post(reverse("signals:correct", args=[signal.public_id]), asked).status_code == 302

    with acting_as(Actor.clock()):
        proposed = Signal.objects.get(pk=signal.pk).under_review
    assert (proposed.number, proposed.real_child) == (2, signal.version.real_child)


def test_what_was_typed_stays_when_it_is_refused(signal: Signal, pixelpond: Organisation) -> None:
    author, _person = enter(pixelpond, Role.SUBMITTER)

    answer = correct(author, signal, no_authority_asked="", outward_note="Moves to a messenger.")

    assert answer.status_code == 422
    assert "Moves to a messenger." in text(answer)
    assert "Confirm that no public authority asked" in text(answer)


def test_whoever_may_not_share_reads_why(signal: Signal, pixelpond: Organisation) -> None:
    analyst, _person = enter(pixelpond, Role.ANALYST)

    assert correct(analyst, signal).status_code == 403
    assert "Propose a correction" not in text(analyst.get(at("signal", signal)))


def test_other_members_see_the_correction_when_it_is_in_use(
    signal: Signal, pixelpond: Organisation, kestrel: Organisation
) -> None:
    correct(enter(pixelpond, Role.SUBMITTER)[0], signal, inward_note="Only for us.")
    other = reviewer(kestrel)

    before = text(other.get(at("signal", signal)))
    assert "orrection" not in before
    assert 'name="verdict"' not in before
    answer = {"verdict": "approve", "version": "2", "attested": "on"}
    assert other.post(at("decide", signal), answer).status_code == 409
    assert other.get(reverse("signals:correct", args=[signal.public_id])).status_code == 404

    reviewer(pixelpond).post(at("decide", signal), answer)

    after = text(other.get(at("signal", signal)))
    assert "Corrected: a new version is in use" in after
    assert "Child safety 4.1 (2026-02)" in after
    assert "Only for us." not in after


def test_the_page_of_a_correction_asks_little(signal: Signal, pixelpond: Organisation) -> None:
    correct(enter(pixelpond, Role.SUBMITTER)[0], signal)

    assert len(asked(reviewer(pixelpond), at("signal", signal))) <= MOST_QUERIES


def test_a_wrong_value_is_retracted_and_replaced(signal: Signal, pixelpond: Organisation) -> None:
    client, _person = enter(pixelpond, Role.SUBMITTER, Role.REVIEWER)

    answer = client.post(at("replace", signal), {"note": "Mistyped."})

    assert builders.fresh(signal).status == Status.RETRACTED
    form = text(client.get(answer["Location"]))
    assert "Child safety 3.2 (2026-01)" in form
    assert f'name="replaces" value="{signal.reference}"' in form
    shared = {"kind": "email", "values": "right.one@example.org", "replaces": signal.reference}
    place = {"community": str(signal.community.public_id)}
    assert client.post(reverse("signals:share"), SAID | shared | place).status_code == 302
    entry = Entry.objects.get(action="signal.replaced")
    new = Entry.objects.filter(action="signal.submitted").order_by("-position")[0]
    assert (entry.subject, entry.facts) == (signal.public_id, {"replaced_by": [new.subject]})
    assert new.facts["replaces"] == signal.public_id
    assert entry.audience == f"organisation:{pixelpond.public_id}"
    assert "Replaced, because the value was wrong" in text(client.get(at("signal", signal)))


def test_only_ones_own_retracted_signal_is_replaced(signal: Signal, pixelpond: Organisation) -> None:
    client, _person = enter(pixelpond, Role.SUBMITTER)
    shared = {"kind": "email", "values": "right.one@example.org", "replaces": signal.reference}
    place = {"community": str(signal.community.public_id)}

    assert client.post(reverse("signals:share"), SAID | shared | place).status_code == 409
    stranger, _person = enter(builders.member("Kestrel"), Role.SUBMITTER)
    assert stranger.get(f"{reverse('signals:share')}?replaces={signal.reference}").status_code == 404
    assert stranger.get(f"{reverse('signals:share')}?replaces=nonsense").status_code == 404


def test_a_warning_explains_itself_on_the_page_of_its_signal(pixelpond: Organisation) -> None:
    from_a_team = Item(Kind.EMAIL, "support-team@example.org")

    page = text(reviewer(pixelpond).get(at("signal", builders.submitted(pixelpond, from_a_team))))

    assert "The address looks like one that several people share." in page
    assert "Make sure that one person alone uses it" in page
    assert "The programme checks it before it is shared." in page


def test_whoever_proposed_it_cancels_it_on_the_page_of_the_signal(signal: Signal, pixelpond: Organisation) -> None:
    author, _person = enter(pixelpond, Role.SUBMITTER)
    correct(author, signal)
    assert "Cancel the correction" in text(author.get(at("signal", signal)))

    told = text(author.post(at("cancel_correction", signal), follow=True))

    assert "The correction is cancelled. The version in use stays." in told
    assert "Cancel the correction" not in told
    assert author.post(at("cancel_correction", signal)).status_code == 409
