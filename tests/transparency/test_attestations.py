"""Members confirm or correct their own figures: who may, until when, what it leaves behind, and who sees it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews.models import InboxNotice
from reviews.services import inbox
from tests import builders
from tests.builders import NOW
from tests.transparency import editions, ledger
from transparency import figures, services, statements
from transparency.layouts import Place
from transparency.models import Attestation, Edition, Objection, Statement
from transparency.statements import Section

pytestmark = pytest.mark.django_db
ACCOUNTS: Place = ("actions_taken", "account_actioned", "")
REASON = "Two accounts were given back in December."


@pytest.fixture
def pixelpond() -> Organisation:
    return _member("Pixelpond")


@pytest.fixture
def kestrel() -> Organisation:
    return _member("Kestrel")


def _member(name: str) -> Organisation:
    """With four findings in the year."""
    member = builders.member(name)
    ledger.takes_part(member.public_id, ledger.day(-100))
    for number in range(4):
        ledger.finding(ledger.day(100 + number), member.public_id, actions=["account_actioned"])
    return member


@pytest.fixture
def editor() -> Actor:
    return builders.actor(builders.programme(), Role.EDITOR)


@pytest.fixture
def edition(pixelpond: Organisation, kestrel: Organisation, editor: Actor) -> Edition:
    return editions.asked(editor)


def corrects(edition: Edition, member: Organisation, corrected: dict[Place, int], reason: str = REASON) -> Statement:
    return services.state(
        edition_id=edition.public_id,
        section=Section.ACTIONS,
        corrected=corrected,
        reason=reason,
        actor=editions.admin(member),
        now=NOW,
    )


def actions_of(edition: Edition, *, after: int = 0) -> list[str]:
    entries = Entry.objects.about("edition", edition.public_id).filter(position__gt=after)
    return list(entries.values_list("action", flat=True))


def test_every_member_that_took_part_is_asked_for_ten_working_days(edition: Edition, pixelpond: Organisation) -> None:
    assert edition.attest_until is not None
    assert edition.attest_until.isoformat() == "2026-03-16"
    assert actions_of(edition) == ["edition.frozen", *["edition.attestation_asked"] * 2]
    asked = Entry.objects.about("edition", edition.public_id).filter(organisation=pixelpond.public_id).get()
    assert (asked.audience, asked.facts["until"]) == (f"organisation:{pixelpond.public_id}", "2026-03-16")


def test_only_an_editor_asks_and_closes_and_once(edition: Edition, editor: Actor) -> None:
    before = Entry.objects.count()

    for role in set(Role) - {Role.EDITOR}:
        for step in (services.ask, services.close):
            with pytest.raises((NotAllowed, WrongState)):
                step(edition_id=edition.public_id, actor=builders.actor(builders.programme(), role), now=NOW)
    with pytest.raises(WrongState, match="asked already"):
        services.ask(edition_id=edition.public_id, actor=editor, now=NOW)
    assert Entry.objects.count() == before


def test_a_member_corrects_what_it_stated_and_the_ledger_keeps_both(edition: Edition, pixelpond: Organisation) -> None:
    statement = corrects(edition, pixelpond, {ACCOUNTS: 2})

    assert statement.made == [
        {"metric": "actions_taken", "row": "account_actioned", "column": "", "before": 4, "after": 2}
    ]
    entry = Entry.objects.get(action="edition.attested")
    assert entry.organisation == pixelpond.public_id
    assert (entry.facts["corrected"], entry.facts["before"], entry.facts["values"]) == (
        ["actions_taken/account_actioned/"],
        [4],
        [2],
    )
    assert entry.commitment is not None
    assert REASON not in str(entry.facts)


REFUSED = {
    "without a reason": ({ACCOUNTS: 2}, " ", "Say why"),
    "with a reason for nothing": ({ACCOUNTS: 4}, REASON, "No number differs"),
    "below nought": ({ACCOUNTS: -1}, REASON, "not negative"),
    "of another section": ({("leads_examined", "", ""): 3}, REASON, "no such figure"),
    "recorded by the hub": ({("shared_by_harm", "grooming", ""): 3}, REASON, "no such figure"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_correction_is_refused(what: str, edition: Edition, pixelpond: Organisation) -> None:
    corrected, reason, sentence = REFUSED[what]

    with pytest.raises(Invalid, match=sentence):
        corrects(edition, pixelpond, corrected, reason)

    assert actions_of(edition)[-1] == "edition.attestation_asked"


def test_findings_that_contradict_one_another_are_refused(edition: Edition, pixelpond: Organisation) -> None:
    fewer: dict[Place, int] = {("findings_by_outcome", "violation", ""): 3}

    with pytest.raises(Invalid, match="By outcome 3 findings"):
        services.state(
            edition_id=edition.public_id,
            section=Section.FINDINGS,
            corrected=fewer,
            reason=REASON,
            actor=editions.admin(pixelpond),
            now=NOW,
        )


def test_only_who_administers_a_member_that_was_asked_speaks_for_it(edition: Edition, pixelpond: Organisation) -> None:
    outside = builders.member("Nobody asked")
    speakers = {role: builders.actor(pixelpond, role) for role in (Role.ANALYST, Role.REVIEWER, Role.SUBMITTER)}
    asked = {"edition_id": edition.public_id, "section": Section.ACTIONS, "corrected": {}, "reason": "", "now": NOW}

    for actor in speakers.values():
        with pytest.raises(NotAllowed):
            services.state(**asked, actor=actor)  # type: ignore[arg-type]
    for actor in (editions.admin(outside), builders.actor(builders.programme(), Role.EDITOR)):
        with pytest.raises(Hidden):
            services.state(**asked, actor=actor)  # type: ignore[arg-type]
    assert not Entry.objects.filter(action="edition.attested").exists()


def test_a_figure_of_the_hub_is_contested_and_stays(edition: Edition, pixelpond: Organisation) -> None:
    ledger.signal(ledger.day(3), pixelpond.public_id)
    edition = editions.asked(builders.actor(builders.programme(), Role.EDITOR))
    asked = {"edition_id": edition.public_id, "actor": editions.admin(pixelpond), "now": NOW}

    services.contest(metric="shared_by_harm", note="We shared two.", **asked)  # type: ignore[arg-type]

    with pytest.raises(Invalid, match="that the hub recorded"):
        services.contest(metric="actions_taken", note="We shared two.", **asked)  # type: ignore[arg-type]
    with acting_as(Actor.clock()):
        objection = Objection.objects.select_related("attestation").get()
        assert objection.attestation.recorded(None)["shared_by_harm", "csam_verified", ""] == 1
    entry = Entry.objects.get(action="edition.contested")
    assert entry.facts["metric"] == "shared_by_harm"
    assert "two" not in str(entry.facts)


def test_an_editor_closes_when_all_have_answered_and_the_clock_when_the_time_has_passed(
    edition: Edition, editor: Actor, pixelpond: Organisation
) -> None:
    for section in Section:
        editions.confirms(edition, pixelpond, section)
    with pytest.raises(WrongState, match=r"1 member has yet to answer\. It has time until 16 Mar 2026"):
        services.close(edition_id=edition.public_id, actor=editor, now=NOW)
    assert edition.attest_before is not None

    closed = [services.close_due(now=edition.attest_before - timedelta(seconds=1))]
    closed += [services.close_due(now=edition.attest_before) for _again in range(2)]

    assert closed == [0, 1, 0]
    entry = Entry.objects.get(action="edition.attestation_closed")
    assert [entry.facts[name] for name in ("asked", "findings", "actions")] == [2, 1, 1]
    with pytest.raises(WrongState, match="closed"):
        corrects(edition, pixelpond, {ACCOUNTS: 2})


def test_figures_are_computed_once_members_have_had_their_say(edition: Edition, editor: Actor) -> None:
    with pytest.raises(WrongState, match="yet to confirm"):
        services.compute(edition_id=edition.public_id, actor=editor, now=NOW)


def test_what_was_said_can_be_computed_again_from_the_ledger_alone(
    edition: Edition, editor: Actor, pixelpond: Organisation, kestrel: Organisation
) -> None:
    corrects(edition, pixelpond, {ACCOUNTS: 3})
    corrects(edition, pixelpond, {ACCOUNTS: 1})
    assert edition.attest_before is not None
    services.close(edition_id=edition.public_id, actor=editor, now=edition.attest_before)
    made = services.compute(edition_id=edition.public_id, actor=editor, now=NOW)

    printed, noted = StringIO(), StringIO()

    call_command("generate_report", year=2025, position=edition.position, stdout=printed, stderr=noted)

    assert printed.getvalue().encode() == figures.canonical(made.document)
    assert "attested (2 asked, 0 reported findings and 1 reported actions)" in noted.getvalue()
    said = statements.of_edition(edition.public_id)
    assert said is not None
    assert said.said == {Section.FINDINGS: {}, Section.ACTIONS: {pixelpond.public_id: {ACCOUNTS: 1}}}


def test_silent_members_are_reminded_once_before_the_end(
    edition: Edition, pixelpond: Organisation, kestrel: Organisation
) -> None:
    editions.confirms(edition, pixelpond, Section.FINDINGS)
    for section in Section:
        editions.confirms(edition, kestrel, section)
    late = NOW + timedelta(days=11)

    reminded = [services.remind(now=moment) for moment in (NOW, late, late)]

    assert reminded == [0, 1, 0]
    assert Entry.objects.get(action="edition.attestation_reminded").organisation == pixelpond.public_id


def test_who_administers_finds_it_in_the_inbox(
    edition: Edition, pixelpond: Organisation, kestrel: Organisation
) -> None:
    admins = {editions.admin(member).staff_id for member in (pixelpond, kestrel)}
    builders.person(pixelpond, Role.ANALYST)

    inbox.gather(now=NOW)

    with acting_as(Actor.clock()):
        told = set(InboxNotice.objects.filter(kind="figures").values_list("staff_id", "subject"))
    assert told == {(staff, edition.public_id) for staff in admins}


def test_what_was_said_of_an_earlier_edition_stands_while_the_figures_are_the_same(
    edition: Edition, pixelpond: Organisation, kestrel: Organisation, editor: Actor
) -> None:
    corrects(edition, pixelpond, {ACCOUNTS: 2})
    editions.confirms(edition, kestrel, Section.ACTIONS)
    ledger.finding(ledger.day(200), kestrel.public_id, actions=["account_actioned"])

    again = editions.asked(editor)

    with acting_as(Actor.clock()):
        kept = Statement.objects.select_related("attestation__organisation").get(attestation__edition=again)
        assert (kept.attestation.organisation, kept.is_kept, kept.reason) == (pixelpond, True, REASON)
    entry = Entry.objects.get(action="edition.attestation_kept")
    assert (entry.organisation, entry.facts["values"]) == (pixelpond.public_id, [2])


def test_the_database_shows_a_member_its_own_attestation_only(
    edition: Edition, pixelpond: Organisation, kestrel: Organisation
) -> None:
    corrects(edition, pixelpond, {ACCOUNTS: 2})
    services_of = {"own": editions.admin(pixelpond), "other": editions.admin(kestrel)}

    seen = {}
    for name, actor in services_of.items():
        with acting_as(actor):
            seen[name] = (list(Attestation.objects.values_list("organisation", flat=True)), Statement.objects.count())

    assert seen == {"own": ([pixelpond.pk], 1), "other": ([kestrel.pk], 0)}
    with acting_as(builders.actor(builders.programme(), Role.AUDITOR)):
        assert Attestation.objects.count() == 2


def test_a_changed_draft_is_approved_again(edition: Edition, editor: Actor) -> None:
    publisher = builders.actor(builders.programme(), Role.PUBLISHER)
    draft = editions.computed(editor)
    services.approve(edition_id=draft.public_id, actor=publisher, now=NOW)

    services.compute(edition_id=draft.public_id, actor=editor, now=NOW)

    with pytest.raises(WrongState, match="Nobody has approved"):
        services.publish(edition_id=draft.public_id, actor=publisher, now=NOW)
    editions.published(draft, publisher)
