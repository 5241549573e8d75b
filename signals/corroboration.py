"""Corroboration: when one member's signal supports what another member says, and when it only repeats it.

A member that shares what it had been given by another adds nothing, however honest it is; nor does one whose signal
says itself that it rests on another. Members that have merged speak with one voice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from signals.kinds import CORROBORATING


@dataclass(frozen=True)
class Given:
    """Another's signal on the same indicator as it was handed to a house: who had shared it, and when it was given."""

    sharer: int
    at: datetime


@dataclass(frozen=True)
class Voice:
    """One signal in use on an indicator. `house` is the member, the same number for all that have become one."""

    house: int
    origin: str
    prompted: bool

    @property
    def is_independent(self) -> bool:
        return self.origin in CORROBORATING and not self.prompted


def is_prompted(house: int, shared_at: datetime, given: Iterable[Given]) -> bool:
    """Whether a house had a signal of another in its hands before, or in the moment in which, it shared its own."""
    return any(one.sharer != house and one.at <= shared_at for one in given)


def confirming(voices: Iterable[Voice], house: int) -> int:
    """How many members beside this one say it of their own knowledge."""
    return len({voice.house for voice in voices if voice.is_independent} - {house})
