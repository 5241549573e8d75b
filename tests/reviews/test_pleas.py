"""The public door: control of the address is proven, nothing is told, and what is shared is looked at again."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid
from reviews.models import Dispute, Plea
from reviews.services import duties, pleas
from reviews.workflow import DisputeState, Reason, Result
from signals.workflow import Status
from tests import builders
from tests.builders import NOW
from tests.reviews.parties import decide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger_and_tables_agree")]

SOON = NOW + timedelta(minutes=5)
ADDRESS = "quiet.harbour@example.org"


@pytest.fixture(autouse=True)
def the_programme() -> None:
    builders.programme()


def pleaded(address: str = ADDRESS) -> str:
    sealed = pleas.begin(address=address, now=NOW)
    return pleas.prove(sealed=sealed, code=code_of_last_mail(), now=SOON)


def code_of_last_mail() -> str:
    found = re.search(r"\b\d{8}\b", str(mail.outbox[-1].body))
    assert found is not None
    return found[0]


def disputes() -> list[Dispute]:
    with acting_as(Actor.clock()):
        return list(Dispute.objects.all())


def test_what_is_shared_comes_under_caution_and_is_not_held() -> None:
    signal = builders.active(builders.member(), builders.mailbox(ADDRESS))

    pleaded("Quiet.Harbour@example.org ")
    assert duties.settle_pleas(now=SOON) == 1

    (dispute,) = disputes()
    signal = builders.fresh(signal)
    assert (signal.status, signal.caution) == (Status.ACTIVE, True)
    assert (dispute.reason, dispute.opened_by, dispute.hold_asked) == (Reason.WRONG_PERSON, None, False)
    assert dispute.statement == ""
    assert not Plea.objects.exists()


def test_it_is_decided_like_any_other_dispute_and_by_the_programme() -> None:
    signal = builders.active(builders.member(), builders.mailbox(ADDRESS))
    pleaded()
    duties.settle_pleas(now=SOON)
    (dispute,) = disputes()

    decide(dispute, Result.UPHELD)

    assert builders.fresh(signal).status == Status.RETRACTED


def test_nothing_stays_of_an_address_that_is_not_known() -> None:
    before = Entry.objects.count()

    pleaded()
    duties.settle_pleas(now=SOON)

    assert (disputes(), Plea.objects.count(), Entry.objects.count()) == ([], 0, before)


def test_nobody_learns_at_the_door_whether_an_address_is_known() -> None:
    """The same steps, the same number of questions to the database, and receipts of one form."""
    builders.active(builders.member(), builders.mailbox(ADDRESS))
    asked = []
    for address in (ADDRESS, "still.harbour@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as told:
            receipt = pleaded(address)
        asked.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in told.captured_queries])
        assert not pleas.is_answered(receipt=receipt, now=NOW + timedelta(days=29))
        assert pleas.is_answered(receipt=receipt, now=SOON + timedelta(days=30))

    assert asked[0] == asked[1]


def test_a_second_plea_does_not_open_a_second_dispute() -> None:
    builders.active(builders.member(), builders.mailbox(ADDRESS))
    for _once in range(2):
        pleaded()
        duties.settle_pleas(now=SOON)

    assert [dispute.state for dispute in disputes()] == [DisputeState.OPENED]


def test_only_whoever_has_the_code_is_believed() -> None:
    sealed = pleas.begin(address=ADDRESS, now=NOW)
    code = code_of_last_mail()
    wrong = "0" * 8 if code != "0" * 8 else "1" * 8

    for given in (
        {"sealed": sealed, "code": wrong, "now": SOON},
        {"sealed": sealed, "code": code, "now": NOW + timedelta(minutes=31)},
        {"sealed": sealed[:-2] + ("00" if sealed[-2:] != "00" else "11"), "code": code, "now": SOON},
        {"sealed": "not sealed", "code": code, "now": SOON},
    ):
        with pytest.raises(Invalid):
            pleas.prove(**given)  # type: ignore[arg-type]

    assert not Plea.objects.exists()


def test_what_travels_in_the_form_and_lies_in_the_table_is_not_readable() -> None:
    sealed = pleas.begin(address=ADDRESS, now=NOW)
    pleas.prove(sealed=sealed, code=code_of_last_mail(), now=SOON)

    assert b"harbour" not in bytes.fromhex(sealed)
    assert b"harbour" not in bytes(Plea.objects.get().content)
    assert ADDRESS not in mail.outbox[-1].body


def test_a_receipt_that_we_did_not_write_is_none() -> None:
    with pytest.raises(Invalid):
        pleas.is_answered(receipt="MTc2:abc:def", now=NOW)


def test_what_is_no_address_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Invalid):
        pleas.begin(address="nobody", now=NOW)

    assert mail.outbox == []
