"""When a cell is sensitive, and how far from its count an attacker has to stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Rules:
    """When a cell is sensitive. An edition states the rules it was made with."""

    contributors: int = 3
    """Fewer members than this behind a cell are too few."""
    dominance_percent: int = 70
    """One member must not hold more than this share of a cell."""
    p_percent: int = 10
    """The second largest member must not be able to estimate the largest more closely than this."""
    count: int = 5
    """Smaller counts are hidden."""
    count_of_persons: int = 10
    """The same for counts of accounts, persons and the severest harms."""

    def least(self, *, about_persons: bool) -> int:
        """The smallest count that may be shown."""
        return self.count_of_persons if about_persons else self.count


DEFAULT = Rules()


def is_sensitive(contributions: Iterable[int], *, rules: Rules = DEFAULT, about_persons: bool = False) -> bool:
    """Whether a cell must be hidden. `contributions` holds what each member adds to it; a cell of nothing is harmless.

    The p % rule: with the largest contribution x₁ and the second x₂ of a total T, T − x₁ − x₂ < p/100 · x₁.
    """
    sizes = sorted((size for size in contributions if size), reverse=True)
    total = sum(sizes)
    if not total:
        return False
    second = sizes[1] if len(sizes) > 1 else 0
    return (
        len(sizes) < rules.contributors
        or total < rules.least(about_persons=about_persons)
        or 100 * sizes[0] > rules.dominance_percent * total
        or 100 * (total - sizes[0] - second) < rules.p_percent * sizes[0]
    )


class Margin(NamedTuple):
    """How far below and above the true count the closest bounds of an attacker must lie, at least."""

    down: int
    up: int


def margin(
    contributions: Mapping[int, int],
    *,
    rules: Rules = DEFAULT,
    about_persons: bool = False,
    member: int | None = None,
) -> Margin | None:
    """What a sensitive cell needs against the public, or against a member that subtracts its own contribution.

    Against the public the bounds must leave room for a cell that would not be sensitive: large enough, and with enough
    from others beside the largest. A member must not learn to within p % what the largest other member adds. None when
    it adds everything itself, and so has nothing to learn.
    """
    others = sorted((size for key, size in contributions.items() if size and key != member), reverse=True)
    if not others:
        return None
    own = contributions.get(member, 0) if member is not None else 0
    largest, total = others[0], sum(others) + own
    if member is not None:
        up = _percent_of(largest, rules.p_percent) - (total - own - largest)
        return Margin(min(total - own, max(1, _percent_of(largest, rules.p_percent))), max(1, up))
    second = others[1] if len(others) > 1 else 0
    beside = _percent_of(largest, rules.p_percent) - (total - largest - second)
    diluted = -(-100 * largest // rules.dominance_percent) - total
    enough = rules.least(about_persons=about_persons) - total
    return Margin(min(total, max(1, beside)), max(1, beside, diluted, enough))


def _percent_of(size: int, percent: int) -> int:
    """Rounded up."""
    return -(-size * percent // 100)
