"""The closed words of the programme's registers, and the lives of their cases as tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantern_site.errors import WrongState


class Register(TextChoices):
    """What can be downloaded as one table."""

    GOVERNMENT_REQUESTS = "government-requests", gettext_lazy("Government requests")
    ATTESTATIONS = "attestations", gettext_lazy("Attestations")
    SUBJECT_REQUESTS = "subject-requests", gettext_lazy("Data-subject requests")
    INCIDENTS = "incidents", gettext_lazy("Security incidents")
    ASSESSMENTS = "assessments", gettext_lazy("Assessments")
    MEETINGS = "dialogue", gettext_lazy("Dialogue")
    ADVICE = "advice", gettext_lazy("Advisory notes")


# Government requests


class Authority(TextChoices):
    POLICE = "police", gettext_lazy("Police")
    PROSECUTOR = "prosecutor", gettext_lazy("Prosecutor")
    COURT = "court", gettext_lazy("Court")
    INTELLIGENCE = "intelligence", gettext_lazy("Intelligence service")
    REGULATOR = "regulator", gettext_lazy("Regulator")
    OTHER = "other", gettext_lazy("Other authority")


class Asked(TextChoices):
    """What an authority asked for. A value that an authority wants in the hub is always refused: a signal has no
    origin of that name."""

    ABOUT_SIGNAL = "about_signal", gettext_lazy("Information about a signal")
    ABOUT_MEMBER = "about_member", gettext_lazy("Information about a member")
    REMOVAL = "removal", gettext_lazy("Removal")
    INSERTION = "insertion", gettext_lazy("Insertion of a value")
    PRESERVATION = "preservation", gettext_lazy("Preservation")


class Answered(TextChoices):
    """What became of a government request."""

    PENDING = "pending", gettext_lazy("Pending")
    COMPLIED = "complied", gettext_lazy("Complied with")
    PARTLY = "partly", gettext_lazy("Complied with in part")
    REFUSED = "refused", pgettext_lazy("government request", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("government request", "Withdrawn by the authority")


HELPED = frozenset({Answered.COMPLIED, Answered.PARTLY})


class Told(TextChoices):
    """Whether the person or member concerned knows of a government request."""

    NOT_YET = "not_yet", gettext_lazy("Not yet")
    TOLD = "told", gettext_lazy("Told")
    FORBIDDEN = "forbidden", gettext_lazy("Forbidden by law")
    NOBODY = "nobody", gettext_lazy("Nobody is concerned")


# Data-subject requests


class Right(TextChoices):
    ACCESS = "access", gettext_lazy("Access")
    ERASURE = "erasure", gettext_lazy("Erasure")
    RECTIFICATION = "rectification", gettext_lazy("Rectification")
    OBJECTION = "objection", pgettext_lazy("right", "Objection")
    RESTRICTION = "restriction", gettext_lazy("Restriction")


class Proof(TextChoices):
    """How somebody proved to be the person whose data it is."""

    CODE = "code", gettext_lazy("A code sent to the identifier")
    DOCUMENT = "document", gettext_lazy("A document, seen and not kept")
    REPRESENTATIVE = "representative", gettext_lazy("A representative with authority")
    MEMBER = "member", gettext_lazy("A member vouches for its user")


class Ruling(TextChoices):
    """What was decided about a data-subject request."""

    GRANTED = "granted", gettext_lazy("Granted")
    PARTLY = "partly", gettext_lazy("Granted in part")
    REFUSED = "refused", pgettext_lazy("data-subject request", "Refused")
    NOTHING_HELD = "nothing_held", gettext_lazy("Nothing is held")
    NOT_PROVEN = "not_proven", gettext_lazy("Identity not proven")


class RequestState(TextChoices):
    OPEN = "open", pgettext_lazy("data-subject request", "Open")
    IDENTITY_ASKED = "identity_asked", gettext_lazy("Identity asked")
    RESTRICTED = "restricted", gettext_lazy("Restricted")
    DECIDED = "decided", pgettext_lazy("data-subject request", "Decided")
    CLOSED = "closed", pgettext_lazy("data-subject request", "Closed")


class RequestMove(StrEnum):
    ASK_IDENTITY = "ask identity"
    PROVE_IDENTITY = "prove identity"
    SEARCH = "search"
    RESTRICT = "restrict"
    EXTEND = "extend"
    DECIDE = "decide"
    CLOSE = "close"


@dataclass(frozen=True)
class Step:
    """From which states a move is open, and where it leads; nowhere when the state stays."""

    sources: frozenset[str]
    target: str | None = None


_ANSWERABLE = frozenset({RequestState.OPEN, RequestState.IDENTITY_ASKED, RequestState.RESTRICTED})
UNANSWERED = _ANSWERABLE
"""States in which the legal clock of a data-subject request runs."""

REQUEST_STEPS: Mapping[RequestMove, Step] = {
    RequestMove.ASK_IDENTITY: Step(frozenset({RequestState.OPEN}), RequestState.IDENTITY_ASKED),
    RequestMove.PROVE_IDENTITY: Step(frozenset({RequestState.OPEN, RequestState.IDENTITY_ASKED}), RequestState.OPEN),
    RequestMove.SEARCH: Step(frozenset({RequestState.OPEN, RequestState.RESTRICTED})),
    RequestMove.RESTRICT: Step(frozenset({RequestState.OPEN}), RequestState.RESTRICTED),
    RequestMove.EXTEND: Step(_ANSWERABLE),
    RequestMove.DECIDE: Step(_ANSWERABLE, RequestState.DECIDED),
    RequestMove.CLOSE: Step(frozenset({RequestState.DECIDED}), RequestState.CLOSED),
}


# Security incidents


class IncidentKind(TextChoices):
    KEY_LEAK = "key_leak", gettext_lazy("Leak of a key")
    DISCLOSURE = "disclosure", gettext_lazy("Wrong disclosure")
    AVAILABILITY = "availability", gettext_lazy("Loss of availability")
    ACCESS = "access", gettext_lazy("Unauthorised access")
    OTHER = "other", gettext_lazy("Other incident")


class Severity(TextChoices):
    LOW = "low", gettext_lazy("Low")
    MEDIUM = "medium", gettext_lazy("Medium")
    HIGH = "high", gettext_lazy("High")
    CRITICAL = "critical", gettext_lazy("Critical")


class AffectedData(TextChoices):
    """Kinds of data that an incident touched."""

    IDENTIFIERS = "identifiers", gettext_lazy("Identifiers")
    HASHES = "hashes", gettext_lazy("Hashes of files")
    STATEMENTS = "statements", gettext_lazy("Statements of members")
    STAFF = "staff", gettext_lazy("Accounts of staff")
    KEYS = "keys", gettext_lazy("Keys of machines")
    REGISTERS = "registers", gettext_lazy("Registers of the programme")


class IncidentState(TextChoices):
    OPEN = "open", pgettext_lazy("security incident", "Open")
    CONTAINED = "contained", gettext_lazy("Contained")
    CLOSED = "closed", pgettext_lazy("security incident", "Closed")


class IncidentMove(StrEnum):
    DESCRIBE = "describe"
    CONTAIN = "contain"
    NOTIFY = "notify"
    INFORM = "inform"
    CLOSE = "close"


_RUNNING = frozenset({IncidentState.OPEN, IncidentState.CONTAINED})

INCIDENT_STEPS: Mapping[IncidentMove, Step] = {
    IncidentMove.DESCRIBE: Step(_RUNNING),
    IncidentMove.CONTAIN: Step(frozenset({IncidentState.OPEN}), IncidentState.CONTAINED),
    IncidentMove.NOTIFY: Step(_RUNNING),
    IncidentMove.INFORM: Step(_RUNNING),
    IncidentMove.CLOSE: Step(frozenset({IncidentState.CONTAINED}), IncidentState.CLOSED),
}


# Assessments, dialogue


class AssessmentSubject(TextChoices):
    HUMAN_RIGHTS = "human_rights", gettext_lazy("Human rights")
    DATA_PROTECTION = "data_protection", gettext_lazy("Data protection")
    SECURITY = "security", gettext_lazy("Security")
    COMPETITION = "competition", gettext_lazy("Competition")
    CHILD_RIGHTS = "child_rights", gettext_lazy("Child rights")


class Followed(TextChoices):
    """What became of a recommendation."""

    UNANSWERED = "", gettext_lazy("Not answered yet")
    ACCEPTED = "accepted", pgettext_lazy("recommendation", "Accepted")
    PARTLY = "partly", gettext_lazy("Accepted in part")
    NOT_ACCEPTED = "not_accepted", gettext_lazy("Not accepted")
    DONE = "done", pgettext_lazy("recommendation", "Done")


class Party(TextChoices):
    """With whom the programme met."""

    MEMBERS = "members", gettext_lazy("Members")
    CIVIL_SOCIETY = "civil_society", gettext_lazy("Civil society")
    AUTHORITIES = "authorities", gettext_lazy("Authorities")


# Moves


def request_target(state: str, move: RequestMove) -> str:
    """Where the move leads. Raises WrongState when it is not open."""
    return _target(REQUEST_STEPS[move], state, str(RequestState(state).label))


def incident_target(state: str, move: IncidentMove) -> str:
    """Where the move leads. Raises WrongState when it is not open."""
    return _target(INCIDENT_STEPS[move], state, str(IncidentState(state).label))


def _target(step: Step, state: str, label: str) -> str:
    if state not in step.sources:
        raise WrongState(_("This is not open: its state is “%(state)s”.") % {"state": label})
    return step.target or state
