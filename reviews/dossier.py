"""Everything that the page of one signal shows, read for one actor."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from django.db.models import Exists, Min, OuterRef
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from reviews import timeline, waiting
from reviews.models import Decision, Delivery, Dispute, Finding, Recall
from reviews.timeline import Change
from reviews.workflow import FEEDBACK, Attestation, LooksWrong, Outcome, Verdict
from signals import guards, kinds, rows, sightings
from signals.models import Receipt, Signal, SignalVersion
from signals.workflow import Status

Words = str | Promise
SIBLINGS = 20


@dataclass(frozen=True)
class Fact:
    """A line of `components/facts.html`."""

    term: Words
    value: Words
    mono: bool = False
    url: str = ""
    status: str = ""
    severity: int = 0


@dataclass(frozen=True)
class Elsewhere:
    """Another signal on the same indicator."""

    member: str
    reference: str
    url: str
    first_seen: date
    status: str
    harm: Words


@dataclass(frozen=True)
class Step:
    """A place in `components/lifecycle.html`."""

    label: Words
    state: str
    at: datetime | None = None
    note: Words = ""


@dataclass(frozen=True)
class Version:
    number: int
    state: str
    proposed_at: datetime
    who: str
    changes: list[Change]


@dataclass(frozen=True)
class Received:
    """A member that received the signal, first when, and in which ways."""

    member: str
    at: datetime
    ways: str


MOST_HEARD = 20


@dataclass(frozen=True)
class Heard:
    """What the owner learns of somebody's finding."""

    member: str
    word: Words
    looks_wrong: bool
    found_at: datetime


class Dossier:
    """Reads what it is asked for, once. Use it inside `acting_as` only; fetch the signal with `sightings.beside`."""

    def __init__(self, signal: Signal, actor: Actor, now: datetime) -> None:
        self.signal, self.actor, self.now = signal, actor, now
        self.is_own = signal.organisation_id == actor.organisation_id
        self.sees_reach = self.is_own or actor.oversees

    @cached_property
    def row(self) -> waiting.QueueRow:
        """The head of the page."""
        row = waiting.row_of(self.signal, self.actor, self.now)
        return replace(row, corroborations=sightings.confirming(self.signal))

    @cached_property
    def _others(self) -> list[Signal]:
        """The other signals on the same indicator, newest first."""
        same = [one for one in self._around if one.indicator_id == self.signal.indicator_id]
        return sorted(same, key=lambda one: (one.submitted_at, one.pk), reverse=True)

    @cached_property
    def _around(self) -> list[Signal]:
        """What stands beside the signal in one query: others on its indicator, and others of its incident."""
        visible = Signal.objects.visible_to(self.actor).known_whole_to(self.actor).exclude(pk=self.signal.pk)
        same = visible.filter(indicator=self.signal.indicator_id)
        same = same.exclude(status__in=[Status.CANCELLED, Status.RETURNED]).order_by("-submitted_at", "-pk")
        around = same.values("pk")[:SIBLINGS]
        if self.signal.incident_id is not None:
            case = visible.filter(incident=self.signal.incident_id).order_by("pk")
            around = around.union(case.values("pk")[:SIBLINGS])
        # Joined to no more than they show: with two tables more, PostgreSQL joins every signal before it picks these.
        shown = Signal.objects.select_related("indicator__value", "organisation", "current_version", "submitted_by")
        return list(shown.filter(pk__in=around).order_by("pk"))

    @cached_property
    def elsewhere(self) -> list[Elsewhere]:
        return [
            Elsewhere(
                member=self._member(other),
                reference=other.reference,
                url=reverse("reviews:signal", args=[other.public_id]),
                first_seen=other.version.first_seen_on or other.submitted_at.date(),
                status=other.status,
                harm=other.version.get_harm_display(),
            )
            for other in self._others
        ]

    def _member(self, signal: Signal) -> str:
        named = self.actor.programme or signal.organisation_id == self.actor.organisation_id
        return signal.organisation.name if named or signal.version.owner_named else _("A platform member")

    @cached_property
    def siblings(self) -> list[rows.Row]:
        """The other signals of the same incident."""
        if self.signal.incident_id is None:
            return []
        same = [one for one in self._around if one.incident_id == self.signal.incident_id]
        return [rows.row_of(one, self.actor) for one in same]

    @cached_property
    def disputes(self) -> list[Dispute]:
        if self.signal.activated_at is None:
            return []
        touched = Dispute.objects.visible_to(self.actor).filter(touches__signal=self.signal)
        return list(touched.select_related("opener").order_by("-opened_at", "-pk"))

    @cached_property
    def recall(self) -> Recall | None:
        if self.signal.activated_at is None:
            return None
        waiting = Delivery.objects.waiting_for(self.actor.organisation_id).filter(recall=OuterRef("pk"))
        newest = Recall.objects.filter(signal=self.signal).order_by("-opened_at", "-pk")
        return newest.annotate(waits=Exists(waiting)).first()

    @cached_property
    def recall_waits(self) -> bool:
        """Whether the actor's organisation has yet to acknowledge the recall."""
        return not self.sees_reach and getattr(self.recall, "waits", False)

    @cached_property
    def recall_url(self) -> str:
        """Where the recall is: its reach for the owner and the programme, the answer for a member that received it."""
        if self.recall is None or not (self.sees_reach or self.recall_waits):
            return ""
        return reverse("reviews:recall", args=[self.recall.public_id])

    @cached_property
    def decisions(self) -> list[Decision]:
        """What reviewers said, newest first: the owner and the programme know."""
        if not self.sees_reach:
            return []
        said = Decision.objects.filter(signal=self.signal).select_related("decided_by", "organisation")
        return list(said.order_by("-decided_at", "-pk"))

    @cached_property
    def given(self) -> dict[Attestation, Decision]:
        """The approvals of the version under review."""
        number = self.signal.under_review.number
        return {
            Attestation(one.attestation): one
            for one in self.decisions
            if one.verdict == Verdict.APPROVE and one.version == number
        }

    @cached_property
    def versions(self) -> list[Version]:
        """Newest first, each with what it changed. Only the owner and the programme see what was not shared."""
        if self.signal.version.number == 1 and (self.signal.correction_id is None or not self.sees_reach):
            return []
        every = SignalVersion.objects.filter(signal=self.signal).select_related("proposed_by").order_by("number")
        known = list(every if self.sees_reach else every.filter(state__in=SHARED_VERSIONS))
        told: list[Version] = []
        before: SignalVersion | None = None
        for version in known:
            changes = differences(before, version, own=self.is_own) if before is not None else []
            who = version.proposed_by.name_for(self.actor)
            told.append(Version(version.number, version.state, version.proposed_at, who, changes))
            if self.signal.activated_at is None or version.state in SHARED_VERSIONS:
                before = version  # a correction that was refused changed nothing
        return told[::-1]

    @cached_property
    def correction(self) -> Version | None:
        """The version that waits to take the place of the current one, with what it would change."""
        version = self.signal.correction if self.sees_reach else None
        if version is None:
            return None
        changes = differences(self.signal.version, version, own=self.is_own)
        if version.expires_at is not None:
            now_ends, would_end = (date_format(at, "j F Y") for at in (self.signal.expires_at, version.expires_at))
            changes.append((_("Expires"), now_ends, would_end))
        who = version.proposed_by.name_for(self.actor)
        return Version(version.number, version.state, version.proposed_at, who, changes)

    @cached_property
    def warnings(self) -> list[guards.Explained]:
        """Why it is looked at twice; for the owner and the programme."""
        return guards.explained(self.signal.warnings) if self.sees_reach and self.signal.is_live else []

    @cached_property
    def receipts(self) -> list[Received]:
        """Who received it; for the owner and the programme."""
        if not self.sees_reach or self.signal.activated_at is None:
            return []
        given = Receipt.objects.filter(signal=self.signal).values_list("organisation__name", "way")
        by_member: dict[str, tuple[datetime, list[str]]] = {}
        for member, way, at in given.annotate(first=Min("at")).order_by("first", "organisation__name", "way"):
            by_member.setdefault(member, (at, []))[1].append(str(WAYS[way]))
        return [Received(member, at, ", ".join(ways)) for member, (at, ways) in by_member.items()]

    @cached_property
    def timeline(self) -> list[timeline.Told]:
        changes = {version.number: version.changes for version in self.versions}
        return timeline.of_signal(
            self.signal,
            self.actor,
            changes=changes,
            disputes=self.disputes,
            recalls=[self.recall] if self.recall is not None else [],
        )

    @cached_property
    def facts(self) -> list[Fact]:
        """The statement, and what became of it."""
        signal = self.signal
        life = [
            Fact(_("Shared"), _moment(signal.activated_at)),
            Fact(_("Expires"), date_format(signal.expires_at, "j F Y") if signal.is_live else ""),
        ]
        return [*self.statement(signal.version), *(fact for fact in life if fact.value)]

    def statement(self, version: SignalVersion) -> list[Fact]:
        """What a version says, in the order in which a reviewer reads it."""
        signal = self.signal
        facts = [
            Fact(_("Harm"), version.get_harm_display()),
            Fact(_("Basis"), version.clause),
            Fact(_("Evidence seen by"), version.evidence_seen_by),
            Fact(_("How it was reviewed"), version.get_review_method_display()),
            Fact(_("Origin"), version.get_origin_display()),
            Fact(_("Confidence"), version.get_confidence_display()),
            Fact(_("Behaviour"), ", ".join(str(kinds.Behaviour(code).label) for code in version.behaviours)),
            Fact(_("Seen"), _period(version.first_seen_on, version.last_seen_on)),
            Fact(_("AI-generated"), _ai(version)),
            Fact(_("Account holder"), version.get_account_holder_display() if self._has_holder() else ""),
            Fact(_("Meaning"), version.meaning),
            Fact(_("Note for members"), version.outward_note),
            Fact(_("Note that stays here"), version.inward_note if self.is_own else ""),
            Fact(_("Community"), signal.community.name),
            Fact(_("Not to be sent to"), ", ".join(version.not_to_regions)),
            Fact(_("Shared by"), self._member(signal)),
            Fact(_("Submitted by"), signal.submitted_by.name if self.is_own else ""),
            Fact(_("Submitted"), _moment(signal.submitted_at)),
        ]
        return [fact for fact in facts if fact.value]

    def _has_holder(self) -> bool:
        return self.signal.indicator.kind in kinds.IDENTIFIERS

    @cached_property
    def feedback(self) -> list[Heard]:
        """What members that looked found of it, for the owner; unnamed unless they agreed to be named."""
        if not self.sees_reach:
            return []
        with acting_as(Actor.clock()):
            found = Finding.objects.filter(signal=self.signal, outcome__in=sorted(FEEDBACK))
            newest = list(found.select_related("organisation").order_by("-found_at", "-pk")[:MOST_HEARD])
        return [
            Heard(
                member=one.organisation.name if one.named_to_owner or self.actor.oversees else _("A member"),
                word=FEEDBACK[Outcome(one.outcome)].label,
                looks_wrong=one.looks_wrong == LooksWrong.YES,
                found_at=one.found_at,
            )
            for one in newest
        ]

    @cached_property
    def steps(self) -> list[Step]:
        """The life of the signal as a bar: what was, what is, what comes."""
        signal = self.signal
        steps = [Step(_("Submitted"), "done", signal.submitted_at)]
        if signal.activated_at is None:
            return [*steps, *self._before_sharing()]
        steps.append(Step(_("Shared"), "done", signal.activated_at))
        if signal.check_due_at is not None:
            steps.append(Step(_("Completeness check"), "next", signal.check_due_at, _("due")))
        if signal.status == Status.ACTIVE:
            steps[1] = replace(steps[1], label=_("Active"), state="current")
        elif signal.is_live:
            steps.append(Step(_("Held"), "current"))
        else:
            return [*steps, Step(signal.get_status_display(), "current", signal.ended_at)]
        return [*steps, Step(_("Expires"), "next", signal.expires_at)]

    def _before_sharing(self) -> list[Step]:
        signal = self.signal
        if signal.status == Status.RETURNED:
            return [Step(_("Returned"), "current"), Step(pgettext("noun", "Review"), "next"), Step(_("Shared"), "next")]
        if signal.status != Status.SUBMITTED:
            return [Step(signal.get_status_display(), "current", signal.ended_at), Step(_("Shared"), "off")]
        own = self.given.get(Attestation.EVIDENCE)
        review = Step(_("Own review"), "done" if own else "current", own.decided_at if own else None)
        steps = [review]
        if own:
            steps.append(Step(_("Programme's check"), "current"))
        return [*steps, Step(_("Shared"), "next")]

    @property
    def acted_since(self) -> Decision | None:
        """The newest decision, when it was somebody else's."""
        newest = self.decisions[0] if self.decisions else None
        return newest if newest is not None and newest.decided_by.public_id not in self.actor.people else None


WAYS: Mapping[str, Words] = {
    Receipt.Way.FEED: gettext_lazy("feed"),
    Receipt.Way.LOOKUP: gettext_lazy("look-up"),
    Receipt.Way.LEAD: gettext_lazy("match job"),
    Receipt.Way.PAGE: gettext_lazy("page"),
    Receipt.Way.REVEAL: gettext_lazy("reveal"),
    Receipt.Way.EXPORT: gettext_lazy("export"),
}

COMPARED: Mapping[str, Words] = {
    "harm": gettext_lazy("Harm"),
    "clause": gettext_lazy("Basis"),
    "evidence_seen_by": gettext_lazy("Evidence seen by"),
    "review_method": gettext_lazy("How it was reviewed"),
    "origin": gettext_lazy("Origin"),
    "confidence": gettext_lazy("Confidence"),
    "first_seen_on": gettext_lazy("First seen"),
    "last_seen_on": gettext_lazy("Last seen"),
    "behaviours": gettext_lazy("Behaviour"),
    "ai": gettext_lazy("AI-generated"),
    "real_child": gettext_lazy("Real child"),
    "account_holder": gettext_lazy("Account holder"),
    "not_to_regions": gettext_lazy("Not to be sent to"),
    "owner_named": gettext_lazy("Owner named"),
    "meaning": gettext_lazy("Meaning"),
    "outward_note": gettext_lazy("Note for members"),
    "inward_note": gettext_lazy("Note that stays here"),
}
SHARED_VERSIONS = (SignalVersion.State.CURRENT, SignalVersion.State.SUPERSEDED)


def differences(before: SignalVersion, after: SignalVersion, *, own: bool) -> list[Change]:
    """What a version changed, field by field, in words. What stays inside the owner only the owner reads."""
    told = [name for name in COMPARED if own or name != "inward_note"]
    changed = (name for name in told if getattr(before, name) != getattr(after, name))
    return [(COMPARED[name], _in_words(before, name), _in_words(after, name)) for name in changed]


def _ai(version: SignalVersion) -> str:
    if version.ai == kinds.AiIndication.NOT_INDICATED:
        return ""
    real_child = _("real child: %(answer)s") % {"answer": str(version.get_real_child_display()).lower()}
    return f"{version.get_ai_display()} · {real_child}"


def _in_words(version: SignalVersion, name: str) -> str:
    value = getattr(version, name)
    if name == "behaviours":
        return ", ".join(str(kinds.Behaviour(code).label) for code in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, date):
        return date_format(value, "j F Y")
    display = getattr(version, f"get_{name}_display", None)
    return str(display()) if display else str(value or "")


def _period(first: date | None, last: date | None) -> str:
    days = [date_format(day, "j F Y") for day in (first, last) if day is not None]
    return " – ".join(dict.fromkeys(days))


def _moment(at: datetime | None) -> str:
    return date_format(localtime(at), "j F Y, H:i") if at is not None else ""
