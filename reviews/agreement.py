"""How far two judgements agree, and how sure a share is: figures that say how much they do not know."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

CONFIDENT = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: intervals hold 95 %."""
LEAST_ESTIMATED = 100
"""Of fewer findings it is not said how often signals are right."""


@dataclass(frozen=True)
class Interval:
    """A number with the range that it may as well have been."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Pair:
    """Two verdicts on one thing by two people (primary keys)."""

    first: str
    second: str
    first_by: int
    second_by: int

    @property
    def agrees(self) -> bool:
        return self.first == self.second


def wilson(hits: int, among: int, z: float = CONFIDENT) -> Interval | None:
    """The share of hits with Wilson's score interval; nothing among none.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209–212.
    Unlike the plain interval it stays within 0 and 1, and holds for few observations and shares near the ends.
    """
    if not 0 <= hits <= among:
        raise ValueError(f"{hits} of {among}")
    if among == 0:
        return None
    share, spread = hits / among, z * z / among
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / among + spread / (4 * among))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return Interval(share, low, 1.0 if hits == among else min(1.0, middle + half))


def kappa(judged: Collection[tuple[str, str]], z: float = CONFIDENT) -> Interval | None:
    """Cohen's kappa of pairs of verdicts: how far they agree beyond what chance would bring. None where that is
    undefined: without pairs, and where everybody always says one and the same.

    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960),
    37–46; the standard error is that of J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of
    kappa and weighted kappa", Psychological Bulletin 72 (1969), 323–327.
    """
    among = len(judged)
    first, second = Counter(one for one, _ in judged), Counter(other for _, other in judged)
    by_chance = sum(first[word] * second[word] for word in first)
    if by_chance == among * among:
        return None
    expected = by_chance / among**2
    agreed = sum(one == other for one, other in judged) / among
    value = (agreed - expected) / (1 - expected)
    half = z * sqrt(_variance(Counter(judged), first, second, value, expected))
    return Interval(value, max(-1.0, value - half), min(1.0, value + half))


def _variance(
    cells: Mapping[tuple[str, str], int],
    first: Mapping[str, int],
    second: Mapping[str, int],
    value: float,
    expected: float,
) -> float:
    """Of kappa, after Fleiss, Cohen and Everitt; the share of pairs in each cell weighs by the margins beside it."""
    among, miss = sum(cells.values()), 1 - value
    total = -((value - expected * miss) ** 2)
    for (one, other), count in cells.items():
        margins = (second.get(one, 0) + first.get(other, 0)) / among
        weight = 1 - margins * miss if one == other else miss * margins
        total += count / among * weight**2
    return max(0.0, total) / (among * (1 - expected) ** 2)


# Totals that show nobody


@dataclass(frozen=True)
class Pool:
    """What is shown as one row: the words that it speaks of, and its pairs."""

    words: tuple[str, ...]
    pairs: tuple[Pair, ...]


def people_in(pairs: Collection[Pair]) -> int:
    """How many people a total of these speaks of: those who decided, or those who looked again, whoever are fewer."""
    return min(len({pair.first_by for pair in pairs}), len({pair.second_by for pair in pairs}))


def pooled(groups: Mapping[str, Sequence[Pair]], least: int) -> list[Pool]:
    """Rows of which each speaks of at least `least` people; nothing where all together are fewer.

    Groups of fewer people stand together in one row, with the next smallest where they are too few even so: left out,
    they could be found by subtracting the others from the total.
    """
    by_size = sorted(groups, key=lambda word: (people_in(groups[word]), word))
    together = [word for word in by_size if people_in(groups[word]) < least]
    alone = by_size[len(together) :]
    while together and people_in(_pairs(groups, together)) < least and alone:
        together.append(alone.pop(0))
    rows = [*([word] for word in reversed(alone)), *([together] if together else [])]
    pools = [Pool(tuple(sorted(words)), _pairs(groups, words)) for words in rows]
    return [pool for pool in pools if people_in(pool.pairs) >= least]


def _pairs(groups: Mapping[str, Sequence[Pair]], words: Sequence[str]) -> tuple[Pair, ...]:
    return tuple(pair for word in words for pair in groups[word])
