"""Looking up values: the same matching as in jobs, answered at once."""

from datetime import date, timedelta
from hashlib import sha256

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed
from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.roles import Role
from signals import candidates
from signals.candidates import Item
from signals.intake import Item as Given
from signals.kinds import HarmTerm, Kind, Severity
from signals.models import Receipt, Signal
from signals.services.lookup import Found, look_up
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
ADDRESS = Given(Kind.EMAIL, "some.body@example.org")
ASKED = Item("email", "Some.Body@example.org")
PDQ = sha256(b"a synthetic picture").hexdigest()


@pytest.fixture
def sharer() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def member() -> Organisation:
    return builders.member("Harbourline")


def key(of: Organisation, *scopes: KeyScope) -> ApiKey:
    return ApiKey.objects.create(
        organisation=of,
        label="Our machine",
        prefix="lk_test",
        secret_hash=b"",
        scopes=list(scopes),
        issued_by=builders.person(of, Role.MEMBER_ADMIN),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )


def analyst(of: Organisation) -> Actor:
    return builders.actor(of, Role.ANALYST)


def test_each_item_has_its_result_in_order(sharer: Organisation, member: Organisation) -> None:
    signal = builders.active(sharer, ADDRESS, says=builders.statement(harm=HarmTerm.EXTORTION_FINANCIAL))

    results = look_up(
        items=[Item("email", "other@example.org"), Item("email", "nonsense"), ASKED], actor=analyst(member), now=LATER
    )

    assert [len(result.found) for result in results] == [0, 0, 1]
    assert [bool(result.refused) for result in results] == [False, True, False]
    assert results[2].found == (
        Found(
            signal=signal.public_id,
            kind="email",
            harm="extortion_financial",
            severity=Severity.CRITICAL,
            caution=False,
            contested=False,
            match="exact",
            distance=0,
            owner="Pixelpond",
            confirmed_by=0,
        ),
    )


def test_an_owner_that_is_not_named_stays_unnamed(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, ADDRESS, says=builders.statement(owner_named=False))

    (result,) = look_up(items=[ASKED], actor=analyst(member), now=LATER)

    assert result.found[0].owner == "a platform member"


def test_every_signal_on_an_indicator_is_told_the_most_severe_first(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, ADDRESS, says=builders.statement(harm=HarmTerm.TOOLS))
    builders.active(builders.member("Kestrel"), ADDRESS, says=builders.statement(harm=HarmTerm.GROOMING))

    (result,) = look_up(items=[ASKED], actor=analyst(member), now=LATER)

    assert [found.owner for found in result.found] == ["Kestrel", "Pixelpond"]


def test_images_digests_and_aliases_are_looked_up_as_in_jobs(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, Given(Kind.PDQ, PDQ, quality=90))
    builders.active(sharer, Given(Kind.EMAIL, "some.body@gmail.com"))
    builders.active(sharer, ADDRESS)
    (plain,) = candidates.parse(ADDRESS.raw).candidates
    near = f"{int(PDQ, 16) ^ 0b111:064x}"

    results = look_up(
        items=[
            Item("pdq", near),
            Item("email", "somebody+1@gmail.com"),
            Item("email", public_digest=plain.public_digest().hex()),
        ],
        actor=analyst(member),
        now=LATER,
    )

    assert [(found.match, found.distance) for result in results for found in result.found] == [
        ("near", 3),
        ("alias", 0),
        ("exact", 0),
    ]


def test_what_a_key_was_told_is_received_by_that_key(sharer: Organisation, member: Organisation) -> None:
    signal = builders.active(sharer, ADDRESS)
    machine = key(member, KeyScope.LOOKUP)

    for _call in range(2):
        look_up(items=[ASKED, Item("email", "other@example.org")], actor=machine.actor(), now=LATER)

    receipt = Receipt.objects.get(way=Receipt.Way.LOOKUP)
    assert (receipt.signal_id, receipt.organisation, receipt.key) == (signal.pk, member, machine)


def test_one_call_leaves_one_entry_that_counts(sharer: Organisation, member: Organisation) -> None:
    builders.active(sharer, ADDRESS)
    actor = analyst(member)

    look_up(items=[ASKED, Item("md5", PDQ[:32]), Item("email", "nonsense")], actor=actor, now=LATER)

    entry = Entry.objects.get(action="lookup.made")
    assert (entry.actor, entry.organisation) == (actor.id, member.public_id)
    assert entry.audience == f"organisation:{member.public_id}"
    assert entry.facts == {"items": 3, "refused": 1, "hits": 1, "email": 1, "md5": 1}


def test_what_the_member_may_not_see_answers_like_nothing(sharer: Organisation, member: Organisation) -> None:
    says = builders.statement(not_to_regions=(member.region,))
    builders.active(sharer, ADDRESS, says=says)
    builders.active(member, builders.email(1))
    held = builders.active(sharer, builders.email(2))
    with acting_as(Actor.clock()):
        Signal.objects.filter(pk=held.pk).update(status="held")

    results = look_up(
        items=[ASKED, Item("email", builders.email(1).raw), Item("email", builders.email(2).raw)],
        actor=analyst(member),
        now=LATER,
    )

    assert results == look_up(items=[Item("email", "other@example.org")] * 3, actor=analyst(member), now=LATER)
    assert not Receipt.objects.exists()


def test_without_an_open_legal_gate_identifiers_are_refused_one_by_one(
    sharer: Organisation, member: Organisation
) -> None:
    builders.active(sharer, ADDRESS)
    Organisation.objects.filter(pk=member.pk).update(identifiers_allowed_from=date(2030, 1, 1))

    results = look_up(items=[ASKED, Item("md5", PDQ[:32])], actor=analyst(member), now=LATER)

    assert "legal gate" in results[0].refused
    assert [result.found for result in results] == [(), ()]
    assert results[1].refused == ""


@pytest.mark.parametrize("count", [0, 101])
def test_a_call_asks_for_one_to_a_hundred_values(member: Organisation, count: int) -> None:
    with pytest.raises(Invalid) as refusal:
        look_up(items=[ASKED] * count, actor=analyst(member), now=LATER)

    assert refusal.value.field == "items"
    assert not Entry.objects.filter(action="lookup.made").exists()


def test_a_key_needs_the_scope_and_a_person_the_role(member: Organisation) -> None:
    for actor in (key(member, KeyScope.READ).actor(), builders.actor(member, Role.SUBMITTER)):
        with pytest.raises(NotAllowed):
            look_up(items=[ASKED], actor=actor, now=LATER)
    assert not Entry.objects.filter(action="lookup.made").exists()
