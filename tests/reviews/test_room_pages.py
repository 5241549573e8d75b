"""The room of a dispute, redress and the public door over HTTP."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import Plea, Redress
from reviews.services import redress
from reviews.workflow import Reason, RedressState, Result
from tests import builders
from tests.builders import NOW
from tests.reviews.browsing import at, enter, reviewer, text
from tests.reviews.parties import appeal, decide, objector, open_dispute
from tests.reviews.test_findings import VIOLATION, find, leads_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
ADDRESS = "quiet.harbour@example.org"


def test_a_steward_gives_an_appeal_to_somebody_from_outside_who_sees_it_alone(
    pixelpond: Organisation, kestrel: Organisation
) -> None:
    dispute = decide(open_dispute(builders.active(pixelpond), objector(kestrel)), Result.NOT_UPHELD, at=NOW)
    appeal(dispute, kestrel, at=NOW)
    other = open_dispute(builders.active(pixelpond), objector(kestrel))
    outside, judge = enter(builders.programme(), Role.EXTERNAL_ADJUDICATOR)
    steward, _person = enter(builders.programme(), Role.STEWARD)

    before = outside.get(at("dispute", dispute)).status_code
    room = steward.get(at("dispute", dispute))
    unsaid = steward.post(at("assign_case", dispute), {"person_id": ""})
    given = steward.post(at("assign_case", dispute), {"person_id": judge.public_id}, follow=True)

    assert before == 404
    assert judge.name in text(room)
    assert unsaid.status_code == 422
    assert "The case is given to them." in text(given)
    assert outside.get(at("dispute", dispute)).status_code == 200
    assert outside.get(at("dispute", other)).status_code == 404
    assert other.reference not in text(outside.get("/disputes/"))
    assert dispute.reference in text(outside.get("/disputes/?tab=decide"))


def test_a_party_reads_the_question_and_replies(pixelpond: Organisation, kestrel: Organisation) -> None:
    dispute = open_dispute(builders.active(pixelpond), objector(kestrel))
    judge, _person = enter(builders.programme(), Role.ADJUDICATOR)

    empty = judge.post(at("ask", dispute), {"to": "opener", "text": " "})
    judge.post(at("ask", dispute), {"to": "opener", "text": "Since when?"})
    room = text(reviewer(kestrel).get(at("dispute", dispute)))
    replied = reviewer(kestrel).post(at("reply", dispute), {"text": "Since May."}, follow=True)

    assert empty.status_code == 422
    assert "Since when?" in room
    assert "Since May." in text(replied)


def test_another_owner_says_that_its_evidence_stands(pixelpond: Organisation, kestrel: Organisation) -> None:
    address = builders.email(1)
    first = builders.active(pixelpond, address)
    builders.active(kestrel, address)
    dispute = open_dispute(first, objector(builders.member("Harbourline")), reason=Reason.WRONG_PERSON)

    room = text(reviewer(kestrel).get(at("dispute", dispute)))
    reviewer(kestrel).post(at("stand", dispute), {"text": "We saw it ourselves."})
    waiting = text(reviewer(kestrel).get(at("dispute", dispute)))
    reviewer(kestrel).post(at("confirm_stand", dispute))

    assert "Our own evidence stands" in room
    assert "Confirm that our evidence stands" in waiting
    assert "it does not fall with the decision" in text(reviewer(kestrel).get(at("dispute", dispute)))


def test_what_was_given_back_is_sent_as_a_dispute(pixelpond: Organisation, kestrel: Organisation) -> None:
    finding = find(leads_of(kestrel, builders.email(1)), objector(kestrel), VIOLATION)
    client, _person = enter(kestrel, Role.ANALYST)

    draft = client.post(at("reinstate", finding), follow=True)
    with acting_as(Actor.clock()):
        made = Redress.objects.get()
    unsaid = client.post(at("redress", made), {"statement": ""})
    sent = client.post(at("redress", made), {"statement": "It was somebody else."}, follow=True)

    assert "Send the redress" in text(draft)
    assert unsaid.status_code == 422
    assert "It was sent as a dispute." in text(sent)
    assert at("redress", made) in text(client.get("/redress/"))
    assert reviewer(pixelpond).get(at("redress", made)).status_code == 404


def test_a_redress_is_declined_with_a_reason(kestrel: Organisation) -> None:
    finding = find(leads_of(kestrel, builders.email(1)), objector(kestrel), VIOLATION)
    draft = redress.reinstate(finding_id=finding.public_id, actor=objector(kestrel), now=NOW)
    assert draft is not None
    client, _person = enter(kestrel, Role.ANALYST)

    refused = client.post(at("decline_redress", draft), {"reason": ""})
    client.post(at("decline_redress", draft), {"reason": "Our own slip."})

    assert refused.status_code == 422
    with acting_as(Actor.clock()):
        assert Redress.objects.get().state == RedressState.DECLINED


@pytest.fixture
def door() -> Client:
    cache.clear()
    builders.programme()
    return Client(headers={"Accept-Language": "en"})


def sealed_of(page: str) -> str:
    found = re.search(r'name="sealed" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_whoever_comes_to_the_door_gets_the_same_page_and_the_same_answer(door: Client) -> None:
    builders.active(builders.member(), builders.mailbox(ADDRESS))
    pages = []
    for address in (ADDRESS, "still.harbour@example.org"):
        asked = text(door.post("/wrongly-signalled/", {"address": address}))
        code = re.search(r"\b\d{8}\b", str(mail.outbox[-1].body))
        assert code is not None
        taken = text(door.post("/wrongly-signalled/code/", {"sealed": sealed_of(asked), "code": code[0]}))
        receipt = re.search(r'<p class="mono">([^<]+)</p>', taken)
        assert receipt is not None
        waits = text(door.post("/wrongly-signalled/answer/", {"receipt": receipt[1]}))
        told = (asked.replace(sealed_of(asked), ""), taken.replace(receipt[1], ""), waits.replace(receipt[1], ""))
        pages.append(list(told))

    assert without_tokens(pages[0]) == without_tokens(pages[1])
    assert Plea.objects.count() == 2


def without_tokens(pages: list[str]) -> list[str]:
    return [re.sub(r"[A-Za-z0-9]{64}", "", page) for page in pages]


def test_the_door_is_not_knocked_at_without_end(door: Client) -> None:
    answers = [door.post("/wrongly-signalled/", {"address": ADDRESS}).status_code for _time in range(4)]

    assert answers == [200, 200, 200, 429]


def test_a_wrong_code_is_refused_and_the_form_stays(door: Client) -> None:
    asked = text(door.post("/wrongly-signalled/", {"address": ADDRESS}))

    refused = door.post("/wrongly-signalled/code/", {"sealed": sealed_of(asked), "code": "none"})

    assert refused.status_code == 422
    assert sealed_of(text(refused)) == sealed_of(asked)
    assert not Plea.objects.exists()
