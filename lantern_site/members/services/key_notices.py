"""Mail to member admins about a key. It names the key by its prefix and leads to its page; no label, no person.

Asked for by the outbox, so that no transaction waits for a mail server. Asked twice, it is sent twice.
"""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.members.models import ApiKey, Grant, Staff
from lantern_site.members.roles import Role


def of_lapse(*, key_id: int, days: int, now: datetime) -> int:
    """Say that a key (primary key) lapses. Says nothing of one that has ended or been replaced meanwhile.

    Returns how many people were told.
    """
    key = ApiKey.objects.usable_at(now).filter(pk=key_id, retire_at__isnull=True).first()
    if key is None:
        return 0
    subject = ngettext(
        "A key of your organisation lapses within %(days)d day",
        "A key of your organisation lapses within %(days)d days",
        days,
    ) % {"days": days}
    body = _(
        "The key %(prefix)s works until %(until)s UTC. Machines that use it cannot reach Lantern afterwards.\n\n"
        "Rotate it here, so that the old and the new key overlap:\n%(url)s"
    )
    return _send(key, subject, body % {"until": f"{key.expires_at:%Y-%m-%d %H:%M}", **_names(key)}, now)


def of_revocation(*, key_id: int, now: datetime) -> int:
    """Say that the programme has revoked a key (primary key). Returns how many people were told."""
    key = ApiKey.objects.get(pk=key_id)
    body = _(
        "The programme has revoked the key %(prefix)s: %(reason)s. Machines that use it cannot reach Lantern any more."
        "\n\nWhat it has read, and what to do next:\n%(url)s"
    )
    words = {"reason": key.get_revoked_because_display(), **_names(key)}
    return _send(key, _("A key of your organisation is revoked"), body % words, now)


def _names(key: ApiKey) -> dict[str, str]:
    return {"prefix": key.prefix, "url": settings.SITE_URL + reverse("members:key", args=[key.public_id])}


def _send(key: ApiKey, subject: str, body: str, now: datetime) -> int:
    admins = Grant.objects.valid_at(now).filter(role=Role.MEMBER_ADMIN).values("staff")
    people = Staff.objects.filter(organisation=key.organisation_id, is_active=True, pk__in=admins).order_by("pk")
    return sum(EmailMessage(subject, body, to=[person.email]).send() for person in people)
