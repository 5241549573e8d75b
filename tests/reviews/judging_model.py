"""What is remembered of disputes and signals while judgement is lived at random, in plain Python."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.builders import NOW


@dataclass
class Objection:
    """The model of a dispute."""

    id: int
    by: str
    about_a_person: bool
    hold_asked: bool
    signals: set[int]
    state: str = "opened"
    result: str = ""
    decided_by: str = ""
    decided_at: datetime = NOW
    holding: bool = False
    had_hold: bool = False
    retracted: set[int] = field(default_factory=set)
    given_to: str = ""
    acted: set[str] = field(default_factory=set)


@dataclass
class Statement:
    """The model of a signal."""

    id: int
    status: str = "submitted"
    by: str = "olga"
    proposed_by: str = ""
    is_held_by_the_programme: bool = False
    version: int = 1
    newest: int = 1
    claimed_by: str = ""
    claimed_until: datetime = NOW
    acted: set[str] = field(default_factory=set)
