"""Ways out before an organisation takes part, and what is left of an application that came to nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site import clock, public_ids
from lantern_site.audit import verification
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, WrongState
from lantern_site.members.lifecycle import GateKind, KeyScope, MemberState, Move
from lantern_site.members.models import ApiKey, Application, Gate, Invitation, Organisation, Signature, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import admission, invitations, keys, ways_out
from lantern_site.work.models import Outbox
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=730)
OPEN = (MemberState.APPROVED, MemberState.SIGNED, MemberState.ONBOARDING)


def end(of: Organisation, by: Actor, reason: str = "Nothing came for a year.") -> Application:
    return ways_out.end(organisation_id=of.public_id, reason=reason, actor=by, now=NOW)


def entries(of: Organisation) -> list[Entry]:
    return list(Entry.objects.about("member", of.public_id))


def application_of(of: Organisation) -> Application:
    with acting_as(Actor.clock()):
        return Application.objects.select_related("organisation").get(organisation=of)


@pytest.mark.parametrize("state", OPEN)
def test_the_programme_ends_the_way_in_with_a_reason_that_the_applicant_reads(state: MemberState) -> None:
    saltmarsh, steward = builders.on_the_way(state), builders.steward()

    with pytest.raises(Invalid) as refused:
        end(saltmarsh, steward, reason=" ")
    assert refused.value.field == "reason"
    ended = end(saltmarsh, steward)

    assert Organisation.objects.get(pk=saltmarsh.pk).state == MemberState.ENDED
    assert (ended.reason, ended.decided_by_id) == ("Nothing came for a year.", steward.staff_id)
    newest = entries(saltmarsh)[-1]
    assert newest.action == "member.ended"
    assert newest.facts == {"kind": "platform", "state": "ended", "from": state.value}
    assert Outbox.objects.filter(task="members.tell_applicant", arguments=[ended.pk]).exists()


def test_only_a_steward_with_a_fresh_second_factor_ends_it_and_only_before_it_takes_part() -> None:
    saltmarsh = builders.on_the_way(MemberState.SIGNED)
    before = len(entries(saltmarsh))

    with pytest.raises(NotProven):
        end(saltmarsh, builders.person(builders.programme(), Role.STEWARD).actor(NOW))
    with pytest.raises(NotAllowed):
        end(saltmarsh, builders.actor(builders.member(), Role.MEMBER_ADMIN))
    with pytest.raises(WrongState):
        end(builders.member("Kestrel"), builders.steward())

    assert len(entries(saltmarsh)) == before


def test_whoever_was_in_already_is_out_with_people_invitations_and_keys() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    admin = builders.person(saltmarsh, Role.MEMBER_ADMIN)
    browser = Client()
    builders.sign_in(browser, admin)
    acting = admin.actor(NOW, is_proven=True)
    keys.issue(label="feed", scopes=[KeyScope.READ], days=90, actor=acting, now=NOW)
    builders.invited(saltmarsh, Role.ANALYST, by=acting)

    end(saltmarsh, builders.steward())

    assert browser.get("/settings/").status_code == 302
    assert not Staff.objects.filter(organisation=saltmarsh, is_active=True).exists()
    assert not ApiKey.objects.filter(organisation=saltmarsh).usable_at(NOW).exists()
    with acting_as(Actor.clock()):
        assert not Invitation.objects.open_at(NOW).exists()
    with pytest.raises(WrongState, match="does not take part any more"):
        invitations.invite(
            organisation_id=saltmarsh.public_id,
            email="again@example.org",
            name="Again",
            roles={},
            trained_on=None,
            actor=builders.steward(),
            now=NOW,
        )


@pytest.mark.parametrize("state", [MemberState.APPLICANT, *OPEN])
def test_the_applicant_withdraws_by_the_own_link_and_need_not_say_why(state: MemberState) -> None:
    application, secret = builders.application()
    saltmarsh = application.organisation
    Organisation.objects.filter(pk=saltmarsh.pk).update(state=state)

    ways_out.withdraw(application_id=application.public_id, secret=secret, reason="", now=NOW)

    assert Organisation.objects.get(pk=saltmarsh.pk).state == MemberState.ENDED
    newest = entries(saltmarsh)[-1]
    assert newest.action == "member.withdrawn"
    assert newest.facts == {"kind": "platform", "state": "ended", "from": state.value, "by": "applicant"}
    with pytest.raises(WrongState):
        ways_out.withdraw(application_id=application.public_id, secret=secret, reason="", now=NOW)
    with pytest.raises(Hidden):
        ways_out.withdraw(application_id=application.public_id, secret="another", reason="", now=NOW)


def test_the_name_is_free_again() -> None:
    end(builders.on_the_way(MemberState.SIGNED), builders.steward())

    assert builders.on_the_way(MemberState.APPROVED).name == "Saltmarsh Social"


def test_what_was_declined_or_ended_is_forgotten_after_its_time_and_the_ledger_keeps_the_bare_fact() -> None:
    declined, _secret = builders.application("Saltmarsh Social")
    refused_by = builders.steward()
    builders.pass_gate(declined.organisation, GateKind.SECURITY, by=refused_by)
    admission.decide(
        application_id=declined.public_id, move=Move.DECLINE, reason="No process.", actor=refused_by, now=NOW
    )
    ended = builders.on_the_way(MemberState.SIGNED, "Reedbank")
    end(ended, refused_by)
    waiting, _other = builders.application("Millrace")
    gone = [declined.organisation, ended]

    assert ways_out.forget(now=LATER - timedelta(minutes=1)) == 0
    assert ways_out.forget(now=LATER) == 2
    assert ways_out.forget(now=LATER) == 0

    with acting_as(Actor.clock()):
        assert list(Application.objects.all()) == [waiting]
        assert not Gate.objects.filter(organisation__in=gone).exists()
        assert not Signature.objects.exists()
    for organisation in gone:
        organisation.refresh_from_db()
        assert organisation.name == public_ids.shown(organisation.public_id)
        told = entries(organisation)
        assert [told[0].action, told[-1].action] == ["member.applied", "member.forgotten"]
        assert not Payload.objects.filter(position__in=[entry.position for entry in told]).exists()
    assert verification.verify().root  # nothing that was erased is missed


def test_what_was_forgotten_has_no_page_and_breaks_none() -> None:
    application, secret = builders.application()
    link = reverse("members:application_status", args=[application.public_id, secret])
    organisation = application.organisation.public_id
    ways_out.withdraw(application_id=application.public_id, secret=secret, reason="", now=NOW)
    ways_out.forget(now=LATER)
    client = Client()
    builders.sign_in(client, builders.person(builders.programme(), Role.STEWARD))

    assert client.get(reverse("members:organisation", args=[organisation])).status_code == 404
    assert client.post(reverse("members:pass_gates", args=[organisation]), {"security": "x"}).status_code == 404
    assert client.get(reverse("members:applications") + "?tab=decided").status_code == 200
    assert client.get(link).status_code == 404


def test_the_pages_end_and_withdraw() -> None:
    saltmarsh = builders.on_the_way(MemberState.ONBOARDING)
    client = Client(headers={"Accept-Language": "en"})
    with clock.at(NOW):
        builders.sign_in(client, builders.person(builders.programme(), Role.STEWARD))
        address = reverse("members:end_on_the_way", args=[saltmarsh.public_id])

        assert address in client.get(reverse("members:organisation", args=[saltmarsh.public_id])).content.decode()
        assert client.post(address, {"reason": ""}).status_code == 422
        done = client.post(address, {"reason": "Nothing came."}, follow=True).content.decode()
    assert "The applicant is told, and reads your reason." in done
    assert "Ended on the way" in done

    application, secret = builders.application("Reedbank")
    link = reverse("members:application_status", args=[application.public_id, secret])
    assert "Withdraw it" in client.get(link).content.decode()
    assert client.post(link + "withdraw/", {"reason": "We merge."})["Location"] == link
    page = client.get(link).content.decode()
    assert "It has ended, and nothing more happens." in page
    assert "Withdraw it" not in page
    assert client.post(link + "withdraw/").status_code == 409
    assert application_of(application.organisation).reason == "We merge."
