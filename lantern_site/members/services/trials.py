"""Test signals: something harmless on the way from the hub to a member's desk, before anything real is."""

import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, WrongState
from lantern_site.members import admission
from lantern_site.members.lifecycle import GateKind, MemberState
from lantern_site.members.models import ApiKey, TestSignal
from lantern_site.members.services import gates, organisations

CODE_LENGTH = 8


def send_test_signal(*, organisation_id: int, actor: Actor, now: datetime) -> TestSignal:
    """Put a test signal into the organisation's feed and on its page. A later one takes the place of an earlier.

    It stands at its entry's position in the ledger, which is a position of the feed.
    """
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=organisation_id)
        if organisation.state not in (MemberState.ONBOARDING, MemberState.ACTIVE):
            raise WrongState(_("A test signal is sent to members that are connecting or active."))
        admission.may_keep(actor)
        sent = TestSignal.objects.create(
            organisation=organisation, code=_code(), sent_at=now, sent_by_id=actor.staff_id
        )

        def keep(position: int) -> None:
            sent.position = position
            sent.save(update_fields=["position"])

        organisations.note(record, organisation, "member.test_signal_sent", _facts(sent), then=keep)
        return sent


def _code() -> str:
    return "".join(secrets.choice(public_ids.ALPHABET) for _number in range(CODE_LENGTH))


def note_test_received(*, test_id: int, key: ApiKey, now: datetime) -> TestSignal:
    """A machine has read the test signal (public id) in its feed. Saying it again changes nothing."""
    with recording(key.actor(), now) as record:
        sent = _locked(test_id)
        if sent.organisation_id != key.organisation_id:
            raise _unknown()
        if sent.received_at is None:
            sent.received_at, sent.received_key = now, key
            sent.save(update_fields=["received_at", "received_key"])
            _note_received(record, sent, how="key")
        return sent


def acknowledge_test_signal(*, test_id: int, actor: Actor, now: datetime) -> TestSignal:
    """A person of the member says that the test signal is there. That passes the gate."""
    with recording(actor, now) as record:
        organisation = organisations.locked(organisation_id=actor.organisation or 0)
        sent = _locked(test_id)
        if sent.organisation_id != organisation.pk:
            raise _unknown()
        if sent.acknowledged_at is not None:
            raise WrongState(_("This test signal was acknowledged before."))
        if TestSignal.objects.newest_of(organisation.pk) != sent:
            raise WrongState(_("A newer test signal was sent. Acknowledge that one."))
        admission.may_acknowledge_test(actor, organisation)
        if sent.received_at is None:
            sent.received_at = now
            _note_received(record, sent, how="person")
        sent.acknowledged_at, sent.acknowledged_by_id = now, actor.staff_id
        sent.save(update_fields=["received_at", "acknowledged_at", "acknowledged_by"])
        organisations.note(record, organisation, "member.test_signal_acknowledged", _facts(sent))
        evidence = {GateKind.TEST_SIGNAL: sent.code}
        gates.mark_passed(record=record, organisation=organisation, evidence=evidence, now=now)
        return sent


def _note_received(record: Recorder, sent: TestSignal, *, how: str) -> None:
    organisations.note(record, sent.organisation, "member.test_signal_received", {**_facts(sent), "how": how})


def _facts(sent: TestSignal) -> dict[str, Fact]:
    return {"test": sent.public_id}


def _locked(test_id: int) -> TestSignal:
    sent = TestSignal.objects.select_for_update(of=("self",)).select_related("organisation").filter(public_id=test_id)
    found = sent.first()
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Hidden:
    return Hidden(_("There is no such test signal."))
