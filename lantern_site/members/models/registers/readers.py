"""Who reads the registers as a whole."""

from lantern_site.audit.actors import Actor
from lantern_site.members import roles
from lantern_site.members.permissions import Permission, roles_for

READERS = roles_for({Permission.READ_REGISTERS})


def reads_registers(actor: Actor) -> bool:
    """Stewards and auditors, and the clock."""
    return actor.is_clock or roles.has(actor, *READERS)
