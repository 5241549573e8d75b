"""What is not brought to a person, what only they see, and the hours and care of their organisation."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed
from lantern_site.members.models import Organisation
from lantern_site.members.office_hours import OfficeHours
from lantern_site.members.roles import Role
from lantern_site.members.services import house, preferences
from reviews.services import claims, decisions
from reviews.services.decisions import Judgement
from reviews.workflow import Verdict
from signals.kinds import HarmTerm, Kind
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import at, enter, text

PARIS = OfficeHours(frozenset(range(5)), time(9), time(17), "Europe/Paris")
"""Weekdays from nine to five; in March an hour ahead of UTC."""


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02 10:00", 4, "2026-03-02 14:00"),
        ("2026-03-02 14:00", 4, "2026-03-03 10:00"),
        ("2026-03-02 05:00", 4, "2026-03-02 12:00"),
        ("2026-03-06 15:00", 4, "2026-03-09 11:00"),
        ("2026-03-07 12:00", 24, "2026-03-11 16:00"),
        ("2026-03-27 15:00", 2, "2026-03-30 08:00"),  # the clocks were put forward in between
    ],
)
def test_office_hours_run_on_office_days_only(start: str, hours: int, due: str) -> None:
    def moment(said: str) -> datetime:
        return datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)

    assert PARIS.after(moment(start), hours) == moment(due)


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 10_000),
    st.integers(1, 100),
)
def test_a_target_never_falls_before_the_hours_have_passed_nor_outside_of_them(
    days: set[int], minutes: int, hours: int
) -> None:
    office = OfficeHours(frozenset(days), time(8), time(12), "UTC")
    start = NOW + timedelta(minutes=minutes)

    due = office.after(start, hours)

    assert due >= start + timedelta(hours=hours)
    assert due.weekday() in days
    assert time(8) <= due.time() <= time(12)


@pytest.mark.django_db
def test_targets_of_new_signals_follow_the_members_hours_but_danger_waits_for_none(pixelpond: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    house.keep(
        open_days=[0, 1, 2, 3, 4],
        opens_at=time(9),
        closes_at=time(11),
        time_zone="UTC",
        care="Call 0800 1234, day and night.",
        actor=admin,
        now=NOW,
    )

    medium = builders.submitted(pixelpond, says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL))
    danger = builders.submitted(pixelpond, says=builders.statement(danger=True, authority_informed="Hotline, 10:20"))

    assert medium.review_due_at == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert danger.review_due_at == NOW + timedelta(hours=4)
    entry = Entry.objects.get(action="member.house_kept")
    assert entry.facts == {"open_days": [0, 1, 2, 3, 4], "has_care": True}


@pytest.mark.django_db
def test_half_of_the_hours_is_refused_and_leaves_no_trace(pixelpond: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    said: dict[str, Any] = {"time_zone": "UTC", "care": "", "now": NOW}

    for days, opens, closes, field in (
        ([0], None, None, "opens_at"),
        ([0], time(9), time(9), "closes_at"),
        ([], time(9), time(17), "open_days"),
    ):
        with pytest.raises(Invalid) as refusal:
            house.keep(open_days=days, opens_at=opens, closes_at=closes, actor=admin, **said)
        assert refusal.value.field == field
    with pytest.raises(NotAllowed):
        house.keep(open_days=[], opens_at=None, closes_at=None, actor=builders.actor(pixelpond, Role.ANALYST), **said)

    assert not Entry.objects.filter(action="member.house_kept").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_what_a_person_spares_themselves_is_not_brought_but_danger_is(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    address = builders.submitted(pixelpond)
    hashed = builders.submitted(pixelpond, builders.file_hash(1))
    danger = builders.submitted(pixelpond, says=builders.statement(danger=True, authority_informed="Hotline, 10:20"))
    client.post(reverse("reviews:wellbeing"), {"kinds": [Kind.EMAIL]})

    taken = claims.claim_next(actor=person.actor(NOW), now=NOW)

    assert [one.signal_id for one in taken] == [danger.pk, hashed.pk]
    assert address.reference in text(client.get(reverse("reviews:queue")))
    for one in (danger, hashed):
        said = {"verdict": "reject", "version": "1", "outward": "No basis.", "then": "next"}
        answer = client.post(at("decide", one), said)
    assert answer["Location"] == reverse("reviews:queue")


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_the_page_counts_for_the_person_alone_and_says_where_help_is(pixelpond: Organisation) -> None:
    client, person = enter(pixelpond, Role.REVIEWER)
    pixelpond.care = "Call 0800 1234, day and night."
    pixelpond.save(update_fields=["care"])
    signal = builders.submitted(pixelpond)
    judgement = Judgement(Verdict.REJECT, outward="No basis.")
    decisions.decide(signal_id=signal.public_id, judgement=judgement, version=1, actor=person.actor(NOW), now=NOW)

    own = client.get(reverse("reviews:wellbeing"))
    others = enter(pixelpond, Role.REVIEWER)[0].get(reverse("reviews:wellbeing"))

    assert "Call 0800 1234" in text(own)
    assert (own.context["counts"]["reviewed_today"], own.context["counts"]["severe_week"]) == (1, 1)
    assert others.context["counts"]["reviewed_week"] == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_hours_and_care_are_kept_on_their_page_and_a_refusal_keeps_what_was_typed(pixelpond: Organisation) -> None:
    client, _person = enter(pixelpond, Role.MEMBER_ADMIN)
    url = reverse("members:house")
    builders.security_key(_person)

    refused = client.post(url, {"open_days": ["0"], "time_zone": "UTC", "care": "Ask Mina."})
    kept = client.post(
        url, {"open_days": ["0"], "opens_at": "09:00", "closes_at": "17:00", "time_zone": "UTC", "care": "Ask Mina."}
    )

    assert refused.status_code == 422
    assert "Ask Mina." in text(refused)
    assert kept.status_code == 302
    pixelpond.refresh_from_db()
    assert (pixelpond.care, pixelpond.opens_at) == ("Ask Mina.", time(9))


@pytest.mark.django_db
def test_sparing_is_no_entry_of_the_ledger(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)

    preferences.spare(kinds=[Kind.EMAIL], harms=[HarmTerm.GROOMING], actor=person.actor(NOW))

    person.refresh_from_db()
    assert (person.spared_kinds, person.spared_harms) == ([Kind.EMAIL], [HarmTerm.GROOMING])
    assert not Entry.objects.exists()
