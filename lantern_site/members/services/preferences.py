"""A person's own settings. They concern nobody else and leave no entry in the ledger."""

from collections.abc import Sequence

from django.db import transaction

from lantern_site.audit.actors import Actor
from lantern_site.members.models import Digest, Staff


def change(
    *,
    time_zone: str,
    break_minutes: int,
    digest: Digest,
    spared_kinds: Sequence[str],
    spared_harms: Sequence[str],
    actor: Actor,
) -> Staff:
    """Keep the actor's own settings."""
    with transaction.atomic():
        person = Staff.objects.select_for_update().get(public_id=actor.id)
        person.time_zone, person.break_minutes, person.digest = time_zone, break_minutes, digest
        person.spared_kinds, person.spared_harms = list(spared_kinds), list(spared_harms)
        person.save(update_fields=["time_zone", "break_minutes", "digest", "spared_kinds", "spared_harms"])
        return person
