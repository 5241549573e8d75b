"""The few words in which the permission matrix is written, and what they mean for one cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES


class Outcome(StrEnum):
    """What comes back."""

    OK = "ok"
    """2xx, or the redirect after it."""
    REFUSED = "refused"
    """403, with a sentence."""
    HIDDEN = "hidden"
    """404, with the same bytes as for an id that does not exist."""
    LOGIN = "login"
    """302 to the sign-in."""
    INVALID = "invalid"
    """422: nothing speaks against it but what was sent."""
    WRONG = "wrong"
    """409: the thing is in another state, or in another person's hands."""
    UNAUTHORISED = "unauthorised"
    """401."""


OK, REFUSED, HIDDEN, LOGIN, INVALID, WRONG, UNAUTHORISED = Outcome


class Place(StrEnum):
    """Where the one who asks belongs, as seen from the thing: to its owner, to another member of its community, to a
    member outside of that community, or to the programme; and how the organisation stands."""

    OWN = "own"
    OWN_SUSPENDED = "own, suspended"
    OWN_DEAF = "own, may not receive"
    OWN_LEFT = "own, left"
    OTHER = "other"
    OTHER_SUSPENDED = "other, suspended"
    OTHER_DEAF = "other, may not receive"
    OTHER_LEFT = "other, left"
    OUTSIDE = "outside"
    PROGRAMME = "programme"

    @property
    def house(self) -> str:
        return self.value.partition(",")[0]

    @property
    def standing(self) -> str:
        """In which standing the organisation is, where it is not an active one."""
        return self.value.partition(", ")[2]


NO_ROLE = "no role"
NOBODY = "nobody"
MEMBERS = (*sorted(MEMBER_ROLES), NO_ROLE)
PROGRAMME = tuple(sorted(PROGRAMME_ROLES))
SCOPES = tuple(KeyScope.values)

Eyes = frozenset[Place]
OWN_HOUSE = frozenset({Place.OWN, Place.OWN_SUSPENDED, Place.OWN_DEAF, Place.OWN_LEFT})
OTHER_HOUSE = frozenset({Place.OTHER, Place.OTHER_SUSPENDED, Place.OTHER_DEAF, Place.OTHER_LEFT})

ALL: Eyes = frozenset(Place)
OWNER: Eyes = OWN_HOUSE
ONLY_PROGRAMME: Eyes = frozenset({Place.PROGRAMME})
OVERSEEN: Eyes = OWN_HOUSE | {Place.PROGRAMME}
"""The owner and the programme: what was not shared yet, jobs."""
SHARED: Eyes = OVERSEEN | {Place.OTHER}
"""A shared signal is seen by members of its community that may receive, and by nobody else."""
BLIND = frozenset({NO_ROLE, "editor", "publisher"})
"""Whoever holds no role, and those who only count: for them nothing about signals exists."""
FROM_OUTSIDE = "external_adjudicator"
GIVEN = frozenset({"dispute appealed"})
"""An external adjudicator sees what was given to them, and nothing else about signals."""
ABOUT_SIGNALS = frozenset(
    {
        "returned", "shared", "to correct", "waiting", "claimed", "unchecked", "held", "expiring", "lead",
        "dispute", "dispute on hold", "dispute decided", "dispute appealed", "recall", "recall kept", "case",
        "dispute of two", "dispute that stands", "dispute asked", "redress",
    }
)  # fmt: skip
"""The things of world.py that show something of a signal."""
PARTIES: Eyes = OVERSEEN | OTHER_HOUSE
"""Disputes and recalls go on whatever becomes of the organisations."""

UNABLE: Mapping[str, Eyes] = {
    "": frozenset(),
    "share": frozenset({Place.OWN_SUSPENDED, Place.OWN_LEFT, Place.OTHER_SUSPENDED, Place.OTHER_LEFT}),
    "receive": frozenset(
        {
            Place.OWN_SUSPENDED, Place.OWN_DEAF, Place.OWN_LEFT,
            Place.OTHER_SUSPENDED, Place.OTHER_DEAF, Place.OTHER_LEFT,
        }
    ),
    "connect": frozenset({Place.OWN_SUSPENDED, Place.OWN_LEFT, Place.OTHER_SUSPENDED, Place.OTHER_LEFT}),
}  # fmt: skip
"""Where the organisation's standing forbids what it takes to share, to receive, to connect machines."""


@dataclass(frozen=True)
class Rule:
    """One method of one route. `own`, `other`, `programme` name who may, by where they belong."""

    method: str
    on: str = ""
    seen: Eyes = ALL
    only: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    needs: str = ""
    trained: bool = False
    proven: bool | tuple[str, ...] = False
    inside: tuple[str, ...] = ()
    body: Mapping[str, object] | None = None
    form: str = ""
    others: Outcome = REFUSED
    nobody: Outcome = LOGIN
    but: Mapping[str, Outcome] = field(default_factory=dict)
    unseen: bool = False
    """Hidden from an external adjudicator."""

    def cells(self) -> Iterator[tuple[str, Place]]:
        """Everybody from everywhere; where there is no thing, another organisation is like the own one."""
        for place in Place:
            if self.on or place in OVERSEEN:
                yield from ((who, place) for who in self._people(place))
        yield NOBODY, Place.OWN

    def _people(self, place: Place) -> tuple[str, ...]:
        if self.nobody == UNAUTHORISED:
            return () if place == Place.PROGRAMME else SCOPES
        return PROGRAMME if place == Place.PROGRAMME else MEMBERS

    def expected(self, who: str, place: Place, *, empty: bool = False) -> Outcome:
        if who == NOBODY:
            return self.nobody
        if place not in self.seen or (self.only and who not in self.only):
            return HIDDEN
        if self.on in ABOUT_SIGNALS and (who in BLIND or (who == FROM_OUTSIDE and self.on not in GIVEN)):
            return HIDDEN
        if self.unseen and who == FROM_OUTSIDE:
            return HIDDEN
        by_form = empty and self.form == "first"
        if not by_form and (exception := self._exception(who, place)):
            return exception
        if self.inside and who not in self.inside:
            return REFUSED
        if by_form:
            return self.but.get(f"empty: {who}: {place}") or self.but.get(f"empty: {place}", INVALID)
        if not self.may(who, place):
            return self.others
        return INVALID if empty and self.form == "last" else OK

    def _exception(self, who: str, place: Place) -> Outcome | None:
        return next((self.but[key] for key in (f"{who}: {place}", place.value, who) if key in self.but), None)

    def needs_proof(self, who: str) -> bool:
        return self.proven if isinstance(self.proven, bool) else who in self.proven

    def may(self, who: str, place: Place) -> bool:
        named = {
            "own": self.own,
            "other": self.other,
            "outside": self.outside,
            "programme": self.programme,
        }[place.house]
        return who in named and place not in UNABLE[self.needs]


def page(
    on: str = "",
    seen: Eyes = ALL,
    *,
    only: str = "",
    inside: str = "",
    nobody: Outcome = LOGIN,
    but: Mapping[str, Outcome] | None = None,
) -> Rule:
    """A page that is read by all who may see the thing; `only` by these roles, for the others it does not exist;
    `inside` are the roles for whom it is, the others are refused."""
    everybody = (*MEMBERS, *PROGRAMME)
    return Rule(
        "GET",
        on,
        seen,
        only=_words(only),
        own=everybody,
        other=everybody,
        outside=everybody,
        programme=everybody,
        inside=_words(inside),
        nobody=nobody,
        but=but or {},
    )


def act(
    on: str = "",
    seen: Eyes = ALL,
    *,
    own: str = "",
    other: str = "",
    outside: str = "",
    programme: str = "",
    only: str = "",
    inside: str = "",
    needs: str = "",
    trained: bool = False,
    proven: bool | str = False,
    body: Mapping[str, object] | None = None,
    form: str = "first",
    others: Outcome = REFUSED,
    nobody: Outcome = LOGIN,
    but: Mapping[str, Outcome] | None = None,
) -> Rule:
    """A POST. With a `body` an empty one is refused, before it is asked who sends it or (form="last") afterwards.

    `only` and `inside` as with a page. `proven` may name the only ones who need a fresh second factor.
    """
    return Rule(
        "POST",
        on,
        seen,
        only=_words(only),
        own=_words(own),
        other=_words(other),
        outside=_words(outside),
        programme=_words(programme),
        needs=needs,
        trained=trained,
        proven=proven if isinstance(proven, bool) else _words(proven),
        inside=_words(inside),
        body=body,
        form=form if body else "",
        others=others,
        nobody=nobody,
        but=but or {},
    )


def call(
    method: str,
    on: str = "",
    seen: Eyes = ALL - {Place.PROGRAMME},
    *,
    own: str = "",
    other: str = "",
    needs: str = "",
    body: Mapping[str, object] | None = None,
    but: Mapping[str, Outcome] | None = None,
) -> Rule:
    """An operation of the machine interface; `own` and `other` name scopes of keys."""
    return Rule(
        method,
        on,
        seen,
        own=_words(own),
        other=_words(other),
        needs=needs,
        body=body,
        form="first" if body else "",
        nobody=UNAUTHORISED,
        but=but or {},
    )


EVERYBODY = " ".join(one.replace(" ", "_") for one in (*MEMBERS, *PROGRAMME))
"""Whoever has signed in."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("no_role", NO_ROLE) for word in text.split())
