"""The inbox of each person: filled from the ledger by the clock, read by its owner, and counted in a mail.

A notice is no entry of the ledger, and reading one is nobody's business: nothing here leaves a trace.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Head
from lantern_site.errors import Hidden
from lantern_site.members.models import Digest, Staff
from lantern_site.members.services import mail
from lantern_site.work import outbox
from reviews import notices
from reviews.models import InboxCursor, InboxNotice
from reviews.workflow import NoticeKind, NoticeSubject

AT_ONCE = 500
NEWS = timedelta(days=1)
"""What is older when the clock comes to it is told to nobody."""
KEPT = timedelta(days=90)
FROM_HOUR = 7
"""Mails go out from this hour on, where the person lives."""
MONDAY = 0


def gather(*, now: datetime) -> int:
    """Tell everybody what the ledger says since the last time. Returns how many notices were given."""
    with acting_as(Actor.clock()):
        cursor, _created = InboxCursor.objects.select_for_update().get_or_create()
        head = Head.objects.get().position
        news = Entry.objects.filter(position__gt=cursor.position, position__lte=head, action__in=notices.RULES)
        entries = list(news.order_by("position")[:AT_ONCE])
        given = [notice for entry in entries if entry.at >= now - NEWS for notice in _of(entry, now)]
        InboxNotice.objects.bulk_create(given, ignore_conflicts=True)
        cursor.position = entries[-1].position if len(entries) == AT_ONCE else head
        cursor.save(update_fields=["position"])
        return len(given)


def _of(entry: Entry, now: datetime) -> Iterable[InboxNotice]:
    rule = notices.RULES[entry.action]
    acted = set(Staff.objects.filter(public_id=entry.actor).values_list("pk", flat=True))
    for person, organisation in set(rule.whom(entry, now)):
        if person not in acted:
            yield _notice(person, organisation, rule.kind, NoticeSubject(entry.subject_kind), entry.subject, entry.at)


def _notice(
    person: int, organisation: int, kind: NoticeKind, subject_kind: NoticeSubject, subject: int, at: datetime
) -> InboxNotice:
    return InboxNotice(
        staff_id=person, organisation_id=organisation, kind=kind, subject_kind=subject_kind, subject=subject, at=at
    )


def tell_of_hand_over(*, signal_id: int, to: Staff, now: datetime) -> None:
    """A colleague's claim is theirs now. Inside the transaction that hands it over: claims are not in the ledger."""
    told = _notice(to.pk, to.organisation_id, NoticeKind.HANDED_OVER, NoticeSubject.SIGNAL, signal_id, now)
    InboxNotice.objects.bulk_create([told], ignore_conflicts=True)


def unsay(*, signal_id: int, at: datetime) -> None:
    """The decision of that moment is taken back. Inside the transaction that does it: no notice of it is left."""
    said = InboxNotice.objects.filter(kind__in=[NoticeKind.RETURNED, NoticeKind.REJECTED], subject=signal_id, at=at)
    said.delete()


def read(*, notice_id: int, actor: Actor, now: datetime) -> InboxNotice:
    """Mark one's own notice as read. Raises Hidden for anybody else's."""
    with acting_as(actor):
        notice = InboxNotice.objects.of(actor).select_for_update().filter(public_id=notice_id).first()
        if notice is None:
            raise Hidden(_("There is no such notice."))
        notice.read_at = notice.read_at or now
        notice.save(update_fields=["read_at"])
        return notice


def unread(*, notice_id: int, actor: Actor) -> None:
    """Keep one's own notice for later, unless a newer one says the same."""
    with acting_as(actor):
        notice = InboxNotice.objects.of(actor).select_for_update().filter(public_id=notice_id).first()
        if notice is None:
            raise Hidden(_("There is no such notice."))
        same = InboxNotice.objects.of(actor).unread().filter(kind=notice.kind, subject=notice.subject)
        if notice.read_at is not None and not same.exists():
            notice.read_at = None
            notice.save(update_fields=["read_at"])


def read_all(*, actor: Actor, now: datetime) -> int:
    """Mark everything in one's own inbox as read. Returns how many."""
    with acting_as(actor):
        return InboxNotice.objects.of(actor).unread().filter(at__lte=now).update(read_at=now)


def forget(*, now: datetime) -> int:
    """Delete notices that are too old to be of use. Returns how many."""
    with acting_as(Actor.clock()):
        return InboxNotice.objects.filter(at__lt=now - KEPT).delete()[0]


def ask_for_digests(*, now: datetime) -> int:
    """Have a mail sent to everybody whose rhythm it is and who has unread news. Returns how many."""
    with acting_as(Actor.clock()):
        fresh = InboxNotice.objects.unread().filter(mailed_at__isnull=True)
        people = Staff.objects.filter(pk__in=fresh.values("staff"), is_active=True).exclude(digest=Digest.NEVER)
        due = [person for person in people.select_for_update().order_by("pk") if _is_due(person, now)]
        for person in due:
            fresh.filter(staff=person).update(mailed_at=now)
            person.digest_on = now.astimezone(ZoneInfo(person.time_zone)).date()
            person.save(update_fields=["digest_on"])
            outbox.ask("reviews.mail_digest", person.pk)
        return len(due)


def _is_due(person: Staff, now: datetime) -> bool:
    there = now.astimezone(ZoneInfo(person.time_zone))
    rhythm = person.digest == Digest.DAILY or there.weekday() == MONDAY
    return rhythm and there.hour >= FROM_HOUR and person.digest_on != there.date()


def mail_digest(*, staff_id: int, now: datetime) -> bool:
    """Say how many notices somebody (a primary key) has not read, and nothing about any of them."""
    with acting_as(Actor.clock()):
        person = Staff.objects.get(pk=staff_id)
        count = InboxNotice.objects.unread().filter(Q(staff=person), at__lte=now).count()
    if not count or not person.is_active:
        return False
    mail.send(to=person.email, template="digest", context={"count": count})
    return True
