"""Renaming, merging, supporting, and the compliance pack of an organisation."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid, NotAllowed, WrongState
from lantern_site.members import packs
from lantern_site.members.lifecycle import GateKind, KeyScope
from lantern_site.members.models import FormerName, Merger, Organisation, Support
from lantern_site.members.roles import Role
from lantern_site.members.services import keys, organisations
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def rename(of: Organisation, name: str, by: Actor | None = None) -> Organisation:
    return organisations.rename(organisation_id=of.public_id, name=name, actor=by or builders.steward(), now=NOW)


def merge(continuing: Organisation, ending: Organisation, by: Actor | None = None, days: int = 0) -> Merger:
    return organisations.merge(
        continuing_id=continuing.public_id,
        ending_id=ending.public_id,
        effective_on=TODAY + timedelta(days=days),
        note_text="Bought.",
        actor=by or builders.steward(),
        now=NOW,
    )


def support(of: Organisation, by: Actor | None = None, partner: int | None = None) -> Support:
    person = builders.person(builders.programme(), Role.STEWARD)
    return organisations.support(
        organisation_id=of.public_id,
        partner_id=partner or person.public_id,
        office_hours="Monday to Thursday, 9 to 16",
        ask_before_sharing=True,
        actor=by or builders.steward(),
        now=NOW,
    )


def test_a_renamed_member_keeps_its_old_name_and_the_ledger_has_none() -> None:
    pixelpond = builders.member("Pixelpond")

    rename(pixelpond, "  Pond   of Pixels ")

    pixelpond.refresh_from_db()
    assert pixelpond.name == "Pond of Pixels"
    assert FormerName.objects.get(organisation=pixelpond).name == "Pixelpond"
    entry = Entry.objects.get(action="member.renamed")
    assert entry.facts == {}
    assert "Pixel" not in entry.leaf_input().decode()


def test_a_taken_name_is_refused() -> None:
    builders.member("Kestrel")
    pixelpond = builders.member("Pixelpond")

    with pytest.raises(Invalid, match="this name"):
        rename(pixelpond, "kestrel")
    with pytest.raises(Invalid, match="new name"):
        rename(pixelpond, "Pixelpond")
    rename(pixelpond, "PixelPond")


def test_a_merger_moves_the_people_on_its_day() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    person = builders.person(kestrel, Role.ANALYST)
    merge(pixelpond, kestrel, days=10)
    person.refresh_from_db()
    assert person.organisation == kestrel

    assert organisations.carry_out_mergers(now=NOW + timedelta(days=9)) == 0
    assert organisations.carry_out_mergers(now=NOW + timedelta(days=10)) == 1
    assert organisations.carry_out_mergers(now=NOW + timedelta(days=11)) == 0

    person.refresh_from_db()
    assert person.organisation == pixelpond
    facts = {entry.subject: entry.facts for entry in Entry.objects.filter(action="member.merged")}
    assert facts == {
        pixelpond.public_id: {"with": kestrel.public_id, "continues": True, "people": 1},
        kestrel.public_id: {"with": pixelpond.public_id, "continues": False, "people": 1},
    }


def test_a_merger_of_today_is_done_at_once_and_only_once() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    person = builders.person(kestrel, Role.ANALYST)

    merge(pixelpond, kestrel)

    person.refresh_from_db()
    assert person.organisation == pixelpond
    with pytest.raises(WrongState, match="before"):
        merge(builders.member("Brightbay"), kestrel)


def test_nobody_merges_with_itself_the_programme_or_yesterday() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")

    with pytest.raises(Invalid) as refusal:
        merge(pixelpond, pixelpond)
    assert refusal.value.field == "ending"
    with pytest.raises(Invalid):
        merge(pixelpond, builders.programme())
    with pytest.raises(Invalid, match="over already"):
        merge(pixelpond, kestrel, days=-1)
    applicant, _secret = builders.application()
    with pytest.raises(WrongState):
        merge(pixelpond, applicant.organisation)


def test_a_supported_member_has_a_partner_for_a_year() -> None:
    pixelpond = builders.member()

    begun = support(pixelpond)

    assert begun.until_on == TODAY + timedelta(days=365)
    assert begun.is_running(TODAY + timedelta(days=365))
    assert not begun.is_running(TODAY + timedelta(days=366))
    with pytest.raises(WrongState, match="already"):
        support(pixelpond)
    organisations.end_support(organisation_id=pixelpond.public_id, actor=builders.steward(), now=NOW)
    with pytest.raises(WrongState, match="not supported"):
        organisations.end_support(organisation_id=pixelpond.public_id, actor=builders.steward(), now=NOW)


def test_the_partner_works_for_the_programme() -> None:
    pixelpond = builders.member()
    own = builders.person(pixelpond, Role.REVIEWER)

    with pytest.raises(Invalid) as refusal:
        support(pixelpond, partner=own.public_id)
    assert refusal.value.field == "partner"


@pytest.mark.parametrize("what", ["rename", "merge", "support"])
def test_members_change_nothing_about_themselves(what: str) -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")
    admin = builders.actor(pixelpond, Role.MEMBER_ADMIN)
    acts: dict[str, Any] = {
        "rename": lambda: rename(pixelpond, "Other", admin),
        "merge": lambda: merge(pixelpond, kestrel, admin),
        "support": lambda: support(pixelpond, admin),
    }
    before = Entry.objects.count()

    with pytest.raises(NotAllowed):
        acts[what]()
    assert Entry.objects.count() == before


def unpacked(pixelpond: Organisation, by: Actor) -> dict[str, str]:
    content = organisations.export_pack(organisation_id=pixelpond.public_id, actor=by, now=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_pack_holds_every_paper_and_no_secret_or_name_of_people() -> None:
    pixelpond = builders.member()
    person = builders.person(pixelpond, Role.MEMBER_ADMIN, name="Ada Byron")
    key, secret = keys.issue(
        label="=cmd()", scopes=[KeyScope.READ], days=30, actor=person.actor(NOW, is_proven=True), now=NOW
    )
    builders.pass_gate(pixelpond, GateKind.COMPLIANCE_REVIEW)
    builders.legal_gate(pixelpond)
    rename(pixelpond, "Pond")

    files = unpacked(pixelpond, builders.steward())

    assert {name.partition(".")[0] for name in files} == {
        *("organisation", "gates", "signatures", "legal_gates", "reviews", "observations"),
        *("people", "keys", "names", "entries"),
    }
    everything = "".join(files.values())
    assert "Ada Byron" not in everything
    assert person.email not in everything
    assert secret.rpartition("_")[2] not in everything
    assert json.loads(files["keys.json"])[0]["prefix"] == key.prefix
    assert "'=cmd()" in files["keys.csv"]
    assert Entry.objects.filter(action="member.pack_exported").count() == 1


def test_the_own_admin_takes_the_pack_and_nobody_elses() -> None:
    pixelpond, kestrel = builders.member("Pixelpond"), builders.member("Kestrel")

    assert unpacked(pixelpond, builders.actor(pixelpond, Role.MEMBER_ADMIN))
    for by in (builders.actor(kestrel, Role.MEMBER_ADMIN), builders.actor(pixelpond, Role.ANALYST)):
        with pytest.raises(NotAllowed):
            unpacked(pixelpond, by)


@pytest.mark.parametrize("start", packs.FORMULA)
def test_no_cell_is_a_formula(start: str) -> None:
    line = packs.csv_of([{"note": f"{start}1+1", "number": 1}]).splitlines()[1]

    assert line.lstrip('"').startswith("'")


def test_support_is_seen_by_the_member_and_the_programme_only() -> None:
    pixelpond = builders.member("Pixelpond")
    support(pixelpond)

    with acting_as(builders.actor(builders.member("Kestrel"), Role.MEMBER_ADMIN)):
        assert not Support.objects.exists()
    with acting_as(builders.actor(pixelpond, Role.MEMBER_ADMIN)):
        assert Support.objects.exists()
