"""A person's own settings. They concern nobody else and leave no entry in the ledger."""

from collections.abc import Sequence

from django.db import transaction

from lantern_site.audit.actors import Actor
from lantern_site.members.models import Staff


def change(*, time_zone: str, break_minutes: int, digest: str, actor: Actor) -> Staff:
    """Keep the actor's own settings."""
    with transaction.atomic():
        person = Staff.objects.select_for_update().get(public_id=actor.id)
        person.time_zone, person.break_minutes, person.digest = time_zone, break_minutes, digest
        person.save(update_fields=["time_zone", "break_minutes", "digest"])
        return person


def spare(*, kinds: Sequence[str], harms: Sequence[str], actor: Actor) -> Staff:
    """Keep what the actor does not want to be brought: by *claim next*, and by *open next* after a decision."""
    with transaction.atomic():
        person = Staff.objects.select_for_update().get(public_id=actor.id)
        person.spared_kinds, person.spared_harms = list(kinds), list(harms)
        person.save(update_fields=["spared_kinds", "spared_harms"])
        return person
