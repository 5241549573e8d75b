"""Keys and peppers change while everything runs, and nothing is forgotten, lost or kept twice."""

import ast
from collections.abc import Callable
from io import StringIO
from typing import TypeVar

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db.models import BinaryField
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lantern_site import rotation
from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.models import Entry
from lantern_site.errors import WrongState
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from reviews import piles
from reviews.models import Finding, Plea
from reviews.services import findings
from reviews.services.findings import Found
from reviews.workflow import Action, Attribution, LooksWrong, Outcome
from signals import candidates, intake, leads, outlook, protection, sealing
from signals.candidates import Item
from signals.kinds import Kind
from signals.models import Chunk, Draft, ImportPart, ImportRow, Indicator, IndicatorValue, Lead, MatchJob
from signals.services import batches, drafts, lookup
from signals.services.batches import Once, Row
from signals.services.jobs import watching
from tests import builders
from tests.builders import NOW
from tests.signals import comparisons, importing
from tests.signals.comparisons import LATER
from tests.test_architecture import MODULES, ROOT

pytestmark = pytest.mark.django_db
T = TypeVar("T")

KEYS = {number: bytes([number]) * 32 for number in range(1, 5)}
OLD, BOTH, NEW = {1: KEYS[1]}, {2: KEYS[2], 1: KEYS[1]}, {2: KEYS[2]}
LEARNED = {1: KEYS[1], 2: KEYS[2]}
"""The new one is known and nothing is written under it yet: the first of the two restarts."""


@pytest.fixture
def sharer() -> Organisation:
    return builders.member("Pixelpond")


@pytest.fixture
def member() -> Organisation:
    return builders.member("Harbourline")


@pytest.fixture(autouse=True)
def old_keys(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = settings.PEPPERS = OLD


def renew(batch: int = 2) -> list[rotation.Progress]:
    return list(rotation.renew_keys(batch=batch, now=NOW))


def wrap(batch: int = 2) -> list[rotation.Progress]:
    return list(rotation.wrap_digests(batch=batch, now=NOW))


def seen(question: Callable[[], T]) -> T:
    with acting_as(Actor.clock()):
        return question()


# Encryption


def _reported(job: MatchJob, actor: Actor) -> Finding:
    found = Found(
        outcome=Outcome.VIOLATION,
        own_evidence=True,
        policy_version="2026-01",
        attribution=Attribution.DECISIVE,
        looks_wrong=LooksWrong.NO,
        actions=(Action.AUTHORITY_REPORT,),
        authority="police",
        authority_reference="Case 12",
    )
    lead = seen(lambda: Lead.objects.get(job=job))
    return findings.record(lead_ids=[lead.public_id], found=found, actor=actor, now=NOW)


def _opened(model: type[Finding | Plea], pk: int, column: str) -> str:
    row = seen(lambda: model._default_manager.get(pk=pk))
    return sealing.unseal(getattr(row, column), bound_to=row.binding)


@pytest.fixture
def everything(sharer: Organisation, member: Organisation) -> Callable[[], dict[str, object]]:
    """A row of everything that is encrypted; what is returned reads them all."""
    builders.active(sharer, builders.email(1))
    done = comparisons.run(comparisons.start(member, f"{builders.email(1).raw}\tcase 7"))
    waiting = comparisons.start(member, "a@example.org")
    person = builders.person(member, Role.ANALYST)
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(person)
    submitter = builders.actor(member, Role.SUBMITTER)
    typed = {"values": ["half.typed@example.org"]}
    draft = seen(lambda: drafts.save(draft_id=None, kind="email", content=typed, actor=submitter, now=NOW))
    row = {"kind": "email", "value": "from.a.file@example.org", "reference": "case 9"}
    imported = importing.checked(member, importing.table(row))
    finding = _reported(done, builders.actor(member, Role.ANALYST))
    plea = Plea(made_at=NOW)
    plea.content = sealing.seal("[]", bound_to=plea.binding)
    plea.save()

    def read() -> dict[str, object]:
        chunk = seen(lambda: Chunk.objects.select_related("job").get(job=waiting))
        part = seen(lambda: ImportPart.objects.select_related("whole").get(whole=imported))
        line = seen(lambda: ImportRow.objects.select_related("whole").get(whole=imported))
        return {
            "draft": seen(lambda: Draft.objects.get(pk=draft.pk).opened()),
            "rows of an import": sealing.unseal(part.ciphertext or b"", bound_to=part.binding),
            "reference of an import": sealing.unseal(line.reference or b"", bound_to=line.binding),
            "reference of a report": _opened(Finding, finding.pk, "authority_reference"),
            "plea": _opened(Plea, plea.pk, "content"),
            "value": seen(lambda: intake.value_of(Indicator.objects.get())),
            "candidates": sealing.unseal(chunk.ciphertext or b"", bound_to=chunk.binding),
            "reference": seen(lambda: leads.reference_of(Lead.objects.get(job=done))),
            "secret": decrypt(Authenticator.objects.get(user=person, type="totp").data["secret"]),
            "codes": RecoveryCodes(Authenticator.objects.get(pk=codes.instance.pk)).generate_codes(),
        }

    return read


def test_afterwards_everything_is_read_without_the_old_key(
    everything: Callable[[], dict[str, object]], settings: Settings
) -> None:
    before = everything()

    settings.ENCRYPTION_KEYS = BOTH
    renew()
    settings.ENCRYPTION_KEYS = NEW

    assert everything() == before
    assert before["reference"] == "case 7"
    assert {kept.name: set(rotation.needed(kept)) for kept in rotation.ENCRYPTED.values()} == {
        "values of indicators": {2},
        "candidates of match jobs": {2},
        "references of leads": {2},
        "second factors": {2},
        "drafts": {2},
        "rows of imports": {2},
        "references of imports": {2},
        "references of reports to authorities": {2},
        "pleas": {2},
    }
    assert rotation.faults() == []
    entry = Entry.objects.get(action="encryption.rotated")
    assert (entry.facts, entry.subject_kind) == ({"under": 2, "rows": 10}, "installation")


def test_every_column_of_bytes_says_whether_it_is_encrypted() -> None:
    digests = {
        "Entry.commitment",
        "Payload.salt",
        "Payload.body",
        "IdempotentAnswer.body_hash",
        "ApiKey.secret_hash",
        "Application.link_hash",
        "Invitation.token_hash",
        "Indicator.digest",
        "IndicatorAlias.digest",
        "Lead.reference_digest",
        "Import.digest",
        "ImportRow.digest",
        "Edition.root",
        "Checkpoint.root",
        "Tile.nodes",
    }
    columns = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, BinaryField)
    }
    encrypted = {f"{model.__name__}.{column}" for model, column in rotation.ENCRYPTED}

    assert columns - digests == encrypted - {"Authenticator.data"}


def test_whatever_encrypts_is_known_to_the_rotation() -> None:
    """A new caller has to stand in `rotation.ENCRYPTED`, then here."""
    callers = {
        str(path.relative_to(ROOT))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"encryption.encrypt", "encrypt", "sealing.seal", "seal", "sealing.resealed"}
    }

    assert callers == {
        "lantern_site/members/adapters.py",
        "lantern_site/rotation.py",
        "reviews/services/findings.py",
        "reviews/services/pleas.py",
        "signals/intake.py",
        "signals/leads.py",
        "signals/sealing.py",
        "signals/chunks.py",
        "signals/imported.py",
        "signals/models/drafts.py",
    }


def test_an_interrupted_rotation_goes_on_where_it_stopped(sharer: Organisation, settings: Settings) -> None:
    for number in range(5):
        builders.submitted(sharer, builders.email(number))
    settings.ENCRYPTION_KEYS = settings.PEPPERS = BOTH

    for begun in (rotation.renew_keys(batch=2, now=NOW), rotation.wrap_digests(batch=2, now=NOW)):
        next(begun)
        begun.close()  # type: ignore[attr-defined]

    values = rotation.ENCRYPTED[IndicatorValue, "ciphertext"]
    assert rotation.needed(values) == rotation.needed(rotation.DIGESTS) == {1: 3, 2: 2}
    assert not Entry.objects.filter(subject_kind="installation").exists()
    assert [step.done for step in renew()] == [step.done for step in wrap()] == [2, 3]
    assert rotation.needed(values) == rotation.needed(rotation.DIGESTS) == {2: 5}


def test_rotating_twice_changes_nothing_more(sharer: Organisation, settings: Settings) -> None:
    builders.submitted(sharer)
    settings.ENCRYPTION_KEYS = settings.PEPPERS = BOTH

    assert [len(steps) for steps in (renew(), wrap())] == [1, 1]
    assert renew() == wrap() == []
    assert Entry.objects.filter(subject_kind="installation").count() == 2


# Digests


def hits(member: Organisation) -> list[int]:
    found = lookup.look_up(
        items=[Item("email", builders.email(1).raw), Item("email", "account4e07408562@gmail.com")],
        actor=builders.actor(member, Role.ANALYST),
        now=LATER,
    )
    return [len(result.found) for result in found]


@pytest.mark.parametrize("peppers", [OLD, LEARNED, BOTH], ids=["before", "learned", "written"])
@pytest.mark.parametrize("rotated", [False, True])
def test_a_value_is_found_and_kept_once_under_whichever_pepper_it_lies(
    peppers: dict[int, bytes], rotated: bool, sharer: Organisation, member: Organisation, settings: Settings
) -> None:
    settings.PEPPERS = peppers
    builders.active(sharer, builders.email(1))
    builders.active(sharer, intake.Item(Kind.EMAIL, "account.4e07408562@gmail.com"))
    settings.PEPPERS = LEARNED if peppers is OLD else BOTH
    if rotated:
        wrap()

    assert hits(member) == [1, 1]
    assert comparisons.compare(member, builders.email(1).raw) == [(1, "exact", 0)]
    builders.active(member, builders.email(1), now=LATER)
    assert Indicator.objects.count() == 2


@pytest.mark.parametrize("rotated", [False, True])
def test_whoever_asks_what_is_known_asks_under_every_pepper(
    rotated: bool, sharer: Organisation, member: Organisation, settings: Settings
) -> None:
    builders.active(sharer, builders.email(1))
    builders.active(member, builders.email(2))
    before = importing.hand_in(member, importing.addresses(3))
    watched = watching.keep(
        plan=comparisons.PLAN,
        candidates=candidates.read([f"{builders.email(1).raw}\n", f"{builders.email(3).raw}\n"]),
        days=30,
        actor=builders.actor(member, Role.ANALYST),
        now=NOW,
    )
    builders.active(sharer, builders.email(3), now=LATER)
    settings.PEPPERS = BOTH
    if rotated:
        wrap()

    by = builders.actor(member, Role.SUBMITTER)
    lines = [outlook.Line("values", row, builders.email(row)) for row in (1, 2)]
    foreign, own = seen(lambda: outlook.of_lines(lines, builders.statement(), by, NOW))
    assert (foreign.members, own.refused.partition(":")[0]) == (1, "Your organisation shares this already")
    again = importing.hand_in(member, importing.addresses(3))
    assert again == before
    assert importing.verdicts(importing.run(again)) == {2: "new", 3: "new", 4: "exists"}
    watching.look(now=LATER)
    watching.compare_news(watch_list_id=watched.pk, now=LATER)
    assert comparisons.found(watched.job) == [(2, "exact", 0)]


def test_leads_of_one_reference_stay_together(sharer: Organisation, member: Organisation, settings: Settings) -> None:
    builders.active(sharer, builders.email(1))
    given = f"{builders.email(1).raw}\tcase 7"
    comparisons.compare(member, given)
    settings.PEPPERS = BOTH
    comparisons.compare(member, given)

    first, second = seen(lambda: list(Lead.objects.order_by("pk")))

    assert first.reference_digest != second.reference_digest
    assert seen(lambda: piles.alike(Lead.objects.all(), first, "reference").count()) == 2


def test_afterwards_nothing_lies_under_the_old_pepper_alone(
    sharer: Organisation, member: Organisation, settings: Settings
) -> None:
    builders.active(sharer, builders.email(1))
    settings.PEPPERS = BOTH
    public = candidates.candidate(1, Item("email", builders.email(1).raw)).public_digest()

    wrap()

    assert bytes(Indicator.objects.get().digest) == protection.digests(public)[2] != protection.digests(public)[1]
    assert Indicator.objects.oldest_pepper() == 2
    assert hits(member) == [1, 0]


def test_a_batch_that_is_sent_again_after_a_rotation_is_answered_alike(
    sharer: Organisation, settings: Settings
) -> None:
    row = Row((builders.email(1),), builders.STATEMENT, builders.everyone().public_id)
    by = builders.actor(sharer, Role.SUBMITTER)

    def send(body: bytes) -> list[batches.Result]:
        return batches.share(rows=[row], once=Once("one", body), actor=by, now=NOW)

    first = send(b"body")
    settings.PEPPERS = BOTH
    wrap()

    assert send(b"body") == first
    with pytest.raises(WrongState):
        send(b"another")


@given(
    steps=st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=6), public=st.binary(min_size=32, max_size=32)
)
def test_a_digest_that_was_wrapped_step_by_step_is_the_one_that_is_looked_for(steps: list[int], public: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PEPPERS", KEYS)
        above = min(steps)
        kept = protection.digest(public, above)
        for under in steps:
            if under > above:
                kept, above = protection.wrapped(kept, above=above, under=under), under

        assert kept == protection.digests(public)[above] == protection.digests(public, above)[above]
        assert len(set(protection.digests(public).values())) == len(KEYS)


# What the settings must hold


def test_rows_that_need_a_missing_key_keep_the_installation_from_starting(
    everything: Callable[[], dict[str, object]], settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = settings.PEPPERS = NEW

    faults = rotation.faults()

    names = [kept.name for kept in rotation.ENCRYPTED.values()]
    assert faults == [
        *(f"LANTERN_ENCRYPTION_KEYS lacks number 1, which {name} lie under. Put it back." for name in names),
        "LANTERN_PEPPERS lacks number 1, which digests of indicators lie under. Put it back.",
    ]
    with pytest.raises(SystemCheckError, match="lacks number 1"):
        call_command("migrate", plan=True, skip_checks=False)


def test_another_key_under_the_same_number_is_noticed(
    everything: Callable[[], dict[str, object]], settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = {1: KEYS[3]}
    faulty = [fault.partition(" under")[0] for fault in rotation.faults()]
    assert faulty[:9] == [
        "Values of indicators",
        "Candidates of match jobs",
        "References of leads",
        "Drafts",
        "Rows of imports",
        "References of imports",
        "References of reports to authorities",
        "Pleas",
        "Second factors",
    ]

    settings.ENCRYPTION_KEYS, settings.PEPPERS = OLD, {1: KEYS[3]}
    [fault] = rotation.faults()
    assert fault == "Digests of indicators under number 1 do not fit LANTERN_PEPPERS. Put back what it held before."


def test_a_pepper_further_in_may_not_be_taken_away(sharer: Organisation, settings: Settings) -> None:
    builders.submitted(sharer)
    settings.PEPPERS = BOTH
    wrap()

    settings.PEPPERS = NEW

    assert len(rotation.faults()) == 1


# The commands


def said(name: str, *arguments: str) -> tuple[str, str]:
    out, progress = StringIO(), StringIO()
    call_command(name, *arguments, stdout=out, stderr=progress)
    return out.getvalue(), progress.getvalue()


def test_the_commands_count_rotate_and_say_what_is_dispensable(sharer: Organisation, settings: Settings) -> None:
    for number in range(3):
        builders.submitted(sharer, builders.email(number))
    settings.ENCRYPTION_KEYS = settings.PEPPERS = BOTH

    counted, nothing = said("rotate_encryption_keys", "--dry-run")
    assert "values of indicators: 3 under 1\n" in counted
    assert "3 rows are still to be encrypted under 2. Run this again; keep every key." in counted
    assert nothing == ""
    assert "3 digests do not lie under 2." in said("rotate_peppers", "--dry-run")[0]

    done, progress = said("rotate_encryption_keys", "--batch", "2")
    assert progress == "values of indicators: 2 of 3\nvalues of indicators: 3 of 3\n"
    assert "Take out of LANTERN_ENCRYPTION_KEYS what only old backups need: 1." in done
    assert "Every digest lies under 2" in said("rotate_peppers")[0]

    settings.ENCRYPTION_KEYS = NEW
    assert "the only key there is" in said("rotate_encryption_keys", "--dry-run")[0]
