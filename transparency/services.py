"""Making an edition of the report: an editor freezes and computes it, somebody else publishes it.

An edition of a year that has a published one restates it: each figure that differs keeps its old and new value, the
editor's reason and who approved it, for ever.
"""

from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lantern_site.audit import leaves, tree, verification
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Fact, Recorder, recording
from lantern_site.errors import Hidden, Invalid, WrongState
from lantern_site.members.policies import staff_of
from transparency import comparison, disclosure, figures, policies
from transparency.models import Edition, Restatement


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


def compute(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """Compute the figures of an edition, and protect them. Doing it again gives the same figures."""
    edition = _edition(edition_id, actor)
    policies.may_compute(actor, edition)
    try:
        published = figures.computed(
            edition.year,
            edition.position,
            bytes(edition.root),
            earlier=[one.document for one in Edition.objects.before(edition)],
        )
    except disclosure.Unprotectable as reason:
        raise WrongState(_("A table cannot be protected: %(reason)s.") % {"reason": reason}) from None
    with recording(actor, now) as record:
        edition = _edition(edition_id, actor, locked=True)
        policies.may_compute(actor, edition)
        edition.figures, edition.suppressions = published.document, published.log
        edition.stage, edition.computed_at, edition.computed_by = Edition.Stage.COMPUTED, now, staff_of(actor)
        edition.save(update_fields=["figures", "suppressions", "stage", "computed_at", "computed_by"])
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
        _note(record, edition, "edition.explained", {"metric": metric})
    return restatement


def publish(*, edition_id: int, actor: Actor, now: datetime) -> Edition:
    """Let everybody read an edition, and approve what it restates. The edition that it restates stays readable."""
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
            restatement.approved_by, restatement.approved_at = edition.published_by, now
            restatement.save(update_fields=["approved_by", "approved_at"])
            _note(record, edition, "edition.restated", {"metric": restatement.metric})
    return edition


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
    editions = Edition.objects.select_related("frozen_by", "computed_by", "restates")
    if locked:
        editions = editions.select_for_update(of=("self",))
    edition = editions.filter(public_id=edition_id).first()
    if edition is None:
        raise Hidden(_("There is no such edition."))
    return edition


def _sha256(edition: Edition) -> str:
    """Of data.json: whoever has the file finds it in the ledger."""
    return sha256(figures.canonical(edition.document)).hexdigest()


def _note(record: Recorder, edition: Edition, action: str, facts: dict[str, Fact]) -> None:
    record(
        action,
        subject_kind="edition",
        subject=edition.public_id,
        facts={
            "year": edition.year,
            "number": edition.number,
            "stage": str(edition.stage),
            "position": edition.position,
            **facts,
        },
    )
