"""Payment handles are shared like other identifiers; telephone numbers only where they are switched on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lantern_site.errors import Invalid
from signals import candidates, intake, normalise
from signals.intake import Item
from signals.kinds import IDENTIFIERS, OFFERED, AccountHolder, Kind
from signals.models import Signal
from tests import builders

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = Item(Kind.PAYMENT, "GB29 NWBK 6016 1331 9268 19")
NUMBER = Item(Kind.PHONE, "+33 1 99 00 12 34")


@pytest.mark.django_db
def test_a_payment_handle_is_shared_and_ends_after_half_a_year() -> None:
    signal = builders.submitted(builders.member(), ACCOUNT)

    assert signal.indicator.kind == Kind.PAYMENT
    assert (signal.expires_at - builders.NOW).days == 180


@pytest.mark.django_db
def test_of_a_possible_child_no_payment_handle_is_shared() -> None:
    says = builders.statement(account_holder=AccountHolder.POSSIBLY_CHILD)

    with pytest.raises(Invalid, match="possible child no payment handle"):
        builders.submitted(builders.member(), ACCOUNT, says=says)
    assert not Signal.objects.exists()


def test_another_spelling_of_an_account_has_the_same_digest() -> None:
    [listed] = candidates.parse("payment:gb29nwbk60161331926819").candidates
    taken = intake.take(ACCOUNT)

    assert listed.public_digest() == normalise.public_digest(taken.normal)


def test_telephone_numbers_are_refused_unless_they_are_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid) as refusal:
        intake.take(NUMBER)

    assert (refusal.value.code, refusal.value.field) == ("kind_unknown", "kind")
    assert candidates.parse(f"phone:{NUMBER.raw}").candidates == ()
    monkeypatch.setattr(intake, "OFFERED", OFFERED | {Kind.PHONE})
    assert intake.take(NUMBER).normal.value == "+33199001234"


@pytest.mark.parametrize(("said", "offered"), [("0", "False"), ("1", "True")])
def test_the_setting_switches_telephone_numbers_on(said: str, offered: str) -> None:
    program = (
        "import django; django.setup()\n"
        "from signals import candidates\n"
        "from signals.kinds import OFFERED, Kind\n"
        "print(Kind.PHONE in OFFERED, len(candidates.parse('phone:+33 1 99 00 12 34').candidates) == 1)"
    )
    variables = os.environ | {"SHARE_PHONE_NUMBERS": said, "DJANGO_SETTINGS_MODULE": "lantern_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )

    assert done.stdout.split() == [offered, offered], done.stderr


def test_both_name_an_account_of_a_person() -> None:
    assert {Kind.PAYMENT, Kind.PHONE} <= IDENTIFIERS
