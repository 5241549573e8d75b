from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from lantern_site.audit import verification
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Staff
from lantern_site.members.roles import Role
from tests import builders
from tests.builders import NOW
from tests.transparency import editions, ledger
from transparency import disclosure, figures, policies, services, statements
from transparency.models import Edition

pytestmark = pytest.mark.django_db


def person(*held: Role) -> Staff:
    return builders.person(builders.programme(), *held)


def actor(*held: Role) -> Actor:
    return person(*held).actor(NOW, is_proven=True)


def frozen(by: Actor | None = None, year: int = 2025) -> Edition:
    return services.freeze(year=year, actor=by or actor(Role.EDITOR), now=NOW)


def computed(by: Actor | None = None, year: int = 2025) -> Edition:
    return editions.computed(by or actor(Role.EDITOR), year=year)


def approved() -> Edition:
    return services.approve(edition_id=computed().public_id, actor=actor(Role.PUBLISHER), now=NOW)


def published(year: int = 2025) -> Edition:
    return editions.published(computed(year=year), actor(Role.PUBLISHER))


def actions() -> list[str]:
    return list(Entry.objects.order_by("position").values_list("action", flat=True))


def test_an_editor_freezes_the_ledger_at_its_head() -> None:
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])

    edition = frozen()

    assert edition.position == 2
    assert edition.root == verification.root_at(2)
    entry = Entry.objects.about("edition", edition.public_id).get()
    assert entry.action == "edition.frozen"
    assert entry.position == 3
    assert entry.facts["root"] == edition.root.hex()


def test_only_an_editor_freezes_and_computes() -> None:
    edition = editions.attested(actor(Role.EDITOR))

    for role in set(Role) - {Role.EDITOR}:
        with pytest.raises(NotAllowed):
            frozen(actor(role))
        with pytest.raises(NotAllowed):
            services.compute(edition_id=edition.public_id, actor=actor(role), now=NOW)
    assert actions() == ["edition.frozen", "edition.attestation_closed"]


def test_a_year_that_has_not_ended_is_not_frozen() -> None:
    with pytest.raises(Invalid, match="2026 has not ended yet"):
        frozen(year=2026)

    assert frozen(year=2025).number == 1


def test_a_year_may_be_frozen_again_and_restates_what_is_published() -> None:
    assert [frozen().number, frozen().number] == [1, 2]
    first = published()

    again = frozen()

    assert (again.number, again.restates) == (4, first)


def test_the_figures_are_those_of_the_frozen_position() -> None:
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])
    edition = editions.attested(actor(Role.EDITOR))
    ledger.signal(ledger.day(2), ledger.MEMBERS[0])

    services.compute(edition_id=edition.public_id, actor=actor(Role.EDITOR), now=NOW)

    kept = Edition.objects.get(pk=edition.pk)
    again = figures.computed(
        2025, edition.position, bytes(edition.root), stated=statements.of_edition(edition.public_id)
    )
    assert figures.canonical(kept.document) == figures.canonical(again.document)
    assert kept.document["key_figures"][0]["value"] == 1


def test_the_ledger_keeps_the_hash_of_what_was_computed_and_published() -> None:
    edition = published()

    kept = sha256(figures.canonical(Edition.objects.get(pk=edition.pk).document)).hexdigest()
    entries = Entry.objects.about("edition", edition.public_id)
    assert [entry.action.partition(".")[2] for entry in entries] == [
        "frozen",
        "attestation_closed",
        "computed",
        "approved",
        "published",
    ]
    assert [entry.facts.get("sha256") for entry in entries] == [None, None, kept, kept, kept]


def test_the_one_who_made_the_figures_does_not_publish_them() -> None:
    froze, computes = person(Role.EDITOR, Role.PUBLISHER), person(Role.EDITOR, Role.PUBLISHER)
    edition = editions.attested(froze.actor(NOW, is_proven=True))
    services.compute(edition_id=edition.public_id, actor=computes.actor(NOW, is_proven=True), now=NOW)

    for staff in (froze, computes):
        for step in (services.approve, services.publish):
            with pytest.raises(NotAllowed, match="Somebody else"):
                step(edition_id=edition.public_id, actor=staff.actor(NOW, is_proven=True), now=NOW)
    editions.published(edition, actor(Role.PUBLISHER))

    assert actions()[-1] == "edition.published"


def test_an_edition_without_figures_is_not_published() -> None:
    edition = frozen()

    with pytest.raises(WrongState, match="not been computed"):
        services.publish(edition_id=edition.public_id, actor=actor(Role.PUBLISHER), now=NOW)


def test_only_a_publisher_publishes() -> None:
    edition = approved()

    with pytest.raises(NotAllowed, match="publisher"):
        services.publish(edition_id=edition.public_id, actor=actor(Role.EDITOR, Role.AUDITOR), now=NOW)


def test_one_edition_of_a_year_is_published() -> None:
    first, second = approved(), approved()
    services.publish(edition_id=first.public_id, actor=actor(Role.PUBLISHER), now=NOW)

    with pytest.raises(WrongState, match="Another edition for 2025 was published since"):
        services.publish(edition_id=second.public_id, actor=actor(Role.PUBLISHER), now=NOW)


def test_published_figures_do_not_change() -> None:
    edition = published()

    with pytest.raises(WrongState, match="cannot change any more"):
        services.compute(edition_id=edition.public_id, actor=actor(Role.EDITOR), now=NOW)


def test_an_unknown_edition_is_hidden() -> None:
    with pytest.raises(Hidden):
        services.compute(edition_id=7, actor=actor(Role.EDITOR), now=NOW)


def test_a_table_that_cannot_be_protected_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = editions.attested(actor(Role.EDITOR))

    def give_up(table: disclosure.Tables, rules: disclosure.Rules, kept: frozenset[int]) -> frozenset[int]:
        raise disclosure.Unprotectable("too little")

    monkeypatch.setattr(disclosure, "protect", give_up)
    with pytest.raises(WrongState, match=r"cannot be protected: .*shared_by_month_and_kind.*: too little"):
        services.compute(edition_id=edition.public_id, actor=actor(Role.EDITOR), now=NOW)

    assert Edition.objects.get(pk=edition.pk).figures is None
    assert actions() == ["edition.frozen", "edition.attestation_closed"]


def test_when_the_ledger_cannot_be_written_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = approved()

    def full(entries: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Entry.objects, "bulk_create", full)
    with pytest.raises(OSError, match="no space"):
        services.publish(edition_id=edition.public_id, actor=actor(Role.PUBLISHER), now=NOW)

    assert not Edition.objects.published().exists()


STAGES = {
    # stage: (may be computed, may be approved, may be published)
    "frozen": (False, False, False),
    "attested": (True, False, False),
    "computed": (True, True, False),
    "approved": (True, False, True),
    "published": (False, False, False),
}
MAKERS: dict[str, Callable[[], Edition]] = {
    "frozen": frozen,
    "attested": lambda: editions.attested(actor(Role.EDITOR)),
    "computed": computed,
    "approved": approved,
    "published": published,
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_role_at_every_stage(stage: str) -> None:
    edition = MAKERS[stage]()
    computes, approves, publishes = STAGES[stage]

    for role in Role:
        somebody = actor(role)
        assert _permitted(policies.may_compute, somebody, edition) == (computes and role is Role.EDITOR)
        assert _permitted(policies.may_approve, somebody, edition) == (
            approves and role in (Role.EDITOR, Role.PUBLISHER)
        )
        assert _permitted(policies.may_publish, somebody, edition) == (publishes and role is Role.PUBLISHER)


def _permitted(check: Callable[[Actor, Edition], None], somebody: Actor, edition: Edition) -> bool:
    try:
        check(somebody, edition)
    except (NotAllowed, WrongState):
        return False
    return True


def test_the_studio_is_unknown_to_everybody_else() -> None:
    for role in Role:
        allowed = role in {Role.EDITOR, Role.PUBLISHER, Role.AUDITOR}
        try:
            policies.may_enter_studio(actor(role))
        except Hidden:
            assert not allowed
        else:
            assert allowed


def test_the_year_before_the_programme_began_is_refused() -> None:
    with pytest.raises(Invalid, match="began in 2023"):
        frozen(year=2022)


def test_a_year_ends_at_midnight_utc() -> None:
    editor = actor(Role.EDITOR)
    midnight = datetime(2027, 1, 1, tzinfo=UTC)

    with pytest.raises(Invalid):
        services.freeze(year=2026, actor=editor, now=midnight - timedelta(seconds=1))
    assert services.freeze(year=2026, actor=editor, now=midnight).year == 2026
