"""The inbox: who is told of what, once; what a mail says; and that nobody reads another person's."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.wording import SENTENCES
from lantern_site.errors import Hidden
from lantern_site.members.models import Digest, Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from reviews import notices
from reviews.models import InboxNotice
from reviews.services import claims, decisions, inbox
from reviews.services.decisions import Judgement
from reviews.workflow import NoticeKind, Reason, Result, Verdict
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import enter, queries, text
from tests.reviews.parties import decide, objector, open_dispute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

REJECT = Judgement(Verdict.REJECT, outward="No basis in our policy.")


def told(person: Staff) -> list[str]:
    with acting_as(Actor.clock()):
        return list(InboxNotice.objects.filter(staff=person).order_by("pk").values_list("kind", flat=True))


def rejected(of: Organisation) -> Staff:
    """The submitter of a signal that a colleague has rejected."""
    signal = builders.submitted(of)
    reviewer = builders.actor(of, Role.REVIEWER)
    decisions.decide(signal_id=signal.public_id, judgement=REJECT, version=1, actor=reviewer, now=NOW)
    return signal.submitted_by


def test_every_rule_is_about_an_action_that_is_told() -> None:
    assert notices.RULES.keys() <= SENTENCES.keys()


def test_the_submitter_is_told_once_what_became_of_a_signal(pixelpond: Organisation) -> None:
    submitter = rejected(pixelpond)

    assert inbox.gather(now=NOW) == 1
    assert inbox.gather(now=NOW) == 0

    assert told(submitter) == [NoticeKind.REJECTED]


def test_owners_and_the_opener_are_told_of_a_dispute_and_nobody_of_their_own_act(
    pixelpond: Organisation, kestrel: Organisation
) -> None:
    answers = builders.person(pixelpond, Role.REVIEWER)
    shares = builders.person(pixelpond, Role.SUBMITTER)
    signal = builders.active(pixelpond)
    opener = objector(kestrel)
    dispute = open_dispute(signal, opener, reason=Reason.STALE)
    inbox.gather(now=NOW)
    decide(dispute, Result.NOT_UPHELD)
    inbox.gather(now=NOW + timedelta(days=1))

    assert told(answers) == [NoticeKind.DISPUTED, NoticeKind.DECIDED]
    assert told(Staff.objects.get(public_id=opener.id)) == [NoticeKind.DECIDED]
    assert told(shares) == []


def test_a_colleague_is_told_of_a_claim_that_is_handed_over(pixelpond: Organisation) -> None:
    signal, mine = builders.submitted(pixelpond).public_id, builders.actor(pixelpond, Role.REVIEWER)
    colleague = builders.person(pixelpond, Role.REVIEWER)
    claims.claim(signal_id=signal, actor=mine, now=NOW)

    claims.hand_over(signal_id=signal, to=colleague.public_id, actor=mine, now=NOW)

    assert told(colleague) == [NoticeKind.HANDED_OVER]


def test_old_news_are_told_to_nobody_and_old_notices_are_forgotten(pixelpond: Organisation) -> None:
    submitter = rejected(pixelpond)
    assert inbox.gather(now=NOW + timedelta(days=2)) == 0
    rejected(pixelpond)
    inbox.gather(now=NOW)

    assert inbox.forget(now=NOW + timedelta(days=91)) == 1
    assert told(submitter) == []


def test_nobody_reads_what_somebody_else_is_told(pixelpond: Organisation) -> None:
    submitter = rejected(pixelpond)
    inbox.gather(now=NOW)
    with acting_as(Actor.clock()):
        notice = InboxNotice.objects.get()

    with pytest.raises(Hidden):
        inbox.read(notice_id=notice.public_id, actor=builders.actor(pixelpond, Role.REVIEWER), now=NOW)
    inbox.read(notice_id=notice.public_id, actor=submitter.actor(NOW), now=NOW)

    with acting_as(Actor.clock()):
        assert InboxNotice.objects.get().read_at == NOW


@pytest.mark.parametrize(
    ("digest", "days", "hour", "asked"),
    [
        (Digest.DAILY, 0, 10, 1),
        (Digest.DAILY, 0, 5, 0),
        (Digest.WEEKLY, 0, 10, 1),
        (Digest.WEEKLY, 1, 10, 0),
        (Digest.NEVER, 0, 10, 0),
    ],
)
def test_a_digest_goes_out_in_the_rhythm_that_the_person_chose(
    pixelpond: Organisation, digest: Digest, days: int, hour: int, asked: int
) -> None:
    submitter = rejected(pixelpond)
    Staff.objects.filter(pk=submitter.pk).update(digest=digest)
    inbox.gather(now=NOW)
    monday = (NOW + timedelta(days=days)).replace(hour=hour)

    assert inbox.ask_for_digests(now=monday) == asked
    assert inbox.ask_for_digests(now=monday + timedelta(hours=1)) == 0

    assert Outbox.objects.filter(task="reviews.mail_digest", arguments=[submitter.pk]).count() == asked


def test_a_digest_counts_and_says_nothing_about_anything(pixelpond: Organisation) -> None:
    submitter = rejected(pixelpond)
    inbox.gather(now=NOW)

    assert inbox.mail_digest(staff_id=submitter.pk, now=NOW)

    (letter,) = mail.outbox
    assert letter.to == [submitter.email]
    assert "1 notice" in letter.body
    assert submitter.name not in letter.body
    assert "reject" not in letter.body.lower()


def test_what_was_read_meanwhile_needs_no_mail(pixelpond: Organisation) -> None:
    submitter = rejected(pixelpond)
    inbox.gather(now=NOW)
    inbox.read_all(actor=submitter.actor(NOW), now=NOW)

    assert not inbox.mail_digest(staff_id=submitter.pk, now=NOW)
    assert mail.outbox == []


# The page


def test_a_notice_leads_to_its_signal_and_is_read_then(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    signal, mine = builders.submitted(pixelpond).public_id, builders.actor(pixelpond, Role.REVIEWER)
    claims.claim(signal_id=signal, actor=mine, now=NOW)
    claims.hand_over(signal_id=signal, to=person.public_id, actor=mine, now=NOW)
    with acting_as(Actor.clock()):
        notice = InboxNotice.objects.get().public_id
    page = text(client.get(reverse("reviews:inbox")))
    assert "A colleague handed you a signal to review" in page
    assert "1 notice that you have not read" in page

    opened = client.post(reverse("reviews:open_notice", args=[notice]))
    assert opened["Location"] == reverse("reviews:signal", args=[signal])
    assert "You have read everything" in text(client.get(reverse("reviews:inbox")))

    client.post(reverse("reviews:keep_unread", args=[notice]))
    assert "1 notice that you have not read" in text(client.get(reverse("reviews:inbox")))


def test_the_queries_of_the_inbox_do_not_grow(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    url = reverse("reviews:inbox")
    with acting_as(person.actor(NOW)):
        inbox.tell_of_hand_over(signal_id=1, to=person, now=NOW)
    with_one = queries(client, url)
    with acting_as(person.actor(NOW)):
        for number in range(2, 12):
            inbox.tell_of_hand_over(signal_id=number, to=person, now=NOW)

    assert queries(client, url) == with_one
