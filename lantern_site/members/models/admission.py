"""The way of an organisation into the programme: application, gates, agreement, test signal, and what it was called."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from lantern_site import public_ids
from lantern_site.members.lifecycle import GateKind, MemberState
from lantern_site.members.models.machines import ApiKey
from lantern_site.members.models.organisations import Organisation
from lantern_site.members.models.people import Staff


def _nobody(name: str) -> "models.ForeignKey[Staff | None, Staff | None]":
    """A person beside an act; None where the clock did it."""
    return models.ForeignKey(Staff, models.PROTECT, null=True, related_name=name)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def in_state(self, states: Collection[str]) -> "ApplicationQuerySet":
        return self.select_related("organisation").filter(organisation__state__in=states)

    def waiting(self) -> "ApplicationQuerySet":
        """What the programme has to decide, the longest waiting first."""
        found = self.in_state({MemberState.APPLICANT})
        return found.order_by(Coalesce("appealed_at", "applied_at"), "pk")

    def overdue_at(self, now: datetime) -> "ApplicationQuerySet":
        return self.waiting().filter(due_at__lt=now)


class Application(models.Model):
    """What an organisation that wants to take part has said about itself, and what was decided about it.

    Its state is the state of the organisation. `link_hash` is the SHA-256 of the secret in the applicant's own link.
    """

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="application")
    services = models.JSONField(default=list)
    contact_name = models.CharField(max_length=80)
    contact_email = models.EmailField()
    would_share = models.TextField()
    answers = models.JSONField(default=dict)
    applied_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """By when the programme decides, as long as it waits for a decision."""
    link_hash = models.BinaryField()
    decided_at = models.DateTimeField(null=True)
    decided_by = _nobody("applications_decided")
    reason = models.TextField(blank=True)
    declined_by = _nobody("applications_declined")
    appealed_at = models.DateTimeField(null=True)
    appeal = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    """When it was withdrawn, or ended on the way."""

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="a_decision_on_an_application_has_a_person",
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True) | Q(declined_by__isnull=False), name="only_a_refusal_is_appealed"
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.reference}"

    @property
    def reference(self) -> str:
        return public_ids.shown(self.public_id)

    @property
    def waits_since(self) -> datetime:
        return self.appealed_at or self.applied_at

    @property
    def may_be_appealed(self) -> bool:
        return self.organisation.state == MemberState.DECLINED and self.appealed_at is None


class GateQuerySet(models.QuerySet["Gate"]):
    def standing(self) -> "GateQuerySet":
        """The newest passing of each gate, unless it was opened again. It may have lapsed."""
        return self.filter(ended_at__isnull=True)

    def in_force(self, today: date) -> "GateQuerySet":
        return self.standing().filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))


class Gate(models.Model):
    """One passing of a gate. A later passing, or opening it again, ends this one; the row stays."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="gates")
    kind = models.CharField(max_length=24, choices=GateKind)
    passed_on = models.DateField()
    passed_by = _nobody("gates_passed")
    note = models.CharField(max_length=500, blank=True)
    valid_until = models.DateField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    reopened_by = _nobody("gates_reopened")
    reopened_because = models.CharField(max_length=500, blank=True)

    objects = GateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=GateKind.values), name="a_gate_is_known"),
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=Q(ended_at__isnull=True),
                name="one_standing_passing_per_gate",
            ),
            models.CheckConstraint(
                condition=Q(reopened_by__isnull=True) | Q(ended_at__isnull=False), name="a_reopened_gate_has_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"gate {self.kind} of organisation {self.organisation_id}"

    def is_in_force(self, today: date) -> bool:
        return self.ended_at is None and (self.valid_until is None or today <= self.valid_until)


class AgreementTextQuerySet(models.QuerySet["AgreementText"]):
    def newest_first(self) -> "AgreementTextQuerySet":
        return self.order_by("-effective_on", "-pk")

    def in_force(self, today: date) -> "AgreementText | None":
        return self.filter(effective_on__lte=today).newest_first().first()


class AgreementText(models.Model):
    """One version of the agreement, word for word. It never changes: what was signed can be held against its hash."""

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    version = models.CharField(max_length=20, unique=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    effective_on = models.DateField()
    published_at = models.DateTimeField()
    published_by = _nobody("agreements_published")

    objects = AgreementTextQuerySet.as_manager()

    def __str__(self) -> str:
        return f"agreement {self.version}"


class Signature(models.Model):
    """Who signed which text for an organisation, and who of the hub's people wrote it down."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="signatures")
    agreement = models.ForeignKey(AgreementText, models.PROTECT, related_name="signatures")
    signed_by = models.CharField(max_length=80)
    function = models.CharField(max_length=80)
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = _nobody("signatures_recorded")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "agreement"], name="an_organisation_signs_a_text_once")
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class TestSignalQuerySet(models.QuerySet["TestSignal"]):
    def due(self, organisation_id: int, after: int, upto: int) -> "TestSignalQuerySet":
        """What the organisation's machine feed says between two positions, in their order."""
        sent = self.filter(organisation=organisation_id, position__gt=after, position__lte=upto)
        return sent.order_by("position")

    def newest_of(self, organisation_id: int) -> "TestSignal | None":
        return self.filter(organisation=organisation_id).order_by("-sent_at", "-pk").first()

    def unacknowledged_by(self, organisation_id: int) -> "TestSignalQuerySet":
        """The newest of the organisation while nobody has acknowledged it: one at most."""
        newest = self.filter(organisation=organisation_id).order_by("-sent_at", "-pk").values("pk")[:1]
        return self.filter(pk__in=newest, acknowledged_at__isnull=True)


class TestSignal(models.Model):
    """Something harmless that looks like a signal, to try the way from the hub to a member's desk.

    `position` is where it stands in the ledger, and so in the feed. Received by a key, or by the person who said so.
    """

    __test__ = False  # its name begins like that of a test

    public_id = models.BigIntegerField(unique=True, default=public_ids.new)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="test_signals")
    code = models.CharField(max_length=12)
    sent_at = models.DateTimeField()
    sent_by = _nobody("test_signals_sent")
    position = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    received_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="test_signals")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = _nobody("test_signals_acknowledged")

    objects = TestSignalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "position"], name="test_signal_by_position")]
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False, received_at__isnull=False),
                name="an_acknowledged_test_was_received_and_has_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"test signal {public_ids.shown(self.public_id)}"

    @property
    def value(self) -> str:
        """The synthetic address that stands in the feed."""
        return f"test.{self.code.lower()}@example.org"


class SupportQuerySet(models.QuerySet["Support"]):
    def asking_first(self, organisation_id: int, today: date) -> "SupportQuerySet":
        """The running support of the organisation, if it says that the programme is asked before anything is shared."""
        running = self.filter(ended_at__isnull=True, until_on__gte=today)
        return running.filter(organisation=organisation_id, ask_before_sharing=True)


class Support(models.Model):
    """A small member that the programme helps for a year: a partner as second reviewer, targets in its office hours."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="supports")
    partner = models.ForeignKey(Staff, models.PROTECT, related_name="partner_of")
    begun_on = models.DateField()
    until_on = models.DateField()
    office_hours = models.CharField(max_length=120)
    ask_before_sharing = models.BooleanField()
    """Nothing but the danger lane is shared without the programme's approval beside that of the own reviewer."""
    ended_at = models.DateTimeField(null=True)

    objects = SupportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at__isnull=True), name="one_open_support_per_member"
            ),
            models.CheckConstraint(condition=Q(until_on__gt=models.F("begun_on")), name="support_lasts_a_while"),
        ]

    def __str__(self) -> str:
        return f"support of organisation {self.organisation_id}"

    def is_running(self, today: date) -> bool:
        return self.ended_at is None and today <= self.until_on


class FormerName(models.Model):
    """What an organisation was called until somebody renamed it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=80)
    until_on = models.DateField()
    changed_by = _nobody("renamings")

    def __str__(self) -> str:
        return f"former name {self.pk} of organisation {self.organisation_id}"


class MergerQuerySet(models.QuerySet["Merger"]):
    def waiting(self, today: date) -> "MergerQuerySet":
        return self.filter(done_at__isnull=True, effective_on__lte=today)


class Merger(models.Model):
    """Two organisations become one: `continuing` takes the people of `ending` on the effective date."""

    continuing = models.ForeignKey(Organisation, models.PROTECT, related_name="mergers")
    ending = models.OneToOneField(Organisation, models.PROTECT, related_name="merger")
    effective_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField()
    decided_by = _nobody("mergers_decided")
    done_at = models.DateTimeField(null=True)

    objects = MergerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(continuing=models.F("ending")), name="nobody_merges_with_itself")
        ]

    def __str__(self) -> str:
        return f"merger {self.pk}"
