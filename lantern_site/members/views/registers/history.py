"""What happened to an entry of a register, out of the ledger, for those who read the registers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry, Payload
from lantern_site.members.models import Staff

Words = str | Promise

SENTENCES: Mapping[str, Words] = {
    "government_request.received": gettext_lazy("Entered"),
    "government_request.answered": gettext_lazy("Answered"),
    "attestation.asked": gettext_lazy("Asked for"),
    "attestation.reminded": gettext_lazy("Reminded"),
    "attestation.overdue": gettext_lazy("Not attested in time"),
    "attestation.made": gettext_lazy("Attested"),
    "attestation.corrected": gettext_lazy("Corrected"),
    "subject_request.received": gettext_lazy("Entered"),
    "subject_request.identity_asked": gettext_lazy("Asked to prove their identity"),
    "subject_request.identity_proven": gettext_lazy("Identity proven"),
    "subject_request.searched": gettext_lazy("Looked for a value; signals found"),
    "subject_request.restricted": gettext_lazy("Restricted the signals that were found"),
    "subject_request.extended": gettext_lazy("Extended the term by two months"),
    "subject_request.decided": gettext_lazy("Decided; signals found"),
    "subject_request.closed": gettext_lazy("Closed: the letter is sent"),
    "subject_request.overdue": gettext_lazy("Not decided in time"),
    "security_incident.reported": gettext_lazy("Entered"),
    "security_incident.described": gettext_lazy("Described further"),
    "security_incident.contained": gettext_lazy("Contained"),
    "security_incident.notified": gettext_lazy("Notification of the supervisory authority settled"),
    "security_incident.member_informed": gettext_lazy("Informed a member"),
    "security_incident.notification_overdue": gettext_lazy("72 hours are over without a notification"),
    "security_incident.closed": gettext_lazy("Closed"),
    "assessment.commissioned": gettext_lazy("Entered"),
    "assessment.described": gettext_lazy("Described further"),
    "assessment.recommended": gettext_lazy("Added a recommendation"),
    "assessment.answered": gettext_lazy("Answered a recommendation"),
    "assessment.published": gettext_lazy("Published"),
    "dialogue.noted": gettext_lazy("Noted"),
    "advice.issued": gettext_lazy("Issued"),
    "advice.revised": gettext_lazy("Issued a new version"),
    "advice.confirmed": gettext_lazy("Confirmed as read"),
}
"""What each action of the ledger is called."""


@dataclass(frozen=True)
class Told:
    """One entry as `components/timeline.html` shows it; `payload` is its free text, while it is kept."""

    action: str
    at: datetime
    who: str
    text: str
    facts: Mapping[str, object]
    payload: Mapping[str, str]


def of(subject_kind: str, subject: int, actor: Actor) -> list[Told]:
    """The newest first."""
    entries = list(Entry.objects.about(subject_kind, subject))[::-1]
    bodies = Payload.objects.filter(position__in=[entry.position for entry in entries])
    payloads = {one.position: json.loads(bytes(one.body)) for one in bodies}
    people = {one.public_id: one for one in Staff.objects.filter(public_id__in={entry.actor for entry in entries})}
    return [
        Told(
            action=entry.action,
            at=entry.at,
            who=_who(entry, people, actor),
            text=_text(entry),
            facts=entry.facts,
            payload=payloads.get(entry.position, {}),
        )
        for entry in entries
    ]


def _who(entry: Entry, people: Mapping[int, Staff], actor: Actor) -> str:
    if entry.actor_kind == ActorKind.CLOCK:
        return _("The clock")
    person = people.get(entry.actor)
    return person.name_for(actor) if person is not None else _("Somebody")


def _text(entry: Entry) -> str:
    """The sentence of the action, with the number that it is about."""
    sentence = str(SENTENCES.get(entry.action, entry.action))
    number = entry.facts.get("count", entry.facts.get("found"))
    if number is None:
        return sentence
    return _("%(subject)s: %(sentence)s") % {"subject": sentence, "sentence": number or _("none")}
