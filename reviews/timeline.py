"""One timeline out of the ledger: what happened to a signal or in a dispute, told to one reader.

A reader sees the names of colleagues; people of other organisations appear by their pseudonym, and an organisation that
does not want to be named appears as a member. Notes that stay inside are shown to the organisation that wrote them.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantern_site import public_ids
from lantern_site.audit import wording
from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.models import Entry, EntryQuerySet, Payload
from lantern_site.members.models import ApiKey, Community, Staff
from lantern_site.members.policies import sees_signals
from lantern_site.templatetags.interface import MANY
from reviews.models import Dispute, Recall
from reviews.workflow import Attestation, HoldReason, Reason, RecallAnswer, RecallCause, Result
from signals.models import Signal
from signals.workflow import RevealReason

Words = str | Promise
Change = tuple[Words, str, str]

SENTENCES: Mapping[str, Words] = {
    "signal.submitted": gettext_lazy("Submitted for review"),
    "signal.resubmitted": gettext_lazy("Corrected and submitted again"),
    "signal.returned": gettext_lazy("Returned for correction"),
    "signal.cancelled": gettext_lazy("Cancelled before it was shared"),
    "signal.rejected": gettext_lazy("Rejected"),
    "signal.approved": gettext_lazy("Approved; another approval is still needed"),
    "signal.approval_taken_back": gettext_lazy("Approval taken back at once"),
    "signal.reopened": gettext_lazy("Decision taken back at once: it waits again"),
    "signal.activated": gettext_lazy("Approved and shared"),
    "signal.checked": gettext_lazy("Completeness check"),
    "signal.withdrawn": gettext_lazy("Withdrawn by its owner"),
    "signal.held": gettext_lazy("Held: out of the feed for now"),
    "signal.released": gettext_lazy("Released: back in the feed"),
    "signal.retracted": gettext_lazy("Retracted: found wrong"),
    "signal.reinstated": gettext_lazy("Reinstated on appeal"),
    "signal.expired": gettext_lazy("Expired"),
    "signal.renewed": gettext_lazy("Renewed"),
    "signal.correction_proposed": gettext_lazy("Correction proposed"),
    "signal.correction_approved": gettext_lazy("Correction approved; the programme has yet to check it"),
    "signal.correction_refused": gettext_lazy("Correction not accepted: the version in use stays"),
    "signal.correction_reopened": gettext_lazy("Decision about the correction taken back at once"),
    "signal.correction_cancelled": gettext_lazy("Correction cancelled: the version in use stays"),
    "signal.corrected": gettext_lazy("Corrected: a new version is in use"),
    "signal.replaced": gettext_lazy("Replaced, because the value was wrong"),
    "signal.found_broad": gettext_lazy("Found too broad: it hit an unusual share of a member's list"),
    "signal.handed_over": gettext_lazy("Taken over by the programme"),
    "signal.shown": gettext_lazy("Shown to a member's machines"),
    "signal.hidden": gettext_lazy("Hidden from a member's machines"),
    "signal.revealed": gettext_lazy("Saw the plain value"),
    "signal.cautioned": gettext_lazy("Under caution: never to be acted on alone"),
    "signal.cleared": gettext_lazy("No longer under caution"),
    "signal.hold_placed": gettext_lazy("Held by the programme"),
    "signal.hold_lifted": gettext_lazy("Hold of the programme ended"),
    "signal.purged": gettext_lazy("Value wiped, and the words beside it"),
    "signal.tombstone_ended": gettext_lazy("Its digest was forgotten, too"),
    "signal.kept": gettext_lazy("Kept, because the law obliges"),
    "dispute.opened": gettext_lazy("Dispute opened"),
    "dispute.answered": gettext_lazy("Answered by the owner"),
    "dispute.accepted": gettext_lazy("Accepted by the owner"),
    "dispute.accepted_in_part": gettext_lazy("Accepted by one of the owners; the dispute goes on"),
    "dispute.decided": gettext_lazy("Decided"),
    "dispute.appealed": gettext_lazy("Appealed"),
    "dispute.appeal_decided": gettext_lazy("Appeal decided"),
    "dispute.withdrawn": gettext_lazy("Dispute withdrawn"),
    "dispute.assigned": gettext_lazy("Given to the one who decides"),
    "dispute.asked": gettext_lazy("Question asked"),
    "dispute.replied": gettext_lazy("Question answered"),
    "dispute.evidence_stands": gettext_lazy("Another owner: our own evidence stands"),
    "dispute.evidence_confirmed": gettext_lazy("Confirmed by a second person of that owner"),
    "dispute.hold_confirmed": gettext_lazy("Hold confirmed by a second person"),
    "dispute.hold_extended": gettext_lazy("Hold extended"),
    "dispute.hold_ended": gettext_lazy("Hold ended"),
    "recall.opened": gettext_lazy("Recall sent to everyone who received it"),
    "recall.changed": gettext_lazy("Recall changed"),
    "recall.delivered": gettext_lazy("Recall delivered"),
    "recall.removed": gettext_lazy("Out of use at the member; a person has yet to answer"),
    "recall.acknowledged": gettext_lazy("Recall acknowledged"),
    "recall.answered": gettext_lazy("Recall answered; a second person has yet to confirm it"),
    "recall.overdue": gettext_lazy("Recall overdue: not acknowledged in time"),
    "recall.closed": gettext_lazy("Recall complete: everyone has acknowledged"),
    "edition.attestation_asked": gettext_lazy("Asked to confirm the own numbers of the year"),
    "edition.attestation_reminded": gettext_lazy("Reminded of the own numbers of the year"),
}
"""What each action of the ledger is called. An action that is missing here is not told."""

CODES: Mapping[str, Mapping[str, Words]] = {
    "attestation": dict(Attestation.choices),
    "reason": {
        **dict(RevealReason.choices),
        **dict(Reason.choices),
        **dict(HoldReason.choices),
        "owner": gettext_lazy("Owner's own admission"),
    },
    "result": dict(Result.choices),
    "cause": dict(RecallCause.choices),
    "answer": dict(RecallAnswer.choices),
    "passed": {"True": gettext_lazy("passed"), "False": gettext_lazy("not passed")},
}
"""The words of coded facts."""

BESIDE: Mapping[str, str] = {
    "signal.approved": "attestation",
    "signal.correction_approved": "attestation",
    "signal.activated": "attestation",
    "signal.checked": "passed",
    "signal.revealed": "reason",
    "signal.retracted": "reason",
    "signal.hold_placed": "reason",
    "dispute.opened": "reason",
    "dispute.decided": "result",
    "dispute.appeal_decided": "result",
    "recall.opened": "cause",
    "recall.changed": "cause",
    "recall.acknowledged": "answer",
}
"""The coded fact that is told beside the sentence of an action."""

VERSIONS: Mapping[str, str] = {
    "signal.resubmitted": "version",
    "signal.correction_proposed": "proposed",
    "signal.corrected": "version",
}
"""The fact that names the version which an action brought: what that changed is told beside it."""

NOTES: Mapping[str, Words] = {
    "inward_note": gettext_lazy("Note that stays here"),
    "authority_informed": gettext_lazy("Authority informed"),
    "new_evidence": gettext_lazy("New evidence"),
    "meaning": gettext_lazy("Meaning"),
}
"""Free text that is told under a heading of its own; all other text is quoted beside the sentence."""

INWARD = frozenset({"inward_note", "authority_informed"})


@dataclass(frozen=True)
class Told:
    """One entry as `components/timeline.html` shows it."""

    action: str
    at: datetime
    who: str
    organisation: str
    text: str
    changes: list[Change]


@dataclass(frozen=True)
class _Reader:
    """To whom it is told, and which organisations (public ids) do not want to be named to other members."""

    actor: Actor
    unnamed: frozenset[int]

    def may_name(self, organisation: int) -> bool:
        own = organisation == self.actor.organisation
        return own or self.actor.programme or organisation not in self.unnamed


def of_signal(
    signal: Signal,
    actor: Actor,
    *,
    disputes: Collection[Dispute] = (),
    recalls: Collection[Recall] = (),
    changes: Mapping[int, list[Change]] | None = None,
    newest: int | None = None,
) -> list[Told]:
    """What happened to a signal, in these disputes (visible to the actor) and in these recalls, newest first.

    `changes` are the differences that a version (by number) brought; they are told where it was handed in.
    """
    subjects = [signal.public_id, *(one.public_id for one in disputes), *(one.public_id for one in recalls)]
    hidden = {one.opener.public_id for one in disputes if not one.opener_named}
    if not signal.version.owner_named:
        hidden.add(signal.organisation.public_id)
    entries = Entry.objects.filter(subject__in=subjects, subject_kind__in=["signal", "dispute", "recall"])
    return _told(entries, _Reader(actor, frozenset(hidden)), newest=newest, changes=changes)


def of_dispute(dispute: Dispute, actor: Actor) -> list[Told]:
    """Everything that happened in a dispute, newest first."""
    hidden = frozenset() if dispute.opener_named else frozenset({dispute.opener.public_id})
    return _told(Entry.objects.about("dispute", dispute.public_id), _Reader(actor, hidden))


def _told(
    entries: EntryQuerySet,
    reader: _Reader,
    *,
    newest: int | None = None,
    changes: Mapping[int, list[Change]] | None = None,
) -> list[Told]:
    body = Payload.objects.filter(position=OuterRef("position")).values("body")
    known = entries.filter(_visible(reader.actor), action__in=SENTENCES)
    shown = known.annotate(body=Subquery(body[:1]), acted=ACTED).order_by("-position")[:newest]
    return [_tell(entry, reader, changes or {}) for entry in shown]


def _visible(actor: Actor) -> Q:
    """An organisation knows what it did, what concerns it alone, and what its communities were told. Of a dispute that
    it may see it knows everything: the parties argue in the open."""
    if actor.oversees:
        return Q()
    own = f"organisation:{actor.organisation}"
    known = Q(organisation=actor.organisation) | Q(audience=own) | Q(audience__startswith="community:")
    return known | Q(subject_kind="dispute")


def _tell(entry: Entry, reader: _Reader, versions: Mapping[int, list[Change]]) -> Told:
    own = entry.organisation == reader.actor.organisation
    payload = _payload(entry)
    quoted = " ".join(text for key, text in payload.items() if key not in NOTES)
    changes: list[Change] = [
        (label, "", payload[key]) for key, label in NOTES.items() if key in payload and (own or key not in INWARD)
    ]
    if (fact := VERSIONS.get(entry.action)) is not None:
        changes = [*versions.get(entry.facts.get(fact, 0), []), *changes]
    who, organisation = _who(entry, reader)
    return Told(entry.action, entry.at, who, organisation, _sentence(entry, quoted), changes)


def _sentence(entry: Entry, quoted: str) -> str:
    sentence = str(SENTENCES[entry.action])
    if (fact := BESIDE.get(entry.action)) and (word := CODES[fact].get(str(entry.facts.get(fact)))):
        sentence = f"{sentence} · {word}"
    references = [public_ids.shown(one) for one in entry.facts.get("replaced_by", [])]
    references += [public_ids.shown(one) for one in (entry.facts.get("replaces"),) if one is not None]
    if references:
        sentence = f"{sentence} · {', '.join(references)}"
    return _("%(what)s: “%(quoted)s”") % {"what": sentence, "quoted": quoted} if quoted else sentence


def _payload(entry: Entry) -> dict[str, str]:
    body: bytes | None = getattr(entry, "body", None)
    return json.loads(bytes(body)) if body is not None else {}


def _beside(known: QuerySet[Any], **fields: str) -> Subquery:
    """The row of the one who acted, beside the entry: no foreign key leads there."""
    house = {"organisation": "organisation__name", "organisation_id": "organisation__public_id"}
    return Subquery(known.filter(public_id=OuterRef("actor")).values(one=JSONObject(**fields, **house)))


ACTED = Case(
    When(actor_kind=ActorKind.STAFF, then=_beside(Staff.objects.all(), name="name", pseudonym="pseudonym")),
    When(actor_kind=ActorKind.KEY, then=_beside(ApiKey.objects.all(), label="label")),
)


def _who(entry: Entry, reader: _Reader) -> tuple[str, str]:
    """The one who acted, and the organisation."""
    one: dict[str, Any] | None = getattr(entry, "acted", None)
    if one is None:
        return _("The clock"), ""
    is_person = entry.actor_kind == ActorKind.STAFF
    if one["organisation_id"] == reader.actor.organisation:
        own = one["name"] if is_person else _("Key “%(label)s”") % {"label": one["label"]}
        return own, one["organisation"]
    if not reader.may_name(one["organisation_id"]):
        return _("A member"), ""
    return (one["pseudonym"] if is_person else _("A key")), one["organisation"]


def since(actor: Actor, moment: datetime) -> list[tuple[str, str, int]]:
    """What happened since a moment: action, its words and how often, as far as the actor is told of it.

    Of very much only the newest `MANY` are counted.
    """
    if not sees_signals(actor):
        return []
    told = Entry.objects.filter(at__gte=moment, action__in=SENTENCES.keys() - {"signal.revealed"})
    if not actor.oversees:
        communities = Community.objects.with_member(actor.organisation_id)
        audiences = [f"organisation:{actor.organisation}", *(one.audience for one in communities)]
        told = told.filter(audience__in=audiences)
    newest = told.order_by("-at").values_list("action", flat=True)[:MANY]
    counted = sorted(Counter(newest).items(), key=_most_first)
    return [(action, wording.sentence(action), number) for action, number in counted]


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
