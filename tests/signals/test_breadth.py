"""A value that hits an unusual share of a member's own list: no leads of it, and the programme looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit.access import acting_as
from lantern_site.audit.models import Entry
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.work.models import Outbox
from reviews import replay
from reviews.services import breadth as programme
from reviews.services import decisions
from signals import breadth
from signals.guards import BREADTH, Breadth, WarningCode
from signals.intake import Item
from signals.kinds import Kind
from signals.models import BroadHit, MatchJob, Receipt, Signal
from signals.purposes import Purpose
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import CLOCK, LATER, found, run, start

pytestmark = pytest.mark.django_db

PHRASE = Item(Kind.KEYWORD, "lamp post trade")
HARMLESS = [f"text:somebody paints the lamp post trade sign number {number}" for number in range(30)]
ORDINARY = [f"text:a quiet day at the harbour, number {number}" for number in range(30)]


def job_of(member: Organisation, lines: list[str]) -> MatchJob:
    return run(start(member, "\n".join(lines), purpose=Purpose.WHOLE_SERVICE))


def share_of(signal: Signal) -> int:
    return programme.caution(indicator_pk=signal.indicator_id, now=LATER)


@pytest.fixture
def phrase(sharer: Organisation) -> Signal:
    return builders.active(sharer, PHRASE)


def test_a_keyword_in_every_other_text_makes_no_leads(phrase: Signal, member: Organisation) -> None:
    job = job_of(member, HARMLESS + ORDINARY)

    assert found(job) == []
    with acting_as(CLOCK):
        hit = BroadHit.objects.get(job=job)
        assert (hit.indicator_id, hit.hits, hit.compared) == (phrase.indicator_id, 30, 60)
        assert not Receipt.objects.filter(signal=phrase, way=Receipt.Way.LEAD).exists()
    entry = Entry.objects.about("job", job.public_id).get(action="job.broad_hit")
    assert entry.audience == f"organisation:{member.public_id}"
    assert entry.facts | {"indicator": phrase.indicator_id, "hits": 30, "compared": 60} == entry.facts
    assert Outbox.objects.filter(task="reviews.caution_broad", arguments=[phrase.indicator_id]).count() == 1


def test_what_else_the_job_finds_is_written(phrase: Signal, sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, builders.file_hash(1))

    job = job_of(member, [*HARMLESS, f"sha256:{builders.file_hash(1).raw}"])

    assert found(job) == [(31, "exact", 0)]


def test_values_of_other_kinds_do_not_water_the_share_down(phrase: Signal, member: Organisation) -> None:
    job = job_of(member, HARMLESS + [f"sha256:{builders.file_hash(number).raw}" for number in range(300)])

    with acting_as(CLOCK):
        assert BroadHit.objects.get(job=job).compared == 30


def test_a_few_hits_are_leads_however_short_the_list(phrase: Signal, member: Organisation) -> None:
    few = BREADTH.least_hits - 1

    assert len(found(job_of(member, HARMLESS[:few]))) == few


@pytest.mark.usefixtures("small_chunks")
def test_later_chunks_of_the_job_write_none_either(
    phrase: Signal, member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breadth, "BREADTH", Breadth(2, BREADTH.most_per_thousand))

    job = job_of(member, [*HARMLESS[:2], ORDINARY[0], HARMLESS[2]])

    assert found(job) == []


def test_its_signals_are_under_caution_until_the_programme_has_looked(phrase: Signal, member: Organisation) -> None:
    assert share_of(phrase) == 1

    marked = builders.fresh(phrase)
    assert (marked.caution, marked.check_due_at) == (True, LATER)
    assert WarningCode.BROAD in marked.warnings
    actions = Entry.objects.about("signal", phrase.public_id).values_list("action", flat=True)
    assert {"signal.found_broad", "signal.cautioned"} <= set(actions)
    assert share_of(phrase) == 0, "once is enough"
    assert replay.compare() == []


def test_what_the_programme_finds_broad_enough_stays_so(phrase: Signal, member: Organisation) -> None:
    share_of(phrase)
    decisions.check(signal_id=phrase.public_id, passed=True, note="", actor=builders.steward(), now=LATER)

    assert share_of(phrase) == 0
    assert not builders.fresh(phrase).caution


def test_whoever_shares_it_again_has_it_looked_at_twice(phrase: Signal, member: Organisation) -> None:
    job_of(member, HARMLESS)

    again = builders.submitted(builders.member("Kestrel"), PHRASE)

    assert WarningCode.BROAD in again.warnings


def test_whose_list_it_was_nobody_else_sees(phrase: Signal, sharer: Organisation, member: Organisation) -> None:
    job_of(member, HARMLESS)

    for of, seen in ((sharer, 0), (member, 1)):
        with acting_as(builders.actor(of, Role.ANALYST)):
            assert BroadHit.objects.count() == seen
    told = Entry.objects.about("signal", phrase.public_id)
    assert not any(str(member.public_id) in str(entry.facts) for entry in told)


@given(st.sampled_from(Purpose), st.integers(0, 2_000), st.integers(1, 2_000))
def test_more_hits_are_never_less_broad(purpose: Purpose, hits: int, compared: int) -> None:
    if breadth.is_broad(purpose, hits, compared):
        assert hits >= BREADTH.least_hits
        assert breadth.is_broad(purpose, hits + 1, compared)


def test_nothing_is_broad_without_a_job() -> None:
    signal = builders.submitted(builders.member(), PHRASE, now=NOW)

    assert WarningCode.BROAD not in signal.warnings
