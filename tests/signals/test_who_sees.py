"""For whoever holds no role nothing about signals exists, at their own organisation either."""

import pytest
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.members.models import Organisation
from lantern_site.members.roles import PROGRAMME_ROLES, Role
from reviews.models import Delivery, Dispute
from reviews.services import decisions
from signals.models import Lead, Receipt, Signal
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

SEE_NOTHING = {Role.EDITOR, Role.PUBLISHER, Role.EXTERNAL_ADJUDICATOR}
"""The external adjudicator sees the case that they were given, and nothing beside."""


def house_of(role: Role | None) -> Organisation:
    return builders.programme() if role in PROGRAMME_ROLES else builders.member("Kestrel")


@pytest.mark.parametrize("role", [None, *Role])
def test_signals_are_seen_by_whoever_works_with_them(role: Role | None) -> None:
    builders.active(builders.member())
    actor = builders.actor(house_of(role), *([role] if role else []))

    with acting_as(actor):
        seen = Signal.objects.visible_to(actor).count()

    assert seen == (0 if role is None or role in SEE_NOTHING else 1)


def test_without_a_role_there_are_no_leads_disputes_or_recalls() -> None:
    kestrel = builders.member("Kestrel")
    signal = builders.active(builders.member())
    builders.receipt(signal, kestrel)
    owner = builders.actor(signal.organisation, Role.REVIEWER)
    decisions.withdraw(signal_id=signal.public_id, could_be_wrong=True, note="", actor=owner, now=NOW)
    analyst, nobody = builders.actor(kestrel, Role.ANALYST), builders.actor(kestrel)

    with acting_as(analyst):
        assert Delivery.objects.visible_to(analyst).exists()
    with acting_as(nobody):
        for things in (Delivery, Dispute, Lead):
            assert not things._default_manager.visible_to(nobody).exists()


def test_pages_say_so_and_opening_a_signal_gives_no_receipt() -> None:
    signal = builders.active(builders.member())
    client = Client(headers={"Accept-Language": "en"})
    with clock.at(NOW):
        builders.sign_in(client, builders.person(builders.member("Kestrel")))

        listed, home = client.get(reverse("signals:list")), client.get("/").content.decode()
        opened = client.get(reverse("reviews:signal", args=[signal.public_id]))

    assert listed.status_code == 403
    assert "Your roles show you nothing of signals." in listed.content.decode()
    assert reverse("signals:list") not in home
    assert opened.status_code == 404
    assert not Receipt.objects.filter(signal=signal).exists()
