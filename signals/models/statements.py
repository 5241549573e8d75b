"""What members say of an indicator: signals and their versions."""

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from lantern_site import public_ids
from lantern_site.audit.actors import Actor
from lantern_site.members.models import ApiKey, Community, Membership, Organisation, Staff
from lantern_site.members.policies import sees_signals
from signals import kinds
from signals.models.indicators import Incident, Indicator
from signals.models.reach import Receipt
from signals.workflow import LIVE, NO_LONGER_USED, SHOWN_TO_OTHERS, Status


def _is_shared_with(organisation_id: int | None) -> Q:
    """Asked of each row by itself, of small tables: as a set, PostgreSQL would gather all signals to look at one."""
    receiving = Organisation.objects.receiving().filter(pk=organisation_id or 0)
    membership = Membership.objects.filter(
        Q(sees_older=True) | Q(joined_at__lte=OuterRef("activated_at")),
        community=OuterRef("community"),
        organisation__in=receiving,
        left_at__isnull=True,
    )
    meant_for_others = Q(not_to_regions__contains=ArraySubquery(receiving.values("region")))
    shown = Q(status__in=SHOWN_TO_OTHERS, activated_at__isnull=False)
    return shown & Exists(membership) & ~meant_for_others & ~Q(organisation=organisation_id)


def _is_corrected_for(organisation_id: int | None) -> Q:
    """Cut to one row, because a plain EXISTS may be answered by gathering everything that was ever received."""
    received = Receipt.objects.filter(signal=OuterRef("pk"), organisation=organisation_id).values("organisation")[:1]
    return Q(status__in=NO_LONGER_USED) & Q(IsNull(Subquery(received), False)) & ~Q(organisation=organisation_id)


class SignalQuerySet(models.QuerySet["Signal"]):
    def owned_by(self, organisation_id: int | None) -> "SignalQuerySet":
        return self.filter(organisation=organisation_id)

    def shared_with(self, organisation_id: int | None) -> "SignalQuerySet":
        """What other members have shared with this one, while it may receive: through a community that it was in at
        the time or whose older signals it sees, and that is meant for its region too."""
        return self.filter(_is_shared_with(organisation_id))

    def corrected_for(self, organisation_id: int | None) -> "SignalQuerySet":
        """What a member has received and must not use any more: known to it whatever its standing is by now."""
        return self.filter(_is_corrected_for(organisation_id))

    def visible_to(self, actor: Actor) -> "SignalQuerySet":
        """Everything that the actor may know of. The database has the same rule (row-level security) but for roles."""
        if not sees_signals(actor):
            return self.none()
        if actor.oversees:
            return self.all()
        if actor.is_external:
            case = self.model._default_manager.filter(disputes__dispute__assigned_to=actor.staff_id)
            return self.filter(pk__in=case.values("pk"))
        own = Q(organisation=actor.organisation_id)
        return self.filter(own | _is_shared_with(actor.organisation_id) | _is_corrected_for(actor.organisation_id))

    def known_whole_to(self, actor: Actor) -> "SignalQuerySet":
        """Without those that the person looks at for the second time, until they have said what they think of it."""
        looks = {"second_look__taken_by": actor.staff_id, "second_look__answered_at__isnull": True}
        return self.exclude(pk__in=self.model._default_manager.filter(**looks).values("pk"))

    def matchable(self) -> "SignalQuerySet":
        """What a match job or look-up may answer with."""
        return self.filter(status=Status.ACTIVE)

    def live(self) -> "SignalQuerySet":
        return self.filter(status__in=LIVE)

    def mixed(self) -> "SignalQuerySet":
        """Those of which members that looked say different things: that they look right, and that they look wrong."""
        return self.filter(found_right__gt=0, found_wrong__gt=0)

    def among(self, few: "SignalQuerySet") -> "SignalQuerySet":
        """Those of a short, ordered and cut queryset.

        PostgreSQL picks them before it looks at anything else: as an array, because a subquery after IN may be joined
        last, when every signal has been joined to its context.
        """
        array = ArraySubquery(few.values("pk"))
        template, joiner = "(%(expressions)s))", " = ANY ("
        return self.filter(
            Func(F("pk"), array, template=template, arg_joiner=joiner, output_field=models.BooleanField())
        )

    def with_context(self) -> "SignalQuerySet":
        """Everything that a row or page shows, in one query."""
        return self.select_related(
            "indicator__value", "organisation", "community", "current_version", "incident", "submitted_by"
        )


FLAGGED = Q(danger=True) | Q(contested=True) | Q(caution=True) | Q(provisional=True) | Q(found_wrong__gt=0)
"""The few signals that carry a flag."""


class Signal(models.Model):
    """One member's statement about one indicator."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="signals")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="signals")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="signals", null=True)
    community = models.ForeignKey(Community, models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=12, choices=kinds.Kind)
    """Of its indicator; here too, like `harm`, because lists are narrowed to it."""
    status = models.CharField(max_length=10, choices=Status, default=Status.SUBMITTED)
    current_version = models.ForeignKey("SignalVersion", models.PROTECT, null=True, related_name="+")
    correction = models.OneToOneField("SignalVersion", models.PROTECT, null=True, related_name="+")
    """The version that waits to take the place of the current one."""
    harm = models.CharField(max_length=32, choices=kinds.HarmTerm)
    """As the current version says."""
    prompted = models.BooleanField(default=False)
    """Its owner had been given a signal of another member on the indicator before: it corroborates nothing."""
    severity = models.PositiveSmallIntegerField(choices=kinds.Severity)
    danger = models.BooleanField(default=False)
    warnings = ArrayField(models.CharField(max_length=24), default=list)
    provisional = models.BooleanField(default=False)
    contested = models.BooleanField(default=False)
    caution = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Staff, models.PROTECT, related_name="signals_submitted")
    submitted_with = models.ForeignKey(ApiKey, models.PROTECT, related_name="signals_submitted", null=True)
    review_due_at = models.DateTimeField()
    check_due_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    renewals = models.PositiveSmallIntegerField(default=0)
    not_to_regions = ArrayField(models.CharField(max_length=40), default=list)
    """As the current version says; here too, because the database asks it of every row."""
    found_right = models.PositiveIntegerField(default=0)
    found_wrong = models.PositiveIntegerField(default=0)
    """How many findings of members say that the signal itself looks right, and how many that it looks wrong."""
    next_due_at = models.GeneratedField(
        expression=Case(
            When(check_due_at__isnull=False, then="check_due_at"),
            When(status=Status.SUBMITTED, then="review_due_at"),
            When(status__in=[Status.RETURNED, Status.ACTIVE, Status.HELD], then="expires_at"),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    """What comes next: a check, a review, or the end. Nothing where it has ended."""
    position = models.BigIntegerField(default=0)

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="a_signal_has_a_known_status"),
            models.CheckConstraint(
                condition=Q(correction__isnull=True) | Q(status__in=[Status.ACTIVE, Status.HELD]),
                name="only_what_is_shared_waits_for_a_correction",
            ),
            models.UniqueConstraint(
                fields=["organisation", "indicator"], condition=Q(status__in=sorted(LIVE)), name="one_live_signal_each"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted({Status.SUBMITTED, Status.RETURNED, Status.CANCELLED, Status.REJECTED}))
                | Q(activated_at__isnull=False),
                name="what_was_shared_has_been_activated",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(LIVE), ended_at__isnull=True)
                | Q(ended_at__isnull=False) & ~Q(status__in=sorted(LIVE)),
                name="what_has_ended_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "review_due_at"], name="signal_queue"),
            models.Index(fields=["status", "expires_at"], name="signal_expiry"),
            models.Index(fields=["indicator", "status"], name="signal_by_indicator"),
            models.Index(fields=["check_due_at"], name="signal_check_due", condition=Q(check_due_at__isnull=False)),
            models.Index(fields=["position"], name="signal_by_position"),
            models.Index(fields=["organisation"], name="signal_with_correction", condition=Q(correction__isnull=False)),
            models.Index(fields=["submitted_at", "id"], name="signal_newest"),
            models.Index(fields=["next_due_at", "id"], name="signal_next_due", condition=Q(next_due_at__isnull=False)),
            *(
                models.Index(fields=[word, "submitted_at", "id"], name=f"signal_by_{word}")
                for word in ("kind", "status", "harm", "organisation")
            ),
            models.Index(fields=["submitted_at", "id"], name="signal_flagged", condition=FLAGGED),
            models.Index(
                F("danger").desc(),
                Coalesce("check_due_at", "review_due_at"),
                "id",
                name="signal_waiting",
                condition=Q(status=Status.SUBMITTED) | Q(check_due_at__isnull=False) | Q(correction__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"signal {public_ids.shown(self.public_id)}"

    @property
    def version(self) -> "SignalVersion":
        """The version that counts; there is one from the first moment."""
        assert self.current_version is not None
        return self.current_version

    def say(self, version: "SignalVersion") -> None:
        """Let this version be the one that counts, with what the row repeats of it."""
        self.current_version, self.harm, self.not_to_regions = version, version.harm, version.not_to_regions
        self.severity = version.severity(danger=self.danger)
        self.save(update_fields=["current_version", "harm", "not_to_regions", "severity"])

    @property
    def under_review(self) -> "SignalVersion":
        """The version that a reviewer judges: a correction where one waits."""
        return self.correction or self.version

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def is_mixed(self) -> bool:
        return self.found_right > 0 and self.found_wrong > 0

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def audience(self) -> str:
        """Whom ledger entries about the signal concern: its community once it was shared, its owner before."""
        if self.activated_at is not None:
            return self.community.audience
        return f"organisation:{self.organisation.public_id}"

    def state(self) -> dict[str, int | str | bool]:
        """The facts that a replay of the ledger must arrive at."""
        return {
            "status": str(self.status),
            "version": self.version.number,
            "contested": self.contested,
            "caution": self.caution,
            "provisional": self.provisional,
        }


WORDS_OF_A_VERSION: dict[str, type[models.TextChoices]] = {
    "harm": kinds.HarmTerm,
    "review_method": kinds.ReviewMethod,
    "origin": kinds.Origin,
    "confidence": kinds.Confidence,
    "ai": kinds.AiIndication,
    "real_child": kinds.RealChild,
    "account_holder": kinds.AccountHolder,
}


SAID = (
    "harm", "clause", "evidence_seen_by", "review_method", "origin", "confidence", "first_seen_on", "last_seen_on",
    "behaviours", "ai", "real_child", "account_holder", "not_to_regions", "owner_named", "meaning", "outward_note",
    "inward_note",
)  # fmt: skip
"""Everything that a version says."""


class SignalVersion(models.Model):
    """What a signal says. A correction proposes a new version; nothing is edited in place."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        CURRENT = "current"
        SUPERSEDED = "superseded"
        REFUSED = "refused"

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    harm = models.CharField(max_length=32, choices=kinds.HarmTerm)
    clause = models.CharField(max_length=120)
    evidence_seen_by = models.CharField(max_length=80)
    review_method = models.CharField(max_length=16, choices=kinds.ReviewMethod)
    origin = models.CharField(max_length=20, choices=kinds.Origin)
    confidence = models.CharField(max_length=8, choices=kinds.Confidence)
    first_seen_on = models.DateField(null=True)
    last_seen_on = models.DateField(null=True)
    behaviours = ArrayField(models.CharField(max_length=16, choices=kinds.Behaviour), default=list)
    ai = models.CharField(max_length=16, choices=kinds.AiIndication, default=kinds.AiIndication.NOT_INDICATED)
    real_child = models.CharField(max_length=8, choices=kinds.RealChild, default=kinds.RealChild.UNKNOWN)
    account_holder = models.CharField(max_length=16, choices=kinds.AccountHolder, default=kinds.AccountHolder.UNKNOWN)
    not_to_regions = ArrayField(models.CharField(max_length=40), default=list)
    owner_named = models.BooleanField(default=True)
    meaning = models.CharField(max_length=280, blank=True)
    outward_note = models.CharField(max_length=280, blank=True)
    inward_note = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(null=True)
    """The earlier end that a correction asks for."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signal", "number"], name="versions_are_numbered"),
            models.UniqueConstraint(fields=["signal"], condition=Q(state="current"), name="one_current_version"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "current", "superseded", "refused"]),
                name="a_version_has_a_known_state",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__in": words.values}), name=f"a_version_has_a_known_{field}"
                )
                for field, words in WORDS_OF_A_VERSION.items()
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of signal {self.signal_id}"

    @property
    def is_possibly_child(self) -> bool:
        return self.account_holder == kinds.AccountHolder.POSSIBLY_CHILD

    def severity(self, *, danger: bool) -> kinds.Severity:
        """How severe a signal is that says this."""
        harm = kinds.HarmTerm(self.harm)
        return kinds.severity_of(harm, possibly_child=self.is_possibly_child, imminent=danger)

    def changes(self, before: "SignalVersion") -> list[str]:
        """The names of what this version says otherwise than the one before, and of the end if it asks for one."""
        said = [name for name in SAID if getattr(self, name) != getattr(before, name)]
        return [*said, "expires_at"] if self.expires_at is not None else said
