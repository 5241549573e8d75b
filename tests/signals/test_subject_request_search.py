from typing import Any

import pytest

from lantern_site.audit.models import Entry, Payload
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import SubjectRequest
from signals.intake import Item
from signals.kinds import Kind
from signals.models import Indicator
from signals.services import subject_requests
from tests import builders
from tests.builders import NOW
from tests.members import cases

pytestmark = pytest.mark.django_db

VALUE = "some.body@gmail.com"


def search(case: SubjectRequest, item: Item, **changes: Any) -> SubjectRequest:
    given: dict[str, Any] = {"case_id": case.public_id, "item": item, "actor": cases.steward(), "now": NOW}
    return subject_requests.search(**(given | changes))


def test_a_value_is_found_by_its_digest_in_whatever_way_it_is_typed() -> None:
    ours = builders.active(builders.member(), Item(Kind.EMAIL, VALUE))
    waiting = builders.submitted(builders.member("Kestrel"), Item(Kind.EMAIL, VALUE))
    builders.active(builders.member(), builders.fresh_email())

    case = search(cases.subject_request(), Item(Kind.EMAIL, "  Some.Body@GMAIL.com "))

    assert case.signals == sorted([ours.public_id, waiting.public_id])


def test_another_way_to_write_the_same_mailbox_is_found_as_well() -> None:
    ours = builders.active(builders.member(), Item(Kind.EMAIL, VALUE))

    case = search(cases.subject_request(), Item(Kind.EMAIL, "somebody+games@gmail.com"))

    assert case.signals == [ours.public_id]


def test_the_value_is_kept_nowhere_and_no_indicator_is_made() -> None:
    case, before = cases.subject_request(), Indicator.objects.count()

    search(case, Item(Kind.EMAIL, "nobody.known@example.org"))

    assert Indicator.objects.count() == before
    entry = Entry.objects.get(action="subject_request.searched")
    assert entry.facts == {"right": "erasure", "state": "open", "kind": "email", "found": 0}
    assert not Payload.objects.filter(position=entry.position).exists()


def test_a_role_mailbox_may_be_looked_for_though_it_could_not_be_shared() -> None:
    search(cases.subject_request(), Item(Kind.EMAIL, "info@example.org"))


def test_a_search_needs_a_value_a_proof_and_the_right_people() -> None:
    case, item = cases.subject_request(), Item(Kind.EMAIL, VALUE)

    cases.refused(Invalid, search, case=case, item=Item(Kind.EMAIL, "no address"))
    cases.refused(NotAllowed, search, case=case, item=item, actor=cases.auditor())
    cases.refused(Hidden, search, case=case, item=item, actor=cases.admin(builders.member()))
    unproven = cases.subject_request(proof=None)
    cases.refused(WrongState, search, match="proved", case=unproven, item=item)
