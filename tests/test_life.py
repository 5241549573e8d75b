"""The whole life of one signal through the pages, from the form in which it is shared to the last acknowledgement.

Everything is done over HTTP by the people whose work it is. Only what a worker would do is done here by hand.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from lantern_site.audit import verification
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews import replay
from reviews.models import Delivery, Dispute, Recall
from reviews.workflow import DeliveryState
from signals.models import Lead, MatchJob, Receipt, Signal
from signals.workflow import Status
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

VALUE = "quiet.harbour@example.org"
STATEMENT = {
    "harm": "extortion_financial",
    "clause": "Child safety 3.2 (2026-01)",
    "evidence_seen_by": "Child safety team",
    "review_method": "conversation",
    "origin": "user_report",
    "confidence": "high",
    "ai": "not_indicated",
    "real_child": "unknown",
    "account_holder": "adult_indicated",
    "behaviours": ["asks_money", "threatens"],
    "owner_named": "on",
    "no_authority_asked": "on",
}
BATCH = {"label": "Accounts of this week", "purpose": "accounts_under_review", "surface": "account_data", "kind": ""}
FINDING = {
    "outcome": "violation",
    "own_evidence": "on",
    "actions": ["account_actioned"],
    "content_removed": "0",
    "uploads_prevented": "0",
    "policy_version": "2026-02",
    "attribution": "partly",
    "looks_wrong": "cannot_tell",
}


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, of: Organisation, *held: Role) -> None:
        self.staff = builders.person(of, *held)
        if of.is_programme:
            TOTP.activate(self.staff, generate_totp_secret())
        self.client = Client()
        builders.sign_in(self.client, self.staff)

    def reads(self, url: str) -> str:
        response = self.client.get(url)
        assert response.status_code == 200, url
        return str(response.content.decode())

    def does(self, name: str, subject: Any = None, **sent: Any) -> str:
        """Send a form and follow to the page that answers. Returns that page."""
        url = reverse(name, args=[] if subject is None else [subject.public_id])
        response = self.client.post(url, sent, follow=True)
        assert response.status_code == 200, response.content.decode()
        return str(response.content.decode())

    def is_refused(self, name: str, subject: Any, **sent: Any) -> int:
        response = self.client.post(reverse(name, args=[subject.public_id]), sent)
        assert response.status_code >= 400
        return int(response.status_code)


class Story:
    """Who takes part, and the clock that they share."""

    def __init__(self) -> None:
        pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
        self.kestrel = kestrel
        self.submitter = Person(pixelpond, Role.SUBMITTER, Role.REVIEWER)
        self.reviewer = Person(pixelpond, Role.REVIEWER)
        self.analyst = Person(kestrel, Role.ANALYST)
        self.colleague = Person(kestrel, Role.ANALYST)
        self.steward = Person(builders.programme(), Role.STEWARD)
        self.judge = Person(builders.programme(), Role.ADJUDICATOR)
        self.auditor = Person(builders.programme(), Role.AUDITOR)
        self.time = NOW

    def later(self, **passed: float) -> None:
        self.time += timedelta(**passed)

    @property
    def signal(self) -> Signal:
        with acting_as(Actor.clock()):
            return Signal.objects.with_context().get()

    @property
    def dispute(self) -> Dispute:
        with acting_as(Actor.clock()):
            return Dispute.objects.get()

    @property
    def recall(self) -> Recall:
        with acting_as(Actor.clock()):
            return Recall.objects.get()


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Story:
    """Pages read the time of the story."""
    told = Story()
    monkeypatch.setattr("lantern_site.clock.now", lambda: told.time)
    return told


def test_the_whole_life_of_a_signal(story: Story) -> None:
    share(story)
    review(story)
    match(story)
    find(story)
    dispute(story)
    hold(story)
    decide(story)
    acknowledge(story)

    assert replay.compare() == []
    assert replay.unfounded() == []
    assert actions() == WHOLE_LIFE
    verified = story.auditor.does("transparency:verify")
    assert verification.verify().root.hex() in verified


def share(story: Story) -> None:
    page = story.submitter.reads("/share/?kind=email")
    community = re.search(r'<option value="(\d+)"[^>]*>Everyone', page)
    assert community
    looked = story.submitter.does("reviews:look", kind="email", values="  Quiet.Harbour@EXAMPLE.org ")
    assert VALUE in looked

    shared = story.submitter.does("signals:share", kind="email", values=VALUE, community=community[1], **STATEMENT)

    assert "waits for its first review by somebody else" in shared
    assert story.signal.status == Status.SUBMITTED
    assert VALUE not in shared


def review(story: Story) -> None:
    signal = story.signal
    story.later(minutes=20)
    assert signal.reference in story.reviewer.reads("/queue/")
    approval = {"verdict": "approve", "version": "1", "attested": "on", "then": "stay"}
    assert story.submitter.is_refused("reviews:decide", signal, **approval) == 403

    story.reviewer.does("reviews:claim", signal)
    assert "Yours" in story.reviewer.reads("/queue/")
    approved = story.reviewer.does("reviews:decide", signal, **approval)

    assert "is approved and shared" in approved
    assert (story.signal.status, story.signal.provisional) == (Status.ACTIVE, True)

    story.later(hours=2)
    assert signal.reference in story.steward.reads("/queue/?tab=checks")
    story.steward.does("reviews:check", signal, passed="yes", note="")
    assert not story.signal.provisional


def match(story: Story) -> None:
    story.later(hours=1)
    page = story.analyst.does("signals:jobs", values=f"nobody@example.org\n{VALUE}\tcase 7\n", **BATCH)
    assert "0 / 2" in page

    with acting_as(Actor.clock()):
        job = MatchJob.objects.get()
    job = builders.run_job(job, now=story.time)

    progress = story.analyst.reads(reverse("signals:job_progress", args=[job.public_id]))
    assert job.state == MatchJob.State.DONE
    assert "2 / 2" in progress
    assert "1 lead" in progress
    with acting_as(Actor.clock()):
        ways = Receipt.objects.filter(organisation=story.kestrel).values_list("way", flat=True)
    assert set(ways) == {Receipt.Way.LEAD}


def find(story: Story) -> None:
    with acting_as(Actor.clock()):
        lead = Lead.objects.get()
    story.later(hours=1)
    assert reverse("reviews:lead", args=[lead.public_id]) in story.analyst.reads("/leads/")
    assert "case 7" in story.analyst.reads(reverse("reviews:lead", args=[lead.public_id]))
    assert story.analyst.is_refused("reviews:lead", lead, **FINDING | {"own_evidence": ""}) == 422

    told = story.analyst.does("reviews:lead", lead, **FINDING)

    assert "The finding is recorded." in told
    assert story.analyst.is_refused("reviews:lead", lead, **FINDING) == 409


def dispute(story: Story) -> None:
    signal = story.signal
    story.later(days=1)
    reason = {"reason": "wrong_person", "scope": "signal", "statement": "The account was taken over in January."}
    assert story.submitter.is_refused("reviews:open_dispute", signal, **reason) == 403

    room = story.analyst.does("reviews:open_dispute", signal, hold_asked="on", **reason)

    assert "The account was taken over in January." in room
    assert (story.signal.status, story.signal.caution, story.signal.contested) == (Status.ACTIVE, True, True)


def hold(story: Story) -> None:
    story.later(minutes=30)
    assert story.analyst.is_refused("reviews:confirm_hold", story.dispute) == 403

    story.colleague.does("reviews:confirm_hold", story.dispute)

    assert story.signal.status == Status.HELD
    assert story.recall.cause == "held"
    assert story.recall.reference in story.analyst.reads("/recalls/")


def decide(story: Story) -> None:
    story.later(days=1)
    assert story.dispute.reference in story.reviewer.reads("/disputes/?tab=answer")
    story.reviewer.does("reviews:answer", story.dispute, text="Our evidence is from December.")
    ruling = {"result": "upheld", "text": "The evidence is older than the change of owner."}
    assert story.steward.is_refused("reviews:decide_dispute", story.dispute, **ruling) == 403

    story.later(days=1)
    assert story.dispute.reference in story.judge.reads("/disputes/?tab=decide")
    story.judge.does("reviews:decide_dispute", story.dispute, **ruling)

    letter = story.analyst.reads(reverse("reviews:dispute", args=[story.dispute.public_id]))
    assert "The evidence is older than the change of owner." in letter
    assert story.signal.status == Status.RETRACTED
    assert story.recall.cause == "retracted"


def acknowledge(story: Story) -> None:
    recall = story.recall
    story.later(hours=3)
    told = story.analyst.reads(reverse("reviews:recall", args=[recall.public_id]))
    assert "is retracted" in told
    answer = {"answer": "undone", "report_corrected": "none_made", "local_hits": "1"}

    story.analyst.does("reviews:acknowledge", recall, **answer)

    assert Delivery.objects.get().state == DeliveryState.ACKNOWLEDGED
    assert story.recall.closed_at == story.time
    assert story.analyst.is_refused("reviews:acknowledge", recall, **answer) == 409
    reach = story.reviewer.reads(reverse("reviews:recall", args=[recall.public_id]))
    assert "Kestrel" in reach


WHOLE_LIFE = [
    "signal.submitted",
    "signal.activated",
    "signal.checked",
    "job.started",
    "job.chunk_done",
    "job.finished",
    "finding.recorded",
    "dispute.opened",
    "signal.cautioned",
    "dispute.hold_confirmed",
    "signal.held",
    "recall.opened",
    "dispute.answered",
    "dispute.decided",
    "signal.retracted",
    "recall.changed",
    "signal.cleared",
    "recall.delivered",
    "recall.acknowledged",
    "recall.closed",
]


def actions() -> list[str]:
    return list(Entry.objects.order_by("position").values_list("action", flat=True))
