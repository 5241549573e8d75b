"""Synthetic values: nothing here belongs to anybody."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from signals.intake import Item, Statement
from signals.kinds import (
    IDENTIFIERS,
    AccountHolder,
    AiIndication,
    Behaviour,
    Confidence,
    HarmTerm,
    Kind,
    Origin,
    ReviewMethod,
)

Word = TypeVar("Word")

FIRST = (
    "amber",
    "basalt",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbour",
    "indigo",
    "juniper",
    "kelp",
    "linden",
)
SECOND = (
    "anchor",
    "beacon",
    "compass",
    "drift",
    "estuary",
    "ferry",
    "gull",
    "haven",
    "inlet",
    "jetty",
    "keel",
    "lagoon",
)
KIND_WEIGHTS = {
    Kind.EMAIL: 30, Kind.USERNAME: 24, Kind.ACCOUNT_ID: 8, Kind.URL: 9, Kind.KEYWORD: 3, Kind.PDQ: 12, Kind.PHASH: 3,
    Kind.SHA256: 7, Kind.MD5: 3, Kind.VIDEO_MD5: 3,
}  # fmt: skip
CONTENT_ONLY = {kind: KIND_WEIGHTS[kind] for kind in sorted(KIND_WEIGHTS.keys() - IDENTIFIERS)}
HARMS_OF_IDENTIFIERS = {
    HarmTerm.GROOMING: 40, HarmTerm.EXTORTION_FINANCIAL: 22, HarmTerm.CSAM_TRADE: 16, HarmTerm.EXTORTION_OTHER: 8,
    HarmTerm.SEXUALISED: 8, HarmTerm.TRAVEL: 3, HarmTerm.OTHER: 3,
}  # fmt: skip
HARMS_OF_CONTENT = {
    HarmTerm.CSAM_VERIFIED: 42, HarmTerm.CSAM_UNVERIFIED: 24, HarmTerm.CSAM_TRADE: 20, HarmTerm.SEXUALISED: 8,
    HarmTerm.TOOLS: 6,
}  # fmt: skip
HEX_DIGITS = {Kind.MD5: 32, Kind.VIDEO_MD5: 32, Kind.SHA256: 64, Kind.PHASH: 16, Kind.PDQ: 64}


def chosen(dice: Random, weights: Mapping[Word, int]) -> Word:
    return dice.choices(list(weights), list(weights.values()))[0]


def item(dice: Random, *, identifiers: bool = True) -> Item:
    """A value that nobody has shared yet, very likely."""
    kind = chosen(dice, KIND_WEIGHTS if identifiers else CONTENT_ONLY)
    return of_kind(dice, kind)


def of_kind(dice: Random, kind: Kind) -> Item:
    first, second, number = dice.choice(FIRST), dice.choice(SECOND), dice.randrange(1_000, 99_999)
    if kind == Kind.EMAIL:
        return Item(kind, f"{first}.{second}{number}@{dice.choice(('example.org', 'example.com', 'mail.example.net'))}")
    if kind == Kind.USERNAME:
        return Item(
            kind, f"{first}_{second}{number}"[:15], service=dice.choice(("pixelpond", "harbourline", "kestrel"))
        )
    if kind == Kind.ACCOUNT_ID:
        return Item(kind, str(dice.randrange(10**8, 10**9)), service=dice.choice(("pixelpond", "harbourline")))
    if kind == Kind.URL:
        return Item(kind, f"https://{first}{number}.example.com/{second}/{dice.randrange(10**6)}")
    if kind == Kind.KEYWORD:
        return Item(kind, f"{first} {second} marker{number}")
    digits = f"{dice.getrandbits(4 * HEX_DIGITS[kind]):0{HEX_DIGITS[kind]}x}"
    return Item(kind, digits, quality=dice.randint(60, 100) if kind == Kind.PDQ else None)


def statement(dice: Random, kind: Kind) -> Statement:
    """What a member could say of a value of this kind."""
    identifier = kind in IDENTIFIERS
    behaviours = dice.sample(list(Behaviour), dice.randint(1, 2)) if identifier else []
    return Statement(
        harm=chosen(dice, HARMS_OF_IDENTIFIERS if identifier else HARMS_OF_CONTENT),
        clause=dice.choice(("Child safety 3.2", "Child safety 4.1", "Minors policy 2")),
        evidence_seen_by=dice.choice(("Child safety team", "Trust and safety, level 2")),
        review_method=ReviewMethod.CONVERSATION if identifier else ReviewMethod.CONTENT,
        origin=chosen(
            dice,
            {Origin.OWN_DETECTION: 45, Origin.USER_REPORT: 30, Origin.OWN_INVESTIGATION: 18, Origin.HOTLINE: 7},
        ),
        confidence=chosen(dice, {Confidence.HIGH: 70, Confidence.MEDIUM: 25, Confidence.LOW: 5}),
        no_authority_asked=True,
        behaviours=tuple(behaviours),
        ai=chosen(dice, {AiIndication.NOT_INDICATED: 88, AiIndication.SUSPECTED: 8, AiIndication.ESTABLISHED: 4})
        if not identifier
        else AiIndication.NOT_INDICATED,
        account_holder=chosen(
            dice, {AccountHolder.ADULT_INDICATED: 70, AccountHolder.UNKNOWN: 27, AccountHolder.POSSIBLY_CHILD: 3}
        )
        if identifier
        else AccountHolder.UNKNOWN,
        meaning="A phrase of the demonstration; it means nothing." if kind == Kind.KEYWORD else "",
        outward_note=dice.choice(("", "", "Part of a series of new accounts.", "Moves contacts to other services.")),
    )
