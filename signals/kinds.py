"""The words of a signal: kinds, harm terms, and everything else that it may say from a closed list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.conf import settings
from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from signals.canonical import hashes, names


class Kind(TextChoices):
    """One kind per algorithm, so that two values of one kind can always be compared."""

    EMAIL = "email", _("E-mail address")
    USERNAME = "username", _("Profile name")
    ACCOUNT_ID = "account_id", _("Account id")
    URL = "url", _("URL")
    KEYWORD = "keyword", _("Keyword")
    PAYMENT = "payment", _("Payment handle")
    PHONE = "phone", _("Telephone number")
    MD5 = "md5", _("MD5 of a file")
    SHA1 = "sha1", _("SHA-1 of a file")
    SHA256 = "sha256", _("SHA-256 of a file")
    PDQ = "pdq", _("PDQ of an image")
    PHASH = "phash", _("pHash of an image")
    VIDEO_MD5 = "video_md5", _("MD5 of a video")
    VPDQ = "vpdq", _("vPDQ of a video")


IDENTIFIERS = frozenset({Kind.EMAIL, Kind.USERNAME, Kind.ACCOUNT_ID, Kind.PAYMENT, Kind.PHONE})
"""Kinds that name a person's account: a member needs the legal gate of its jurisdiction for them."""

FILE_HASHES = frozenset({Kind.MD5, Kind.SHA1, Kind.SHA256, Kind.VIDEO_MD5})
"""Hashes that are equal or not."""

PERCEPTUAL = frozenset({Kind.PDQ, Kind.PHASH, Kind.VPDQ})
"""Hashes that are compared by distance."""

HASHES = FILE_HASHES | PERCEPTUAL
CONTENT = HASHES | {Kind.URL, Kind.KEYWORD}
ON_REQUEST = frozenset({Kind.PHONE})
"""Kinds that are off unless the programme switches them on: a telephone number soon belongs to somebody else."""

OFFERED = frozenset(Kind) - (frozenset() if settings.SHARE_PHONE_NUMBERS else ON_REQUEST)
"""What can be shared today. The others exist as words, so that records and rules can name them."""

SERVICE_BOUND = frozenset({Kind.USERNAME, Kind.ACCOUNT_ID})
"""Kinds whose value means nothing without the service that it belongs to."""

BITS: Mapping[Kind, int] = MappingProxyType({Kind.PDQ: 256, Kind.PHASH: 64})
RADIUS: Mapping[Kind, int] = MappingProxyType({Kind.PDQ: 31, Kind.PHASH: 8})
"""The largest distance in bits at which two perceptual hashes make a lead."""

OVERLAP = 0.8
"""The share of the frames of one video that another must have so that the two make a lead."""

PDQ_QUALITY = hashes.LEAST_QUALITY
"""The least quality of a PDQ hash that is worth comparing (of 100)."""


@dataclass(frozen=True)
class Lifetime:
    """How long a signal lives, in days: unless its owner says otherwise, and at most."""

    default: int
    maximum: int


_SHORT = Lifetime(90, 180)
_MIDDLE = Lifetime(180, 365)
_LONG = Lifetime(365, 730)
_HASH = Lifetime(3 * 365, 5 * 365)
POSSIBLY_CHILD_DAYS = 90
"""The longest life of an identifier whose holder is possibly a child."""

LIFETIMES: Mapping[Kind, Lifetime] = MappingProxyType(
    {
        Kind.URL: _SHORT,
        Kind.PHONE: _SHORT,
        Kind.USERNAME: _MIDDLE,
        Kind.KEYWORD: _MIDDLE,
        Kind.PAYMENT: _MIDDLE,
        Kind.ACCOUNT_ID: _LONG,
        Kind.EMAIL: _LONG,
        **dict.fromkeys(HASHES, _HASH),
    }
)


class Public(TextChoices):
    """Whom a service is made for: the youngest people it lets in."""

    UNDER_13 = "under_13", _("Children under 13")
    UNDER_16 = "under_16", _("Young people under 16")
    ADULT = "adult", _("Adults")


@dataclass(frozen=True)
class Service:
    """A place where profile names and account ids live, and what they look like there.

    `handle` and `account` match the whole normal form; `folds_case` says that the service treats
    `Ada` and `ada` as one profile name. An account id is never folded.
    """

    code: str
    name: str
    public: Public
    handle: re.Pattern[str]
    account: re.Pattern[str]
    folds_case: bool = True


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        code: Service(code, place.name, Public(place.public), place.handle, place.account, place.folds_case)
        for code, place in names.PLACES.items()
    }
)


class Severity(IntegerChoices):
    """How bad and how urgent. It is derived, never typed: see `severity_of()`."""

    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")
    CRITICAL = 4, _("Critical")


FIRST_REVIEW_HOURS: Mapping[Severity, int] = MappingProxyType(
    {Severity.CRITICAL: 4, Severity.HIGH: 24, Severity.MEDIUM: 48, Severity.LOW: 96}
)
"""Within how many hours somebody should have looked for the first time."""

HARM_TERMS_VERSION = 1


class HarmTerm(TextChoices):
    """The closed list of harms, version 1. Twelve terms; sexual extortion is told apart by its demand."""

    CSAM_VERIFIED = "csam_verified", _("Verified CSAM (known)")
    CSAM_UNVERIFIED = "csam_unverified", _("Unverified CSAM (first seen)")
    CSAM_TRADE = "csam_trade", _("Offering, seeking, buying, selling or exchanging CSAM")
    GROOMING = "grooming", _("Grooming (solicitation of a child for sexual purposes)")
    EXTORTION_FINANCIAL = "extortion_financial", _("Sexual extortion of a child, financial demand")
    EXTORTION_OTHER = "extortion_other", _("Sexual extortion of a child, other demand")
    LIVE_ABUSE = "live_abuse", _("Live-streamed child sexual abuse")
    CONTACT_ABUSE = "contact_abuse", _("Indication of contact sexual abuse")
    TRAFFICKING = "trafficking", _("Trafficking of a child for sexual exploitation")
    TRAVEL = "travel", _("Sexual exploitation of children in travel and tourism")
    SEXUALISED = "sexualised", _("Sexualised content about children (below CSAM)")
    TOOLS = "tools", _("Tools for making CSAM")
    OTHER = "other", _("Other child sexual exploitation or abuse")


@dataclass(frozen=True)
class Harm:
    """What a harm term means, and how severe it is before anything else is known."""

    severity: Severity
    definition: Promise | str


HARMS: Mapping[HarmTerm, Harm] = MappingProxyType(
    {
        HarmTerm.CSAM_VERIFIED: Harm(
            Severity.HIGH,
            _("Child sexual abuse material that trained people have confirmed before, known by its hash."),
        ),
        HarmTerm.CSAM_UNVERIFIED: Harm(
            Severity.HIGH,
            _("Material seen for the first time that a reviewer takes for child sexual abuse material."),
        ),
        HarmTerm.CSAM_TRADE: Harm(
            Severity.HIGH,
            _("Somebody offers, seeks, buys, sells or exchanges child sexual abuse material, or shows the way to it."),
        ),
        HarmTerm.GROOMING: Harm(
            Severity.HIGH,
            _("An adult builds contact with a child in order to abuse the child sexually, online or in person."),
        ),
        HarmTerm.EXTORTION_FINANCIAL: Harm(
            Severity.CRITICAL,
            _("A child is threatened with sexual images or information so that the child pays money."),
        ),
        HarmTerm.EXTORTION_OTHER: Harm(
            Severity.CRITICAL,
            _("A child is threatened with sexual images or information to force more images, acts or silence."),
        ),
        HarmTerm.LIVE_ABUSE: Harm(
            Severity.CRITICAL,
            _("The sexual abuse of a child is transmitted while it happens, or such a transmission is ordered."),
        ),
        HarmTerm.CONTACT_ABUSE: Harm(
            Severity.CRITICAL,
            _("Something indicates that a child is being sexually abused in person, or is about to be."),
        ),
        HarmTerm.TRAFFICKING: Harm(
            Severity.CRITICAL,
            _("A child is recruited, moved, harboured or offered so that others can exploit the child sexually."),
        ),
        HarmTerm.TRAVEL: Harm(
            Severity.HIGH,
            _("Somebody travels, or arranges travel or lodging, in order to exploit children sexually."),
        ),
        HarmTerm.SEXUALISED: Harm(
            Severity.LOW,
            _("Text or images that sexualise children without being child sexual abuse material."),
        ),
        HarmTerm.TOOLS: Harm(
            Severity.MEDIUM,
            _("Models, instructions or services that are made or offered for producing child sexual abuse material."),
        ),
        HarmTerm.OTHER: Harm(
            Severity.MEDIUM,
            _("Sexual exploitation or abuse of a child that no other term of this list describes."),
        ),
    }
)


def severity_of(harm: HarmTerm, *, possibly_child: bool, imminent: bool) -> Severity:
    """The severity of a signal: critical when a child may be in danger now, and at least high
    when the account holder is possibly a child, because a late answer would then harm a child."""
    if imminent:
        return Severity.CRITICAL
    severity = HARMS[harm].severity
    return max(severity, Severity.HIGH) if possibly_child else severity


class ReviewMethod(TextChoices):
    """How the submitting member looked at its own evidence."""

    CONTENT = "content", _("A person saw the content")
    CONVERSATION = "conversation", _("A person read the conversation")
    ACCOUNT = "account", _("A person examined the account and its behaviour")
    KNOWN_HASH = "known_hash", _("A known hash matched, and a person checked the match")
    REPORT = "report", _("A person checked a report with its attachments")


class Origin(TextChoices):
    """Where the signal came from. There is no value for a public authority, on purpose."""

    OWN_DETECTION = "own_detection", _("Own detection")
    USER_REPORT = "user_report", _("Report by a user")
    OWN_INVESTIGATION = "own_investigation", _("Own investigation")
    HOTLINE = "hotline", _("Hotline or non-governmental organisation")
    ANOTHER_SIGNAL = "another_signal", _("Another signal")


CORROBORATING = frozenset(Origin) - {Origin.ANOTHER_SIGNAL}
"""Origins that count as evidence of their own beside another member's signal."""


class Confidence(TextChoices):
    HIGH = "high", _("High: the evidence leaves no reasonable doubt")
    MEDIUM = "medium", _("Medium: the evidence is clear, another explanation is possible")
    LOW = "low", _("Low: worth a look, not more")


class Behaviour(TextChoices):
    MOVES = "moves", _("Moves the contact to another service")
    POSES = "poses", _("Poses as a child")
    LURES = "lures", _("Lures with gifts or game currency")
    ASKS_IMAGERY = "asks_imagery", _("Asks for imagery")
    ASKS_MONEY = "asks_money", _("Asks for money")
    THREATENS = "threatens", _("Threatens to publish")


class AiIndication(TextChoices):
    NOT_INDICATED = "not_indicated", _("Not indicated")
    SUSPECTED = "suspected", _("Suspected")
    ESTABLISHED = "established", _("Established")


class RealChild(TextChoices):
    """Whether AI-generated or altered material depicts a child who exists."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Unknown")


class AccountHolder(TextChoices):
    ADULT_INDICATED = "adult_indicated", _("Adult indicated")
    UNKNOWN = "unknown", _("Unknown")
    POSSIBLY_CHILD = "possibly_child", _("Possibly a child")
