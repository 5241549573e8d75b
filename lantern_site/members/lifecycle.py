"""The life of a member organisation: its states, the moves between them, the gates of each move, and what it allows.

A table, so that the README's diagram, the pages and the tests read the same truth as the services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import WrongState


class MemberKind(TextChoices):
    PLATFORM = "platform", _("Platform")
    FINANCIAL = "financial", _("Financial institution")
    PROGRAMME = "programme", _("Programme")


class MemberState(TextChoices):
    APPLICANT = "applicant", _("Applicant")
    DECLINED = "declined", _("Declined")
    DEFERRED = "deferred", _("Deferred")
    APPROVED = "approved", _("Approved")
    SIGNED = "signed", _("Agreement signed")
    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    LEAVING = "leaving", _("Leaving")
    LEFT = "left", _("Left")
    ENDED = "ended", _("Ended on the way")


NOT_ADMITTED = frozenset({MemberState.APPLICANT, MemberState.DECLINED, MemberState.DEFERRED, MemberState.ENDED})
"""Those who ask to take part, or did. No list of members shows them, and their name is not taken yet."""
ON_THE_WAY = frozenset({MemberState.APPROVED, MemberState.SIGNED, MemberState.ONBOARDING})
GONE = frozenset({MemberState.LEAVING, MemberState.LEFT})


class Move(TextChoices):
    DECLINE = "decline", _("Decline")
    APPEAL = "appeal", _("Appeal")
    DEFER = "defer", _("Defer")
    REOPEN = "reopen", _("Take up again")
    APPROVE = "approve", _("Approve")
    SIGN = "sign", _("Sign the agreement")
    ONBOARD = "onboard", _("Begin the onboarding")
    ACTIVATE = "activate", _("Activate")
    LEAVE = "leave", _("Leave")
    PART = "part", _("Part for good")
    WITHDRAW = "withdraw", _("Withdraw the application")
    END = "end", _("End it on the way")


class GateKind(TextChoices):
    CSEA_POLICY = "csea_policy", _("Policy against child sexual exploitation and abuse")
    COMPLAINTS = "complaints", _("User complaint process")
    GOVERNMENT_REQUESTS = "government_requests", _("Government-request process")
    SECURITY = "security", _("Security")
    RETENTION = "retention", _("Retention and deletion")
    STAFF_CARE = "staff_care", _("Care for staff")
    SERVICES = "services", _("Services and their public")
    COMPLIANCE_REVIEW = "compliance_review", _("Compliance review")
    AGREEMENT = "agreement", _("Agreement signed")
    CONTACT = "contact", _("Contact at any hour")
    DATA_PROTECTION = "data_protection", _("Data-protection contact")
    TRAINING = "training", _("Training")
    TEST_SIGNAL = "test_signal", _("Test signal received and acknowledged")


PASSED_BY_WHAT_HAPPENS = frozenset({GateKind.COMPLIANCE_REVIEW, GateKind.AGREEMENT, GateKind.TEST_SIGNAL})
"""Nobody ticks these: holding the review, signing, and acknowledging the test signal pass them."""
VALID_DAYS: Mapping[GateKind, int] = {
    GateKind.SECURITY: 365,
    GateKind.COMPLIANCE_REVIEW: 365,
    GateKind.CONTACT: 365,
    GateKind.DATA_PROTECTION: 365,
    GateKind.TRAINING: 365,
}
"""How long the passing of a yearly gate counts. The others count until they are opened again."""
CRITERIA: Mapping[GateKind, Promise] = {
    GateKind.CSEA_POLICY: _(
        "Your public rules forbid the sexual exploitation and abuse of children. Where do they stand?"
    ),
    GateKind.COMPLAINTS: _(
        "People can object to what you do with their account, and a person answers. How, and within which time?"
    ),
    GateKind.GOVERNMENT_REQUESTS: _(
        "You answer requests of public authorities by a process of your own, and share nothing here for them. Which?"
    ),
    GateKind.SECURITY: _(
        "Few people reach what you receive, and each access is recorded. Which standard do you follow?"
    ),
    GateKind.RETENTION: _("You delete what has expired or was retracted. How do you make sure of it?"),
    GateKind.STAFF_CARE: _("Those who review get training, breaks and psychological support. What do you offer them?"),
    GateKind.SERVICES: _(
        "A person reviews under your own policy before an account is touched. Who does, for each service above?"
    ),
}
"""The published criteria: what an applicant answers, and what has to be found good before it is approved."""


@dataclass(frozen=True)
class Step:
    """A row of the table: where the move starts, where it leads, and which gates it adds to those passed before."""

    starts: frozenset[MemberState]
    end: MemberState
    gates: frozenset[GateKind] = frozenset()


def _from(*states: MemberState) -> frozenset[MemberState]:
    return frozenset(states)


MOVES: Mapping[Move, Step] = {
    Move.DECLINE: Step(_from(MemberState.APPLICANT), MemberState.DECLINED),
    Move.APPEAL: Step(_from(MemberState.DECLINED), MemberState.APPLICANT),
    Move.DEFER: Step(_from(MemberState.APPLICANT), MemberState.DEFERRED),
    Move.REOPEN: Step(_from(MemberState.DEFERRED), MemberState.APPLICANT),
    Move.APPROVE: Step(_from(MemberState.APPLICANT), MemberState.APPROVED, frozenset(CRITERIA)),
    Move.SIGN: Step(_from(MemberState.APPROVED), MemberState.SIGNED, frozenset({GateKind.COMPLIANCE_REVIEW})),
    Move.ONBOARD: Step(
        _from(MemberState.SIGNED),
        MemberState.ONBOARDING,
        frozenset({GateKind.AGREEMENT, GateKind.CONTACT, GateKind.DATA_PROTECTION}),
    ),
    Move.ACTIVATE: Step(
        _from(MemberState.ONBOARDING), MemberState.ACTIVE, frozenset({GateKind.TRAINING, GateKind.TEST_SIGNAL})
    ),
    Move.LEAVE: Step(_from(MemberState.ACTIVE), MemberState.LEAVING),
    Move.PART: Step(_from(MemberState.LEAVING), MemberState.LEFT),
    Move.WITHDRAW: Step(ON_THE_WAY | {MemberState.APPLICANT, MemberState.DEFERRED}, MemberState.ENDED),
    Move.END: Step(ON_THE_WAY, MemberState.ENDED),
}
WAY_IN = (Move.APPROVE, Move.SIGN, Move.ONBOARD, Move.ACTIVATE)
GATES_ARE_KEPT = frozenset(MemberState) - GONE - {MemberState.DECLINED, MemberState.ENDED}
"""The states in which gates are passed and opened again."""


def target(state: str, move: Move) -> MemberState:
    """The state that a move leads to. Raises WrongState when it is not open from here."""
    step = MOVES[move]
    if state not in step.starts:
        raise WrongState(
            gettext("“%(move)s” is not open: the organisation is in the state “%(state)s”.")
            % {"move": move.label, "state": MemberState(state).label}
        )
    return step.end


def gates_for(move: Move) -> frozenset[GateKind]:
    """Every gate that has to be passed for a move: its own, and those of the moves before it on the way in."""
    if move not in WAY_IN:
        return frozenset()
    before = WAY_IN[: WAY_IN.index(move) + 1]
    return frozenset[GateKind]().union(*(MOVES[each].gates for each in before))


class Suspension(TextChoices):
    NONE = "", _("Not suspended")
    SUBMIT = "submit", _("May not share")
    RECEIVE = "receive", _("May not receive")
    ALL = "all", _("Suspended")


class KeyScope(TextChoices):
    SUBMIT = "submit", _("Share signals")
    READ = "read", _("Read the feed")
    LOOKUP = "lookup", _("Look up")
    FEEDBACK = "feedback", _("Feedback")


class KeyState(TextChoices):
    IN_USE = "in_use", _("In use")
    RETIRING = "retiring", _("Retiring")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class Revocation(TextChoices):
    """Why a key has ended before its time."""

    ROTATED = "rotated", _("Rotated")
    LEAKED = "leaked", _("It has leaked")
    LEFT = "left", _("The organisation has left")
    UNNEEDED = "unneeded", _("No longer needed")


class FactorLoss(TextChoices):
    """Why somebody's second factor is reset."""

    LOST = "lost", _("The device is lost")
    BROKEN = "broken", _("The device is broken or was replaced")
    STOLEN = "stolen", _("The device was stolen, or is in other hands")


class IdentityCheck(TextChoices):
    """How whoever resets a second factor made sure that the person themselves asked: a mail alone is not enough."""

    IN_PERSON = "in_person", _("They stood before me")
    VIDEO = "video", _("I know them, and saw them in a video call")
    CALLED_BACK = "called_back", _("I called a number that was known before")


class Capability(StrEnum):
    """What an organisation may do at all, whoever acts for it."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    CONNECT = "connect"
    """Have machines with keys: from onboarding on, so that a test signal can be received."""


def capabilities(kind: str, state: str, suspended: str) -> frozenset[Capability]:
    """What the standing of an organisation allows. Financial institutions and the programme share nothing."""
    if state == MemberState.ONBOARDING and suspended != Suspension.ALL:
        return frozenset({Capability.CONNECT})
    if state != MemberState.ACTIVE or suspended == Suspension.ALL:
        return frozenset()
    able = {Capability.CONNECT}
    if kind == MemberKind.PLATFORM and suspended != Suspension.SUBMIT:
        able.add(Capability.SUBMIT)
    if suspended != Suspension.RECEIVE:
        able.add(Capability.RECEIVE)
    return frozenset(able)


class Region(TextChoices):
    """Where a member sits, and the jurisdictions that legal gates and switches name."""

    EUROPE = "europe", _("Europe")
    NORTH_AMERICA = "north america", _("North America")
    LATIN_AMERICA = "latin america", _("Latin America")
    AFRICA = "africa", _("Africa")
    MIDDLE_EAST = "middle east", _("Middle East")
    ASIA_PACIFIC = "asia pacific", _("Asia and the Pacific")
    OCEANIA = "oceania", _("Oceania")


class Public(TextChoices):
    """Who a service is for, by age."""

    UNDER_13 = "under_13", _("Children under 13")
    UNDER_16 = "under_16", _("From 13, under 16 too")
    ADULT = "adult", _("Adults")


class DataRole(TextChoices):
    CONTROLLER = "controller", _("Controller of its own")
    JOINT = "joint", _("Joint controller")


class Switch(TextChoices):
    """What the law of a jurisdiction may allow or forbid from a date on."""

    PRIVATE_MESSAGES = "private_messages", _("Comparing private messages")


class ReviewResult(TextChoices):
    PASSED = "passed", _("Passed")
    WITH_OBSERVATIONS = "with_observations", _("Passed with observations")
    FAILED = "failed", _("Not passed")
