"""Applying, being decided about, appealing, and becoming a member."""

from datetime import UTC, datetime, timedelta

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, Refusal, WrongState
from lantern_site.members import admission as questions
from lantern_site.members.lifecycle import CRITERIA, GateKind, MemberKind, MemberState, Move
from lantern_site.members.models import Application, Community, ComplianceReview, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import admission, gates, letters
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def newest(organisation: Organisation) -> Entry:
    return Entry.objects.about("member", organisation.public_id).reverse()[0]


def entries() -> int:
    return Entry.objects.count()


def decide(application: Application, move: Move, by: Actor, reason: str = "Because.") -> Application:
    return admission.decide(application_id=application.public_id, move=move, reason=reason, actor=by, now=NOW)


def appeal(application: Application, secret: str, reason: str = "Please look again.") -> Application:
    return admission.appeal(application_id=application.public_id, secret=secret, reason=reason, now=NOW)


def test_an_application_is_written_down_as_the_applicants_without_a_name_in_the_ledger() -> None:
    application, secret = builders.application()

    entry = newest(application.organisation)
    assert (entry.action, entry.actor_kind) == ("member.applied", "clock")
    assert entry.facts == {
        "kind": "platform",
        "state": "applicant",
        "by": "applicant",
        "application": application.public_id,
    }
    assert "Saltmarsh" not in entry.leaf_input().decode()
    assert secret.encode() not in bytes(application.link_hash)


def test_an_applicant_is_no_member_and_its_name_is_nobodys_yet() -> None:
    pixelpond = builders.member("Pixelpond")
    builders.application("Pixelpond")
    builders.application("Pixelpond")

    assert list(Organisation.objects.members()) == [pixelpond]


@pytest.mark.parametrize("field", ["services", "kind", GateKind.COMPLAINTS.value])
def test_an_application_that_lacks_something_is_refused_and_leaves_nothing(field: str) -> None:
    given = {
        "name": "Saltmarsh",
        "kind": MemberKind.PROGRAMME if field == "kind" else MemberKind.PLATFORM,
        "region": "europe",
        "services": [] if field == "services" else [("Saltmarsh", "adult")],
        "contact_name": "Mina",
        "contact_email": "mina@example.org",
        "would_share": "Hashes",
        "answers": {kind: "" if kind == field else "Yes." for kind in CRITERIA},
    }

    with pytest.raises(Invalid) as refusal:
        admission.apply(**given, now=NOW)  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert not Organisation.objects.exists()
    assert entries() == 0


def test_an_application_is_approved_once_its_gates_are_passed() -> None:
    application, _secret = builders.application()
    steward = builders.steward()

    with pytest.raises(WrongState, match="Gates are still open: Policy against"):
        decide(application, Move.APPROVE, steward)
    for kind in CRITERIA:
        builders.pass_gate(application.organisation, kind, by=steward)
    decide(application, Move.APPROVE, steward, reason="")

    application.organisation.refresh_from_db()
    assert application.organisation.state == MemberState.APPROVED
    assert newest(application.organisation).facts == {"kind": "platform", "state": "approved", "on_appeal": False}


def test_an_application_has_a_term_in_working_days_as_long_as_it_waits() -> None:
    application, secret = builders.application()
    steward, another = builders.steward(), builders.steward()
    due_at = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
    assert application.due_at == due_at

    assert decide(application, Move.DEFER, steward).due_at is None
    assert decide(application, Move.REOPEN, steward).due_at == due_at
    assert decide(application, Move.DECLINE, steward).due_at is None
    assert appeal(application, secret).due_at == due_at
    with acting_as(steward):
        assert list(Application.objects.overdue_at(due_at)) == []
        assert list(Application.objects.overdue_at(due_at + timedelta(seconds=1))) == [application]
    assert decide(application, Move.DECLINE, another).due_at is None


def test_a_decision_is_told_to_the_applicant_without_saying_it(mailoutbox: list[object]) -> None:
    application, _secret = builders.application()
    decide(application, Move.DECLINE, builders.steward(), reason="No complaint process.")
    task, arguments = Outbox.objects.values_list("task", "arguments").get()

    letters.tell_applicant(application_id=arguments[0])

    assert task == "members.tell_applicant"
    (letter,) = mailoutbox
    assert letter.to == ["mina@example.org"]  # type: ignore[attr-defined]
    assert "complaint" not in letter.body + letter.subject  # type: ignore[attr-defined]
    assert "Mina" not in letter.body  # type: ignore[attr-defined]


@pytest.mark.parametrize("move", [Move.DECLINE, Move.DEFER])
def test_who_is_refused_or_made_to_wait_reads_why(move: Move) -> None:
    application, _secret = builders.application()

    with pytest.raises(Invalid, match="reason") as refusal:
        decide(application, move, builders.steward(), reason=" ")
    assert refusal.value.field == "reason"


def test_members_decide_nothing_about_applicants() -> None:
    application, _secret = builders.application()
    admin = builders.actor(builders.member(), Role.MEMBER_ADMIN)
    before = entries()

    with pytest.raises(Refusal):
        decide(application, Move.DECLINE, admin)
    assert entries() == before


def test_a_deferred_application_is_taken_up_again() -> None:
    application, _secret = builders.application()
    steward = builders.steward()
    decide(application, Move.DEFER, steward)

    with pytest.raises(WrongState):
        decide(application, Move.DECLINE, steward)
    decide(application, Move.REOPEN, steward)

    application.organisation.refresh_from_db()
    assert application.organisation.state == MemberState.APPLICANT


def test_only_a_decision_is_decided() -> None:
    application, _secret = builders.application()

    with pytest.raises(Invalid):
        decide(application, Move.LEAVE, builders.steward())


def test_an_appeal_goes_to_another_steward_and_comes_once() -> None:
    application, secret = builders.application()
    first, second = builders.steward(), builders.steward()
    decide(application, Move.DECLINE, first)
    appeal(application, secret)
    assert newest(application.organisation).facts == {"kind": "platform", "state": "applicant", "by": "applicant"}

    with pytest.raises(NotAllowed, match="Another steward"):
        decide(application, Move.DECLINE, first)
    decide(application, Move.DECLINE, second)

    with pytest.raises(WrongState, match="no second one"):
        appeal(application, secret)


def test_the_steward_who_declined_stays_out_after_a_deferral_too() -> None:
    application, secret = builders.application()
    first, second = builders.steward(), builders.steward()
    decide(application, Move.DECLINE, first)
    appeal(application, secret)
    decide(application, Move.DEFER, second)
    decide(application, Move.REOPEN, second)

    with pytest.raises(NotAllowed, match="Another steward"):
        decide(application, Move.DECLINE, first)


@pytest.mark.parametrize("secret", ["", "x", "another secret"])
def test_without_the_secret_of_the_link_there_is_no_application(secret: str) -> None:
    application, _secret = builders.application()
    decide(application, Move.DECLINE, builders.steward())

    with pytest.raises(Hidden):
        appeal(application, secret)
    with pytest.raises(Hidden):
        questions.by_link(application_id=application.public_id + 1, secret=secret)


def test_an_appeal_gives_a_reason_and_follows_a_refusal() -> None:
    application, secret = builders.application()

    with pytest.raises(WrongState):
        appeal(application, secret)
    decide(application, Move.DECLINE, builders.steward())
    with pytest.raises(Invalid, match="looked at again"):
        appeal(application, secret, reason=" ")


def test_two_applicants_of_one_name_are_not_both_approved() -> None:
    steward = builders.steward()
    ours, _secret = builders.application("Saltmarsh")
    theirs, _other = builders.application("saltmarsh")
    for each in (ours, theirs):
        for kind in CRITERIA:
            builders.pass_gate(each.organisation, kind, by=steward)
    decide(ours, Move.APPROVE, steward)

    with pytest.raises(Invalid, match="this name"):
        decide(theirs, Move.APPROVE, steward)


def test_a_member_is_activated_on_probation_among_everyone_with_a_review_ahead() -> None:
    saltmarsh = builders.on_the_way(MemberState.ACTIVE)

    assert saltmarsh.joined_on == NOW.date()
    assert saltmarsh.probation_ends_on == NOW.date() + timedelta(days=90)
    assert Community.objects.with_member(saltmarsh.pk).get().is_everyone
    assert newest(saltmarsh).facts == {"kind": "platform", "state": "active", "probation_days": 90}
    with acting_as(Actor.clock()):
        assert ComplianceReview.objects.planned().get(organisation=saltmarsh).due_on == NOW.date() + timedelta(days=365)


@pytest.mark.parametrize("kind", GateKind)
def test_nobody_is_activated_while_a_gate_is_open_or_lapsed(kind: GateKind) -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    steward = builders.steward()
    builders.pass_gate(saltmarsh, GateKind.TRAINING, by=steward)
    builders.pass_gate(saltmarsh, GateKind.TEST_SIGNAL, by=steward)
    gates.reopen_gate(organisation_id=saltmarsh.public_id, kind=kind, reason="Outdated.", actor=steward, now=NOW)
    before = entries()

    with pytest.raises(WrongState, match=str(kind.label)):
        admission.activate(organisation_id=saltmarsh.public_id, actor=steward, now=NOW)
    assert entries() == before


def test_a_gate_that_lapsed_on_the_way_is_open() -> None:
    saltmarsh = builders.on_the_way(MemberState.SIGNED)

    with pytest.raises(WrongState, match="Security, Compliance review, Contact"):
        admission.start_onboarding(
            organisation_id=saltmarsh.public_id, actor=builders.steward(), now=NOW + timedelta(days=366)
        )


@pytest.mark.parametrize("state", [MemberState.SIGNED, MemberState.ONBOARDING])
def test_members_do_not_move_themselves(state: MemberState) -> None:
    saltmarsh = builders.on_the_way(state)
    steward, admin = builders.steward(), builders.actor(saltmarsh, Role.MEMBER_ADMIN)
    for kind in (GateKind.CONTACT, GateKind.DATA_PROTECTION, GateKind.TRAINING):
        builders.pass_gate(saltmarsh, kind, by=steward)
    if state == MemberState.ONBOARDING:
        builders.pass_gate(saltmarsh, GateKind.TEST_SIGNAL, by=steward)
    act = admission.start_onboarding if state == MemberState.SIGNED else admission.activate
    before = entries()

    with pytest.raises(NotAllowed):
        act(organisation_id=saltmarsh.public_id, actor=admin, now=NOW)
    assert entries() == before


@pytest.mark.parametrize("move", Move)
def test_each_move_says_before_what_it_changes(move: Move) -> None:
    pixelpond = builders.member()
    builders.person(pixelpond, Role.ANALYST)

    sentences = questions.consequences(pixelpond, move, NOW)

    assert sentences
    assert all(sentence.endswith(".") for sentence in sentences)
    if move == Move.LEAVE:
        assert sentences[0].startswith("1 person can still sign in")
        assert sentences[-1] == "It leaves 1 community."


def test_other_members_do_not_see_an_application_in_the_database() -> None:
    application, _secret = builders.application()

    with acting_as(builders.actor(builders.member(), Role.MEMBER_ADMIN)):
        assert not Application.objects.exists()
    with acting_as(builders.steward()):
        assert Application.objects.get() == application
