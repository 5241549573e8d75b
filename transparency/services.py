"""Making an edition of the report: an editor freezes it, members confirm or correct what they stated, an editor
computes it, somebody else approves it, and a publisher publishes it.

An edition of a year that has a published one restates it: each figure that differs keeps its old and new value, the
editor's reason and who approved it, for ever. What members say enters as transparency.statements explains.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lantern_site import clock
from lantern_site.audit import leaves, tree, verification
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members import deadlines
from lantern_site.members.models import Organisation
from lantern_site.members.policies import staff_of
from transparency import comparison, counting, disclosure, figures, metrics, periods, policies, statements
from transparency.layouts import Place
from transparency.models import Attestation, Edition, Objection, Restatement, Statement
from transparency.statements import Correction, Section, place_of


def freeze(*, year: int, actor: Actor, now: datetime) -> Edition:
    """Begin an edition: fix the position of the ledger up to which it counts, and the root that proves it.

    It restates the published edition of the year, if there is one.
    The root comes from the stored tree, before the transaction: what stands at a position never changes.
    """
    policies.may_freeze(actor, year, now)
    position, root = _head()
    try:
        with recording(actor, now) as record:
            policies.may_freeze(actor, year, now)
            edition = Edition.objects.create(
                year=year,
                number=Edition.objects.of_year(year).count() + 1,
                position=position,
                root=root,
                restates=Edition.objects.published().of_year(year).first(),
                frozen_at=now,
                frozen_by=staff_of(actor),
            )
            _note(record, edition, "edition.frozen", {"root": root.hex()})
    except IntegrityError:  # two editors at once: the number is taken
        raise WrongState(_("Somebody else has frozen the ledger for %(year)s just now.") % {"year": year}) from None
    return edition


def ask(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """Show each member its own figures at the frozen position, so that it confirms or corrects what it stated.

    What a member said for an earlier edition of the year is kept where it is about the same figures.
    """
    edition = _edition(edition_id, actor)
    policies.may_ask(actor, edition)
    cut = counting.Cut(periods.of_year(edition.year), edition.position)
    (tally,) = counting.count([cut])  # before the transaction: what stands at a position never changes
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        policies.may_ask(actor, edition)
        last_day = clock.working_days(now, periods.ATTEST_WORKING_DAYS).date()
        edition.asked_at, edition.asked_by = now, staff_of(actor)
        edition.attest_before = deadlines.end_of(last_day)
        edition.save(update_fields=["asked_at", "asked_by", "attest_before"])
        members = Organisation.objects.filter(public_id__in=statements.participants(tally)).order_by("pk")
        asked = Attestation.objects.bulk_create(
            Attestation(
                edition=edition,
                organisation=member,
                figures=statements.own_figures(tally, member.public_id),
                asked_at=now,
            )
            for member in members
        )
        for one in asked:
            _note(record, edition, "edition.attestation_asked", {"until": last_day.isoformat()}, of=one.organisation)
        _keep_earlier(record, edition, asked)
    return edition


def state(
    *,
    edition_id: int,
    section: Section,
    corrected: Mapping[Place, int],
    reason: str,
    actor: Actor,
    now: datetime,
) -> Statement:
    """Confirm the figures of a section as they stand, or those that are not `corrected`; again, to say otherwise.

    Raises Hidden, WrongState when the edition is closed, NotAllowed, or Invalid with the field `reason` or none.
    """
    with recording(actor, now) as record:
        attestation = _own(edition_id, actor)
        policies.may_attest(actor, attestation, now)
        corrections = _corrections(attestation.recorded(section), corrected)
        _check_reason(corrections, reason.strip())
        if section is Section.FINDINGS:
            _check_sums(attestation.recorded(section) | {place_of(one): one["after"] for one in corrections})
        statement, _made = Statement.objects.update_or_create(
            attestation=attestation,
            section=section,
            defaults={
                "corrections": corrections,
                "reason": reason.strip(),
                "stated_at": now,
                "stated_by": staff_of(actor),
                "is_kept": False,
            },
        )
        facts = statements.facts_of(section, corrections)
        _note(
            record, attestation.edition, "edition.attested", facts, of=attestation.organisation, reason=statement.reason
        )
    return statement


def contest(*, edition_id: int, metric: str, note: str, actor: Actor, now: datetime) -> Objection:
    """Tell the editor that the hub recorded a figure of the own organisation wrongly. The figure stays as it is."""
    with recording(actor, now) as record:
        attestation = _own(edition_id, actor)
        policies.may_attest(actor, attestation, now)
        if metric not in {place[0] for place in attestation.recorded(None)}:
            raise Invalid(_("Choose a figure that the hub recorded."), "metric")
        if not note.strip():
            raise Invalid(_("Say what is wrong with the figure."), "note")
        objection, _made = Objection.objects.update_or_create(
            attestation=attestation,
            metric=metric,
            defaults={"note": note.strip(), "made_at": now, "made_by": staff_of(actor)},
        )
        facts: dict[str, Fact] = {"metric": metric}
        _note(
            record, attestation.edition, "edition.contested", facts, of=attestation.organisation, reason=objection.note
        )
    return objection


def close(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """End what members can say of an edition, once all have answered or their time has passed."""
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        _close(record, edition, actor, now)
    return edition


def close_due(*, now: datetime) -> int:
    """The clock closes what members can say when their time has passed. Returns of how many editions."""
    with recording(Actor.clock(), now) as record:
        due = Edition.objects.filter(attested_at__isnull=True, attest_before__lte=now).select_for_update()
        editions = list(due.order_by("pk"))
        for edition in editions:
            _close(record, edition, Actor.clock(), now)
        return len(editions)


def remind(*, now: datetime) -> int:
    """Remind once each member that has not answered, some days before the end. Returns how many."""
    with recording(Actor.clock(), now) as record:
        soon = clock.working_days(now, periods.REMIND_WORKING_DAYS)
        edition = Edition.objects.filter(attested_at__isnull=True, attest_before__gt=now, attest_before__lte=soon)
        unmarked = Attestation.objects.silent().filter(edition__in=edition, reminded_at__isnull=True)
        late = list(Attestation.objects.filter(pk__in=[one.pk for one in unmarked]).select_for_update().order_by("pk"))
        for one in late:
            one.reminded_at = now
            one.save(update_fields=["reminded_at"])
            _note(record, one.edition, "edition.attestation_reminded", {}, of=one.organisation)
        return len(late)


def compute(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """Compute the figures of an edition, and protect them. Doing it again gives the same figures.

    Whoever had approved the draft has to look at it again.
    """
    edition = _edition(edition_id, actor)
    policies.may_compute(actor, edition)
    try:
        published = figures.computed(
            edition.year,
            edition.position,
            bytes(edition.root),
            earlier=[
                one.document for one in Edition.objects.published().exclude(pk=edition.pk).order_by("year", "number")
            ],
            stated=statements.of_edition(edition.public_id),
        )
    except disclosure.Unprotectable as reason:
        raise WrongState(_("A table cannot be protected: %(reason)s.") % {"reason": reason}) from None
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        policies.may_compute(actor, edition)
        edition.figures, edition.suppressions = published.document, published.log
        edition.computed_at, edition.computed_by = now, staff_of(actor)
        _await_approval(edition, "figures", "suppressions", "computed_at", "computed_by")
        _compare(edition)
        _note(record, edition, "edition.computed", {"sha256": _sha256(edition)})
    return edition


def explain(*, edition_id: int, metric: str, reason: str, actor: Actor, now: datetime) -> Restatement:
    """Say why a figure differs from the published edition. The reason is published with the figure."""
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        policies.may_explain(actor, edition)
        if not reason.strip():
            raise Invalid(_("Say why the figure differs."), "reason")
        restatement = edition.restatements.select_for_update().filter(metric=metric).first()
        if restatement is None:
            raise Hidden(_("There is no such figure."))
        restatement.reason, restatement.explained_by, restatement.explained_at = reason.strip(), staff_of(actor), now
        restatement.save(update_fields=["reason", "explained_by", "explained_at"])
        if edition.approved_at is not None:
            _await_approval(edition)
        _note(record, edition, "edition.explained", {"metric": metric})
    return restatement


def approve(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """Say, as a second person, that a draft may be published as it is. When it changes it has to be approved again."""
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        policies.may_approve(actor, edition)
        edition.stage, edition.approved_at, edition.approved_by = Edition.Stage.APPROVED, now, staff_of(actor)
        edition.save(update_fields=["stage", "approved_at", "approved_by"])
        _note(record, edition, "edition.approved", {"sha256": _sha256(edition)})
    return edition


def publish(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """Let everybody read an approved edition. The edition that it restates stays readable."""
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        policies.may_publish(actor, edition)
        others = Edition.objects.of_year(edition.year).select_for_update().order_by("pk")
        newest = max((other for other in others if other.is_published), key=lambda other: other.number, default=None)
        if newest is not None and edition.restates_id != newest.pk:
            raise WrongState(
                _("Another edition for %(year)s was published since this one was frozen. Freeze the ledger again.")
                % {"year": edition.year}
            )
        edition.stage, edition.published_at, edition.published_by = Edition.Stage.PUBLISHED, now, staff_of(actor)
        edition.save(update_fields=["stage", "published_at", "published_by"])
        _note(record, edition, "edition.published", {"sha256": _sha256(edition)})
        for restatement in edition.restatements.select_for_update().order_by("pk"):
            restatement.approved_by, restatement.approved_at = edition.approved_by, edition.approved_at
            restatement.save(update_fields=["approved_by", "approved_at"])
            _note(record, edition, "edition.restated", {"metric": restatement.metric})
    return edition


def _await_approval(edition: Edition, *changed: str) -> None:
    """A draft that has changed is approved by nobody."""
    edition.stage, edition.approved_at, edition.approved_by = Edition.Stage.COMPUTED, None, None
    edition.save(update_fields=[*changed, "stage", "approved_at", "approved_by"])


def _own(edition_id: int, actor: Actor) -> Attestation:
    """The own organisation's figures in an edition, locked; Hidden where it was not asked."""
    own = Attestation.objects.of(actor).select_for_update(of=("self",)).select_related("edition", "organisation")
    attestation = own.filter(edition__public_id=edition_id).first()
    if attestation is None:
        raise Hidden(_("There is no such page."))
    return attestation


def _corrections(recorded: Mapping[Place, int], corrected: Mapping[Place, int]) -> list[Correction]:
    """In the order of the figures; what says the same as the ledger corrects nothing."""
    if unknown := corrected.keys() - recorded.keys():
        raise Invalid(_("There is no such figure here: %(figure)s.") % {"figure": " ".join(min(unknown))})
    if any(value < 0 for value in corrected.values()):
        raise Invalid(_("A figure is not negative."))
    return [
        Correction(metric=place[0], row=place[1], column=place[2], before=before, after=corrected[place])
        for place, before in recorded.items()
        if corrected.get(place, before) != before
    ]


def _check_reason(corrections: list[Correction], reason: str) -> None:
    if corrections and not reason:
        raise Invalid(_("Say why your numbers differ."), "reason")
    if reason and not corrections:
        raise Invalid(_("No number differs. Correct one, or leave the reason out."), "reason")


def _check_sums(values: Mapping[Place, int]) -> None:
    if found := statements.disagreement(values):
        examined, table, number = found
        raise Invalid(
            _("By outcome %(examined)d findings came after examination; “%(table)s” has %(number)d. Both are the same.")
            % {"examined": examined, "table": metrics.DICTIONARY[table].title, "number": number}
        )


def _close(record: Recorder, edition: Edition, actor: Actor, now: datetime) -> None:
    policies.may_close(actor, edition, now)
    edition.stage, edition.attested_at = Edition.Stage.ATTESTED, now
    edition.save(update_fields=["stage", "attested_at"])
    said = Statement.objects.filter(attestation__edition=edition)
    numbers: dict[str, Fact] = {section.value: said.filter(section=section).count() for section in Section}
    _note(
        record,
        edition,
        "edition.attestation_closed",
        {"asked": Attestation.objects.filter(edition=edition).count(), **numbers},
    )


def _keep_earlier(record: Recorder, edition: Edition, asked: Iterable[Attestation]) -> None:
    """What members said for an earlier edition of the year stands while the figures that it is about are the same."""
    earlier = Statement.objects.filter(
        attestation__edition__year=edition.year, attestation__edition__number__lt=edition.number
    )
    known = {
        (one.attestation.organisation_id, Section(one.section)): one
        for one in earlier.select_related("attestation", "stated_by").order_by("attestation__edition__number")
    }
    for attestation in asked:
        for section in Section:
            one = known.get((attestation.organisation_id, section))
            if one is None or one.attestation.recorded(section) != attestation.recorded(section):
                continue
            Statement.objects.create(
                attestation=attestation,
                section=section,
                corrections=one.corrections,
                reason=one.reason,
                stated_at=one.stated_at,
                stated_by=one.stated_by,
                is_kept=True,
            )
            facts = statements.facts_of(section, one.made)
            _note(record, edition, "edition.attestation_kept", facts, of=attestation.organisation)


def _compare(edition: Edition) -> None:
    """Note where the figures differ from the published ones. A reason stays while what it explains stays the same."""
    if edition.restates is None:
        return
    found = comparison.changes(edition.restates.document, edition.document)
    known = {one.metric: one for one in edition.restatements.select_for_update()}
    for metric, one in known.items():
        if found.get(metric) == one.changes:
            del found[metric]
        else:
            one.delete()
    Restatement.objects.bulk_create(
        Restatement(edition=edition, metric=metric, changes=changes) for metric, changes in found.items()
    )


def _head() -> tuple[int, bytes]:
    position = verification.head_position()
    try:
        tree.grow(position)
        return position, tree.root_at(position)
    except leaves.Fault as fault:
        raise WrongState(str(fault)) from None


def _edition(edition_id: int, actor: Actor, *, locked: bool = False) -> Edition:
    """The edition, or Hidden for whoever may not enter the studio: they do not learn which editions there are."""
    policies.may_enter_studio(actor)
    editions = Edition.objects.select_related("frozen_by", "computed_by", "approved_by", "restates")
    if locked:
        editions = editions.select_for_update(of=("self",))
    edition = editions.filter(public_id=edition_id).first()
    if edition is None:
        raise Hidden(_("There is no such edition."))
    return edition


def _sha256(edition: Edition) -> str:
    """Of data.json: whoever has the file finds it in the ledger."""
    return sha256(figures.canonical(edition.document)).hexdigest()


def _note(
    record: Recorder,
    edition: Edition,
    action: str,
    facts: Mapping[str, Fact],
    *,
    of: Organisation | None = None,
    reason: str = "",
) -> None:
    """An entry about an edition; about the figures of one member, it is for that member's eyes."""
    record(
        action,
        subject_kind="edition",
        subject=edition.public_id,
        organisation=of.public_id if of else None,
        audience=f"organisation:{of.public_id}" if of else "",
        facts={
            "year": edition.year,
            "number": edition.number,
            "stage": str(edition.stage),
            "position": edition.position,
            **facts,
        },
        payload={"reason": reason},
    )
