"""Who takes part in the demo world. Every name is invented; every address ends in example.org."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password

from lantern_site.audit.actors import Actor
from lantern_site.members import deadlines
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import organisations, staff

PASSWORD = "lantern-demo"
PLATFORM, EUROPE, AMERICA = MemberKind.PLATFORM, "europe", "north america"


@dataclass(frozen=True)
class Character:
    """Somebody of the demo world; `sign_in` is the part of the address before the at sign."""

    sign_in: str
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class House:
    """An organisation of the demo world, and after how many days of the story it joins."""

    name: str
    kind: MemberKind
    region: str
    joins: int
    people: tuple[Character, ...]
    weight: int = 0
    identifiers: bool = True


def _team(*names: str) -> tuple[Character, ...]:
    """A submitter, a reviewer, one who does both and looks at leads, and an admin; in a small team the last is both."""
    duties: tuple[tuple[Role, ...], ...] = (
        (Role.SUBMITTER, Role.ANALYST),
        (Role.REVIEWER, Role.ANALYST),
        (Role.SUBMITTER, Role.REVIEWER, Role.ANALYST),
        (Role.MEMBER_ADMIN, Role.REVIEWER),
    )
    held = list(duties[: len(names)])
    if Role.MEMBER_ADMIN not in held[-1]:
        held[-1] = (*held[-1], Role.MEMBER_ADMIN)
    return tuple(Character(name.split()[0].lower(), name, roles) for name, roles in zip(names, held, strict=True))


PROGRAMME = House(
    "Lantern programme",
    MemberKind.PROGRAMME,
    EUROPE,
    0,
    (
        Character("sol", "Sol Adeyemi", (Role.STEWARD,)),
        Character("wren", "Wren Halloran", (Role.STEWARD,)),
        Character("judith", "Judith Amsel", (Role.ADJUDICATOR,)),
        Character("piotr", "Piotr Lindqvist", (Role.EXTERNAL_ADJUDICATOR,)),
        Character("edda", "Edda Moreau", (Role.EDITOR,)),
        Character("paul", "Paul Achterberg", (Role.PUBLISHER,)),
        Character("aurelia", "Aurelia Stern", (Role.AUDITOR,)),
    ),
)
MEMBERS = (
    House("Harbourline", PLATFORM, EUROPE, 0, _team("Amal Okafor", "Ines Moreau", "Tomas Reyes", "Yuki Hart"), 20),
    House("Pixelpond", PLATFORM, AMERICA, 0, _team("Bela Novak", "Carla Ricci", "Dov Katz", "Esi Mensah"), 18),
    House("Kestrel Games", PLATFORM, AMERICA, 0, _team("Femi Ojo", "Greta Lund", "Hugo Blanc"), 14),
    House("Quillwood", PLATFORM, EUROPE, 20, _team("Iris Vogel", "Jonas Weber", "Kaya Demir"), 10),
    House("Brightbay", PLATFORM, "asia pacific", 45, _team("Lena Park", "Milo Tan", "Nadia Rahman"), 12),
    House("Cloudcrate", PLATFORM, EUROPE, 80, _team("Oskar Berg", "Priya Nair", "Quentin Roy"), 9),
    House("Mistral Chat", PLATFORM, EUROPE, 130, _team("Rosa Silva", "Stefan Ilic", "Tara Quinn"), 8),
    House("Fernway Forums", PLATFORM, "oceania", 210, _team("Una Walsh", "Viktor Hale"), 4, False),
    House("Lumen Video", PLATFORM, AMERICA, 300, _team("Wanda Cole", "Xavi Serra"), 6),
    House("Parcel Mail", PLATFORM, "africa", 660, _team("Yaw Boateng", "Zora Dlamini"), 3),
    House("Tidewater Pay", MemberKind.FINANCIAL, EUROPE, 60, _team("Anton Fiala", "Bruna Costa")),
    House("Halden Bank", MemberKind.FINANCIAL, EUROPE, 400, _team("Cleo Marsh", "Dario Conti")),
)  # fmt: skip
NEWCOMER = House(
    "Saltmarsh Social",
    PLATFORM,
    EUROPE,
    0,
    (
        Character("mina", "Mina Aalto", (Role.MEMBER_ADMIN,)),
        Character("noor", "Noor Haddad", (Role.ANALYST, Role.REVIEWER)),
    ),
)
"""Still in its onboarding when the story ends."""
DEMO_ACCOUNTS = ("amal", "ines", "bela", "sol", "judith", "edda", "paul", "yuki", "mina")


def address(character: Character) -> str:
    return f"{character.sign_in}@example.org"


def enter(house: House, starts: datetime, hashed: str) -> Organisation:
    """The organisation with its people, through the services."""
    joined_at, clock = starts + timedelta(days=house.joins), Actor.clock()
    organisation = organisations.admit(
        name=house.name,
        kind=house.kind,
        region=house.region,
        joined_on=joined_at.date(),
        probation_ends_on=joined_at.date() + timedelta(days=90),
        identifiers_allowed_from=joined_at.date() if house.identifiers else None,
        actor=clock,
        now=joined_at,
    )
    for character in house.people:
        enrol(character, organisation, joined_at, hashed)
    return organisation


def enrol(character: Character, organisation: Organisation, joined_at: datetime, hashed: str) -> None:
    """A person with a password and a second factor, trained on the first day."""
    person = staff.enrol(
        organisation_id=organisation.public_id,
        email=address(character),
        name=character.name,
        held=character.roles,
        trained_until=joined_at.date() + deadlines.TRAINING_LASTS,
        actor=Actor.clock(),
        now=joined_at,
        password=hashed,
    )
    TOTP.activate(person, generate_totp_secret())


def hashed_password() -> str:
    return make_password(PASSWORD)


def accounts() -> list[str]:
    """The demo accounts as the launcher prints them."""
    houses = (PROGRAMME, *MEMBERS, NEWCOMER)
    characters = {character.sign_in: character for house in houses for character in house.people}
    lines = [
        f"{address(characters[name]):<22} {characters[name].name:<18} "
        + ", ".join(str(role.label) for role in characters[name].roles)
        for name in DEMO_ACCOUNTS
    ]
    return [*lines, f"password for all: {PASSWORD}"]
