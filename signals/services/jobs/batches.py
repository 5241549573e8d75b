"""Taking a batch in: row by row, however long it is, with what it may hold checked on the way."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantern_site.audit.actors import Actor, ActorKind
from lantern_site.audit.recording import Fact
from lantern_site.errors import Invalid, NotAllowed
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.policies import organisation_of, staff_id_of
from signals import chunks, policies
from signals.candidates import TEXT, Candidate, Row
from signals.kinds import IDENTIFIERS
from signals.models import Chunk, MatchJob
from signals.purposes import Purpose, Surface
from signals.services.jobs import limits
from signals.services.jobs.limits import WIDEST

LONGEST_LABEL = 60
CHUNKS_AT_ONCE = 2
ALMOST = 1 - 1e-9
"""Shares of a chunk add up to one but for rounding."""


@dataclass(frozen=True)
class Plan:
    """What a job is for, and how it compares. `radii` has the largest distance of a near kind, where it is smaller than
    ours. `is_shadow`: count only. `first_percent` of the rows are compared before the job asks whether to go on."""

    label: str
    purpose: str
    surface: str
    is_shadow: bool = False
    radii: Mapping[str, int] = field(default_factory=dict)
    first_percent: int = 100


def created(*, plan: Plan, state: MatchJob.State, actor: Actor, now: datetime) -> MatchJob:
    """The row of a new job that has no values yet. Raises NotAllowed, or Invalid with the field of the plan."""
    organisation = organisation_of(actor)
    policies.may_match(actor)
    policies.may_match_surface(organisation, plan.surface, now.date())
    _check(plan)
    return MatchJob.objects.create(
        organisation=organisation,
        started_by_id=staff_id_of(actor),
        started_with=ApiKey.objects.get(public_id=actor.id) if actor.kind == ActorKind.KEY else None,
        label=plan.label.strip(),
        purpose=plan.purpose,
        surface=plan.surface,
        state=state,
        is_shadow=plan.is_shadow,
        radii=dict(plan.radii),
        first_percent=plan.first_percent,
        total=0,
        started_at=now,
    )


def _check(plan: Plan) -> None:
    if not plan.label.strip():
        raise Invalid(_("Give the job a name that you will recognise."), "label")
    if len(plan.label.strip()) > LONGEST_LABEL:
        raise Invalid(_("The name has at most %(most)d characters.") % {"most": LONGEST_LABEL}, "label")
    if plan.purpose not in Purpose.values:
        raise Invalid(_("Choose the purpose of the job."), "purpose")
    if plan.surface not in Surface.values:
        raise Invalid(_("Choose where on your service the values come from."), "surface")
    if not 1 <= plan.first_percent <= 100:
        raise Invalid(_("The first part is 1 to 100 percent of the batch."), "first_percent")
    for kind, radius in plan.radii.items():
        if not 0 <= radius <= WIDEST.get(kind, 0):
            sentence = _("The distance is a whole number from 0 to %(most)d.") % {"most": WIDEST.get(kind, 0)}
            raise Invalid(sentence, f"{kind}_within")


@dataclass
class Taken:
    """What a batch was made of."""

    kinds: Counter[str] = field(default_factory=Counter)
    plain: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        return self.kinds.total()

    def facts(self) -> dict[str, Fact]:
        """How many of each kind; never a value."""
        return {**self.kinds, "candidates": self.total, "refused": self.refused}


def fill(
    *,
    job: MatchJob,
    rows: Iterable[Row],
    most: int,
    turned: Callable[[Candidate], Candidate] = lambda candidate: candidate,
) -> tuple[Taken, list[Chunk]]:
    """Write the rows as chunks of the job, a few at a time, so that memory does not grow with the batch.

    `turned` makes of each candidate what is kept of it. Returns what was taken and the chunks, without their values.
    """
    taken, written, waiting = Taken(), list[Chunk](), list[Chunk]()
    candidates = (turned(candidate) for candidate in _checked(rows, taken, job, most))
    for number, (stage, part) in enumerate(_parts(candidates, job.first_percent), start=1):
        waiting.append(chunks.sealed(job, number, stage, part))
        if len(waiting) == CHUNKS_AT_ONCE:
            written += _write(waiting)
    written += _write(waiting)
    if not taken.total:
        raise Invalid(_("There is nothing to compare: give at least one value."), "candidates")
    job.total, job.refused = taken.total, taken.refused
    job.save(update_fields=["total", "refused"])
    return taken, written


def _write(waiting: list[Chunk]) -> list[Chunk]:
    written = Chunk.objects.bulk_create(waiting)
    for chunk in written:
        chunk.ciphertext = None
    waiting.clear()
    return written


def _parts(candidates: Iterable[Candidate], first_percent: int) -> Iterator[tuple[int, list[Candidate]]]:
    """Chunks of half a second of work or more, with their stages.

    The rows of the first stage are spread evenly, so that it is like the whole batch however that is sorted.
    """
    filling: dict[int, list[Candidate]] = {1: [], 2: []}
    full = {1: 0.0, 2: 0.0}
    allowed = limits.LIMITS
    for number, candidate in enumerate(candidates):
        stage = 1 if number * first_percent % 100 < first_percent else 2
        filling[stage].append(candidate)
        full[stage] += allowed.share_of(candidate)
        if full[stage] > ALMOST:
            yield stage, filling[stage]
            filling[stage], full[stage] = [], 0.0
    for stage, rest in filling.items():
        if rest:
            yield stage, rest


def _checked(rows: Iterable[Row], taken: Taken, job: MatchJob, most: int) -> Iterator[Candidate]:
    """The candidates among the rows, counted, as long as they are within the limits."""
    allowed = _Allowed(job, most)
    for row in rows:
        if isinstance(row, Candidate):
            taken.kinds[row.kind] += 1
            taken.plain += row.is_plain_identifier
            allowed.check(row, taken)
            yield row
        else:
            taken.refused += 1


class _Allowed:
    """What this member may put into this job."""

    def __init__(self, job: MatchJob, most: int) -> None:
        self._most = most
        self._purpose = job.purpose
        self._identifiers = _handles_identifiers(job.organisation, job.started_at)

    def check(self, candidate: Candidate, taken: Taken) -> None:
        if taken.total > self._most:
            raise Invalid(
                _("At most %(most)d values go into one list. Cut it into several.") % {"most": self._most}, "candidates"
            )
        if taken.kinds[TEXT] > limits.LIMITS.texts:
            raise Invalid(
                _("A job searches at most %(most)d texts. Cut the list into several.") % {"most": limits.LIMITS.texts},
                "candidates",
            )
        if candidate.kind in IDENTIFIERS and not self._identifiers:
            raise NotAllowed(
                _("Your organisation's legal gate for identifiers is not open: compare content kinds only.")
            )
        if candidate.is_plain_identifier:
            self._check_plain(taken)

    def _check_plain(self, taken: Taken) -> None:
        if self._purpose != Purpose.ACCOUNTS_UNDER_REVIEW:
            raise Invalid(
                _("Plain identifiers may be compared for accounts under review only. Give public digests instead."),
                "purpose",
            )
        most = limits.LIMITS.plain_identifiers
        if taken.plain > most:
            raise Invalid(
                ngettext(
                    "A job compares at most %(most)d plain identifier. Give public digests instead.",
                    "A job compares at most %(most)d plain identifiers. Give public digests instead.",
                    most,
                )
                % {"most": most},
                "candidates",
            )


def _handles_identifiers(organisation: Organisation, now: datetime) -> bool:
    return organisation.may_handle_identifiers(now.date())
