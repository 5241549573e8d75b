"""Inviting people by e-mail: what the mail says, what the link opens, and what stays behind."""

import re
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.core import mail

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.lifecycle import MemberState
from lantern_site.members.models import Invitation, Organisation, Staff, Training
from lantern_site.members.roles import Role
from lantern_site.members.services import invitations, staff
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

PASSWORD = "a harbour without boats"
TODAY = NOW.date()


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


def token_of(invitation: Invitation, days: float = 0) -> str:
    """Send the mail, and read the token in it."""
    invitations.deliver(invitation_id=invitation.pk, now=NOW + timedelta(days=days))
    (token, *_others) = re.findall(r"/invitations/([\w-]+)/", str(mail.outbox[-1].body))
    return str(token)


def accept(token: str, days: float = 0, password: str = PASSWORD) -> Staff:
    return invitations.accept(token=token, password=password, now=NOW + timedelta(days=days))


def fresh(invitation: Invitation) -> Invitation:
    with acting_as(Actor.clock()):
        return Invitation.objects.get(pk=invitation.pk)


def actions(kind: str, subject: int) -> list[str]:
    return [entry.action for entry in Entry.objects.about(kind, subject)]


def test_whoever_accepts_has_the_roles_the_training_and_the_password(pixelpond: Organisation) -> None:
    trained_on = TODAY - timedelta(days=10)
    invitation = builders.invited(pixelpond, Role.REVIEWER, Role.ANALYST, trained_on=trained_on)

    person = accept(token_of(invitation), days=6)

    assert (person.email, person.name, person.organisation) == ("newcomer@example.org", "New Comer", pixelpond)
    assert person.check_password(PASSWORD)
    assert person.actor(NOW + timedelta(days=6)).roles == {"reviewer", "analyst"}
    assert person.trained_until == trained_on + timedelta(days=365)
    assert person.pseudonym.startswith("Pixelpond ")
    entry = Entry.objects.about("staff", person.public_id).get()
    assert (entry.action, entry.actor) == ("staff.enrolled", person.public_id)
    assert entry.facts == {"roles": ["analyst", "reviewer"], "invitation": invitation.public_id}


def test_an_invitation_is_noted_without_name_or_address(pixelpond: Organisation) -> None:
    invitation = builders.invited(pixelpond, Role.REVIEWER)

    entry = Entry.objects.about("invitation", invitation.public_id).get()

    assert (entry.action, entry.facts, entry.commitment) == ("staff.invited", {"roles": ["reviewer"]}, None)
    assert Outbox.objects.get().arguments == [invitation.pk]


def test_the_mail_names_nobody_and_no_role_in_every_language(pixelpond: Organisation) -> None:
    token_of(builders.invited(pixelpond, *[Role.MEMBER_ADMIN, Role.SUBMITTER], name="Quiet Somebody"))

    (sent,) = mail.outbox
    said = f"{sent.subject} {sent.body}".lower()

    assert sent.to == ["newcomer@example.org"]
    assert "http://localhost:8000/invitations/" in said
    for word in ("quiet", "somebody", "admin", "submitter", "pixelpond", "example.org"):
        assert word not in said


def test_only_the_hash_of_the_token_is_kept(pixelpond: Organisation) -> None:
    invitation = builders.invited(pixelpond)
    assert fresh(invitation).token_hash is None

    token = token_of(invitation)

    kept = fresh(invitation)
    assert kept.token_hash is not None
    assert bytes(kept.token_hash) == sha256(token.encode()).digest()
    assert len(token) >= 43


def test_the_mail_goes_out_once(pixelpond: Organisation) -> None:
    invitation = builders.invited(pixelpond)

    for _ in range(2):
        invitations.deliver(invitation_id=invitation.pk, now=NOW)

    assert len(mail.outbox) == 1


def test_a_link_works_once_and_for_seven_days(pixelpond: Organisation) -> None:
    invitation = builders.invited(pixelpond)
    token = token_of(invitation)

    with pytest.raises(Hidden):
        accept(token, days=7)
    with pytest.raises(Hidden):
        accept("not this one")
    accept(token, days=6.9)
    with pytest.raises(Hidden):
        accept(token, days=6.9)


def test_an_invitation_that_is_sent_again_has_a_new_link_and_a_new_week(pixelpond: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    invitation = builders.invited(pixelpond, by=admin)
    first = token_of(invitation)
    later = NOW + timedelta(days=8)

    invitations.resend(invitation_id=invitation.public_id, actor=admin, now=later)
    second = token_of(invitation, days=8)

    with pytest.raises(Hidden):
        accept(first, days=8)
    accept(second, days=14)
    assert actions("invitation", invitation.public_id) == ["staff.invited", "staff.invitation_sent_again"]
    with pytest.raises(WrongState):
        invitations.resend(invitation_id=invitation.public_id, actor=admin, now=later)


def test_a_revoked_invitation_opens_nothing(pixelpond: Organisation) -> None:
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    invitation = builders.invited(pixelpond, by=admin)
    token = token_of(invitation)

    invitations.revoke(invitation_id=invitation.public_id, actor=admin, now=NOW)

    with pytest.raises(Hidden):
        accept(token)
    with pytest.raises(WrongState):
        invitations.revoke(invitation_id=invitation.public_id, actor=admin, now=NOW)
    assert actions("invitation", invitation.public_id) == ["staff.invited", "staff.invitation_revoked"]


def test_an_address_that_somebody_has_is_answered_alike_and_gets_another_mail(pixelpond: Organisation) -> None:
    known = builders.person(builders.member("Kestrel"))
    invitation = builders.invited(pixelpond, email=known.email.upper())

    invitations.deliver(invitation_id=invitation.pk, now=NOW)

    (sent,) = mail.outbox
    assert "/invitations/" not in sent.body
    assert "has an account already" in sent.body
    assert fresh(invitation).token_hash is None
    assert fresh(invitation).sent_at == NOW


def test_an_address_that_was_taken_meanwhile_is_not_taken_twice(pixelpond: Organisation) -> None:
    token = token_of(builders.invited(pixelpond, email="same@example.org"))
    staff.enrol(
        organisation_id=pixelpond.public_id,
        email="same@example.org",
        name="Same",
        held=[],
        trained_until=None,
        actor=Actor.clock(),
        now=NOW,
    )

    with pytest.raises(Hidden):
        accept(token)


def test_roles_that_ran_out_before_are_not_given(pixelpond: Organisation) -> None:
    roles: dict[Role, date | None] = {Role.ANALYST: TODAY + timedelta(days=1), Role.REVIEWER: TODAY + timedelta(days=9)}
    invitation = invitations.invite(
        organisation_id=pixelpond.public_id,
        email="newcomer@example.org",
        name="New",
        roles=roles,
        trained_on=None,
        actor=builders.actor(pixelpond, Role.MEMBER_ADMIN),
        now=NOW,
    )

    person = accept(token_of(invitation), days=3)

    assert person.actor(NOW + timedelta(days=3)).roles == {"reviewer"}
    assert person.grants.get().last_day == TODAY + timedelta(days=9)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"roles": {Role.STEWARD: None}}, "roles"),
        ({"roles": {Role.ANALYST: TODAY - timedelta(days=1)}}, "roles"),
        ({"trained_on": TODAY + timedelta(days=1)}, "trained_on"),
        ({"trained_on": TODAY - timedelta(days=365)}, "trained_on"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    change: dict[str, object], field: str, pixelpond: Organisation
) -> None:
    given: dict[str, object] = {"email": "new@example.org", "name": "New", "roles": {}, "trained_on": None}
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)

    with pytest.raises(Invalid) as refused:
        invitations.invite(organisation_id=pixelpond.public_id, actor=admin, now=NOW, **(given | change))  # type: ignore[arg-type]

    assert refused.value.field == field
    assert not Entry.objects.exists()
    assert not Outbox.objects.exists()


def test_one_open_invitation_for_an_address(pixelpond: Organisation) -> None:
    builders.invited(pixelpond)

    with pytest.raises(WrongState, match="open invitation"):
        builders.invited(pixelpond)


def test_whoever_does_not_administer_invites_nobody(pixelpond: Organisation) -> None:
    steward = builders.actor(builders.programme(), Role.STEWARD)
    builders.invited(pixelpond, email="first@example.org", by=steward)

    builders.person(pixelpond, Role.MEMBER_ADMIN)
    for actor in (
        steward,
        builders.actor(pixelpond, Role.REVIEWER),
        builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN),
    ):
        with pytest.raises(NotAllowed):
            builders.invited(pixelpond, by=actor)


def test_nobody_is_invited_to_an_organisation_that_left(pixelpond: Organisation) -> None:
    Organisation.objects.filter(pk=pixelpond.pk).update(state=MemberState.LEFT)

    with pytest.raises(WrongState, match="take part"):
        builders.invited(pixelpond)


def test_invitations_of_another_member_are_unknown(pixelpond: Organisation) -> None:
    invitation = builders.invited(pixelpond)
    stranger = builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN)

    for act in (invitations.resend, invitations.revoke):
        with pytest.raises(Hidden):
            act(invitation_id=invitation.public_id, actor=stranger, now=NOW)
    with acting_as(stranger):
        assert not Invitation.objects.exists()


@pytest.mark.parametrize("password", ["short", "newcomer@example.org", "123456789012345"])
def test_a_weak_password_is_refused_and_the_link_stays_good(password: str, pixelpond: Organisation) -> None:
    token = token_of(builders.invited(pixelpond))

    with pytest.raises(Invalid) as refused:
        accept(token, password=password)

    assert refused.value.field == "password"
    assert accept(token).check_password(PASSWORD)


def test_addresses_of_old_invitations_are_forgotten(pixelpond: Organisation) -> None:
    builders.invited(pixelpond)

    assert invitations.forget(now=NOW + timedelta(days=36)) == 0
    assert invitations.forget(now=NOW + timedelta(days=37)) == 1
    assert Training.objects.count() == 0
