"""Drafts: kept for their author alone, encrypted, and not for long."""

from datetime import timedelta

import pytest
from django.db import connection

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import staff
from lantern_site.work.models import Outbox
from signals.kinds import Kind
from signals.models import Draft, Signal
from signals.models.drafts import Content
from signals.services import drafts
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

TYPED = {"values": ["quiet.harbour@example.org"], "harm": ["grooming"], "behaviours": ["moves", "poses"]}


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def author(pixelpond: Organisation) -> Actor:
    return builders.actor(pixelpond, Role.SUBMITTER)


def kept(by: Actor, content: Content = TYPED, draft_id: int | None = None) -> Draft:
    return drafts.save(draft_id=draft_id, kind=Kind.EMAIL, content=content, actor=by, now=NOW)


def count() -> int:
    with acting_as(Actor.clock()):
        return Draft.objects.count()


def test_what_was_typed_comes_back_as_it_was(author: Actor) -> None:
    kept(author)

    with acting_as(author):
        assert Draft.objects.of(author).get().opened() == TYPED


def test_a_draft_is_unreadable_where_it_lies_and_leaves_no_entry(author: Actor) -> None:
    kept(author)

    with acting_as(author), connection.cursor() as cursor:
        cursor.execute("SELECT signals_draft::text, content FROM signals_draft")
        row, content = cursor.fetchone()
    assert "quiet.harbour" not in row
    assert b"quiet.harbour" not in bytes(content)
    assert not Entry.objects.exists()


def test_a_saved_draft_is_saved_again_in_its_place(author: Actor) -> None:
    draft = kept(author)

    kept(author, {"values": ["second@example.org"]}, draft.public_id)

    with acting_as(author):
        assert Draft.objects.of(author).get().opened() == {"values": ["second@example.org"]}


def test_a_colleague_has_no_part_in_a_draft(author: Actor, pixelpond: Organisation) -> None:
    draft, colleague = kept(author), builders.actor(pixelpond, Role.SUBMITTER)

    with pytest.raises(WrongState):
        kept(colleague, draft_id=draft.public_id)
    drafts.discard(draft_id=draft.public_id, actor=colleague, now=NOW)

    with acting_as(colleague):
        assert not Draft.objects.of(colleague).exists()
    assert count() == 1


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.STEWARD, Role.AUDITOR])
def test_the_database_shows_a_draft_to_no_other_organisation_and_not_to_the_programme(
    role: Role, author: Actor
) -> None:
    kept(author)
    other = builders.actor(builders.member("Kestrel") if role == Role.SUBMITTER else builders.programme(), role)

    with acting_as(other):
        assert not Draft.objects.exists()


def test_whoever_may_not_share_keeps_no_drafts(pixelpond: Organisation) -> None:
    with pytest.raises(NotAllowed):
        kept(builders.actor(pixelpond, Role.ANALYST))
    assert count() == 0


def test_there_is_a_limit_to_the_drafts_of_a_person_and_to_their_length(author: Actor) -> None:
    for _ in range(drafts.MOST):
        kept(author)

    with pytest.raises(Invalid, match="You have 10 drafts"):
        kept(author)
    with pytest.raises(Invalid, match="too long"):
        kept(author, {"values": ["x" * (drafts.LONGEST + 1)]})
    with pytest.raises(Invalid, match="Choose a kind"):
        drafts.save(draft_id=None, kind="nothing", content={}, actor=author, now=NOW)
    assert count() == drafts.MOST


def test_a_draft_that_was_discarded_does_not_come_back(author: Actor) -> None:
    draft = kept(author)
    drafts.discard(draft_id=draft.public_id, actor=author, now=NOW)

    with pytest.raises(WrongState, match="is gone"):
        kept(author, draft_id=draft.public_id)
    assert count() == 0


def test_sharing_wipes_the_draft_and_a_refusal_leaves_it(author: Actor) -> None:
    draft = kept(author)

    def submit(**changes: object) -> list[Signal]:
        return drafts.submit(
            draft_id=draft.public_id,
            items=[builders.email(1)],
            statement=builders.statement(**changes),
            community_id=builders.everyone().public_id,
            actor=author,
            now=NOW,
        )

    with pytest.raises(Invalid):
        submit(clause=" ")
    assert count() == 1
    submit()
    assert count() == 0


def test_the_clock_wipes_what_nobody_came_back_to(author: Actor) -> None:
    kept(author)

    assert drafts.forget(now=NOW + drafts.KEPT - timedelta(hours=1)) == 0
    assert drafts.forget(now=NOW + drafts.KEPT) == 1
    assert drafts.forget(now=NOW + drafts.KEPT) == 0


def test_the_drafts_of_somebody_who_leaves_are_wiped(author: Actor, pixelpond: Organisation) -> None:
    person = Staff.objects.get(public_id=author.id)
    kept(author)
    kept(builders.actor(pixelpond, Role.SUBMITTER))
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)

    assert drafts.wipe(person_id=person.pk, now=NOW) == 0
    staff.deactivate(staff_id=person.public_id, actor=admin, now=NOW)
    assert Outbox.objects.filter(task="signals.wipe_drafts", arguments=[person.pk]).exists()
    assert drafts.wipe(person_id=person.pk, now=NOW) == 1
    assert drafts.forget(now=NOW) == 0
    assert count() == 1
