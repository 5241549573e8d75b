"""The roles that people hold; what each may do stands in `permissions`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from lantern_site.audit.actors import Actor


class Role(TextChoices):
    SUBMITTER = "submitter", gettext_lazy("Submitter")
    REVIEWER = "reviewer", gettext_lazy("Reviewer")
    ANALYST = "analyst", gettext_lazy("Analyst")
    MEMBER_ADMIN = "member_admin", gettext_lazy("Member admin")
    STEWARD = "steward", gettext_lazy("Steward")
    ADJUDICATOR = "adjudicator", gettext_lazy("Adjudicator")
    EXTERNAL_ADJUDICATOR = "external_adjudicator", gettext_lazy("External adjudicator")
    EDITOR = "editor", gettext_lazy("Editor")
    PUBLISHER = "publisher", gettext_lazy("Publisher")
    AUDITOR = "auditor", gettext_lazy("Auditor")


MEMBER_ROLES = frozenset({Role.SUBMITTER, Role.REVIEWER, Role.ANALYST, Role.MEMBER_ADMIN})
PROGRAMME_ROLES = frozenset(Role) - MEMBER_ROLES
SECOND_FACTOR_REQUIRED = PROGRAMME_ROLES | {Role.MEMBER_ADMIN}


def has(actor: Actor, *wanted: Role) -> bool:
    """Whether the actor holds one of the roles, on the side of the house where the role belongs."""
    held = actor.roles & {role.value for role in wanted}
    return any((role in PROGRAMME_ROLES) == actor.programme for role in held)
