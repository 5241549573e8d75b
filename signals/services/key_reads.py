"""The list of what a key has read, taken away as a file."""

from datetime import datetime

from django.utils.translation import gettext as _

from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Hidden
from lantern_site.members.models import ApiKey
from lantern_site.members.policies import may_see_keys
from signals import reads
from signals.reads import Read


def export(*, key_id: int, actor: Actor, now: datetime) -> list[Read]:
    """Every signal that the key (public id) was given, the oldest first; that they were taken away is recorded.

    Raises NotAllowed, or Hidden when the actor may not know of the key.
    """
    with recording(actor, now) as record:
        visible = ApiKey.objects.visible_to(actor).select_related("organisation")
        key = visible.filter(public_id=key_id).first()
        if key is None:
            raise Hidden(_("There is no such key."))
        may_see_keys(actor, key.organisation)
        taken = list(reads.all_reads(key, actor))
        record("key.reads_exported", **key.about, facts={"number": len(taken)})
        return taken
