"""What somebody has typed and not sent yet."""

import json
from collections.abc import Mapping, Sequence

from django.db import models
from django.db.models import Q

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import Organisation, Staff
from signals import kinds, sealing

Content = Mapping[str, Sequence[str]]
"""What was typed, by field; a field may have several answers."""


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, actor: Actor) -> "DraftQuerySet":
        """A person's own; nobody else ever sees a draft."""
        return self.filter(person__public_id__in=actor.people, organisation=actor.organisation_id)


class Draft(models.Model):
    """The form of one kind as it was typed, encrypted and bound to this row: it holds values that nobody checked."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Staff, models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=16, choices=kinds.Kind)
    content = models.BinaryField()
    saved_at = models.DateTimeField()

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=kinds.Kind.values), name="a_draft_is_of_a_known_kind")
        ]
        indexes = [models.Index(fields=["saved_at"], name="draft_by_time")]

    def __str__(self) -> str:
        return f"draft {public_ids.shown(self.public_id)}"

    @property
    def binding(self) -> str:
        """What the content is bound to."""
        return f"draft:{self.public_id}"

    def keep(self, typed: Content) -> None:
        """Put in place of what was kept before, without saving."""
        self.content = sealing.seal(json.dumps(typed), bound_to=self.binding)

    def opened(self) -> dict[str, list[str]]:
        """What was typed. The caller has fetched the draft as one of the actor's own."""
        typed: dict[str, list[str]] = json.loads(sealing.unseal(self.content, bound_to=self.binding))
        return typed
