import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.roles import Role
from signals import intake
from signals.kinds import Kind
from signals.models import IndicatorValue, Signal
from signals.services import sharing
from signals.workflow import Status
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_submitted_signal_waits_for_review_and_leaves_a_trace() -> None:
    pixelpond = builders.member()

    signal = builders.submitted(pixelpond)

    assert signal.status == Status.SUBMITTED
    entry = Entry.objects.about("signal", signal.public_id).get()
    assert entry.action == "signal.submitted"
    assert entry.facts["status"] == "submitted"
    assert entry.audience == f"organisation:{pixelpond.public_id}"


def test_the_value_is_kept_encrypted_and_comes_back_as_it_was() -> None:
    signal = builders.submitted(builders.member(), builders.email(1))

    with acting_as(Actor.clock()):
        kept = IndicatorValue.objects.get(pk=signal.indicator_id)
        value = intake.value_of(signal.indicator)
    assert value == builders.email(1).raw
    assert builders.email(1).raw.encode() not in bytes(kept.ciphertext)


def test_what_nobody_has_approved_is_hidden_from_other_members() -> None:
    signal = builders.submitted(builders.member("Pixelpond"))
    stranger = builders.actor(builders.member("Kestrel"), Role.REVIEWER)

    with acting_as(stranger):
        assert not Signal.objects.visible_to(stranger).exists()
        assert not Signal.objects.exists()  # the database itself says so
    with pytest.raises(Hidden):
        sharing.cancel(signal_id=signal.public_id, actor=stranger, now=builders.NOW)


def test_what_was_approved_is_seen_by_the_others() -> None:
    signal = builders.active(builders.member("Pixelpond"))
    other = builders.actor(builders.member("Kestrel"), Role.ANALYST)

    with acting_as(other):
        assert Signal.objects.visible_to(other).get() == signal
        assert Signal.objects.get() == signal


def test_one_member_does_not_share_the_same_value_twice() -> None:
    pixelpond = builders.member()
    builders.submitted(pixelpond, builders.email(1))

    with pytest.raises(WrongState, match="shares this already"):
        builders.submitted(pixelpond, builders.email(1))


def test_two_members_may_say_the_same_of_one_indicator() -> None:
    first = builders.submitted(builders.member("Pixelpond"), builders.email(1))
    second = builders.submitted(builders.member("Kestrel"), builders.email(1))

    assert first.indicator_id == second.indicator_id
    assert first.public_id != second.public_id


def test_several_values_of_one_case_are_an_incident() -> None:
    signals = builders.submit_all(builders.member(), [builders.email(1), builders.file_hash(1)])

    assert len({signal.incident_id for signal in signals}) == 1
    assert signals[0].incident_id is not None


def test_a_bad_value_is_named_and_nothing_is_taken() -> None:
    with pytest.raises(Invalid) as refusal:
        builders.submit_all(builders.member(), [builders.email(1), intake.Item(Kind.EMAIL, "no address")])

    assert refusal.value.field == "value-2"
    assert not Entry.objects.exists()


def test_whoever_shares_too_much_at_once_is_told_how_much_it_is() -> None:
    with pytest.raises(Invalid, match="at most 200 values; these are 201"):
        builders.submit_all(builders.member(), [builders.email(number) for number in range(201)])


@pytest.mark.parametrize("missing", ["clause", "evidence_seen_by"])
def test_a_signal_without_a_basis_is_refused(missing: str) -> None:
    with pytest.raises(Invalid) as refusal:
        builders.submitted(builders.member(), says=builders.statement(**{missing: " "}))

    assert refusal.value.field == missing


def test_what_an_authority_asked_for_is_not_shared() -> None:
    with pytest.raises(Invalid, match="public authority"):
        builders.submitted(builders.member(), says=builders.statement(no_authority_asked=False))


def test_a_financial_member_shares_nothing() -> None:
    with pytest.raises(NotAllowed, match="may not share"):
        builders.submitted(builders.financial_member())


def test_a_reviewer_without_the_role_does_not_submit() -> None:
    pixelpond = builders.member()

    with pytest.raises(NotAllowed, match="submitter"):
        sharing.submit(
            items=[builders.email(1)],
            statement=builders.STATEMENT,
            community_id=builders.everyone().public_id,
            actor=builders.actor(pixelpond, Role.REVIEWER),
            now=builders.NOW,
        )
