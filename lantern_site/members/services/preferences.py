"""A person's own settings. They concern nobody else and leave no entry in the ledger."""

from django.db import transaction

from lantern_site.audit.actors import Actor
from lantern_site.members.models import Staff


def change(*, time_zone: str, break_minutes: int, actor: Actor) -> Staff:
    """Keep the actor's own settings."""
    with transaction.atomic():
        person = Staff.objects.select_for_update().get(public_id=actor.id)
        person.time_zone, person.break_minutes = time_zone, break_minutes
        person.save(update_fields=["time_zone", "break_minutes"])
        return person
