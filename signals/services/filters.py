"""Filters that people keep: their own, and shared within their organisation."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import Recorder, recording
from lantern_site.errors import Hidden, Invalid, NotAllowed, WrongState
from lantern_site.members.policies import may_see_signals, organisation_id_of, staff_id_of
from signals import search
from signals.models import SavedFilter

MOST = 20
LONGEST_NAME = 40


def save(
    *,
    name: str,
    words: Mapping[str, str],
    is_shared: bool,
    actor: Actor,
    now: datetime,
    page: SavedFilter.Page = SavedFilter.Page.SIGNALS,
) -> SavedFilter:
    """Keep these words of a page under a name. Raises Invalid for anything that is no closed word, or for the name, and
    NotAllowed to whom signals are not shown."""
    with recording(actor, now) as record:
        may_see_signals(actor)
        if actor.is_external:
            raise NotAllowed(_("You see the case that you were given. There is no list to filter."))
        own = SavedFilter.objects.filter(owner=staff_id_of(actor))
        kept = search.closed(words, of_queue=page == SavedFilter.Page.QUEUE)
        if len(own.select_for_update()) >= MOST:
            raise WrongState(_("You keep %(most)d filters already. Delete one first.") % {"most": MOST})
        made = SavedFilter.objects.create(
            organisation_id=organisation_id_of(actor),
            owner_id=staff_id_of(actor),
            page=page,
            name=_free_name(name, actor, page),
            words=kept,
            is_shared=is_shared,
            saved_at=now,
        )
        _note(record, made, "filter.saved")
        return made


def rename(*, filter_id: int, name: str, actor: Actor, now: datetime) -> SavedFilter:
    with recording(actor, now) as record:
        found = _locked(filter_id, actor)
        found.name = _free_name(name, actor, found.page, found)
        found.save(update_fields=["name"])
        _note(record, found, "filter.renamed")
        return found


def share(*, filter_id: int, is_shared: bool, actor: Actor, now: datetime) -> SavedFilter:
    """Show the filter to colleagues, or to oneself alone again."""
    with recording(actor, now) as record:
        found = _locked(filter_id, actor)
        if found.is_shared != is_shared:
            found.is_shared = is_shared
            found.save(update_fields=["is_shared"])
            _note(record, found, "filter.shared" if is_shared else "filter.unshared")
        return found


def delete(*, filter_id: int, actor: Actor, now: datetime) -> None:
    with recording(actor, now) as record:
        found = _locked(filter_id, actor)
        _note(record, found, "filter.deleted")
        found.delete()


def _locked(filter_id: int, actor: Actor) -> SavedFilter:
    """The filter, if it is the actor's. A colleague's is known while it is shared, and changed by its owner only."""
    found = SavedFilter.objects.visible_to(actor).select_for_update().filter(public_id=filter_id).first()
    if found is None:
        raise Hidden(_("There is no such filter."))
    if found.owner_id != actor.staff_id:
        raise NotAllowed(_("Only the colleague who saved this filter changes it."))
    return found


def _free_name(name: str, actor: Actor, page: str, but: SavedFilter | None = None) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(_("Give a name of at most %(most)d characters.") % {"most": LONGEST_NAME}, "name")
    taken = SavedFilter.objects.filter(owner=staff_id_of(actor), page=page, name=name).first()
    if taken is not None and taken != but:
        raise Invalid(_("You keep a filter of this name already."), "name")
    return name


def _note(record: Recorder, of: SavedFilter, action: str) -> None:
    record(
        action,
        subject_kind="filter",
        subject=of.public_id,
        audience=f"organisation:{record.actor.organisation}",
        facts={"filters": sorted(of.words), "shared": of.is_shared},
    )
