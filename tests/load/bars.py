"""Bars: what was measured, what it must reach at least, and what it is meant to reach."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time


@dataclass(frozen=True)
class Bar:
    bar: str
    value: float
    floor: float
    goal: float
    unit: str
    n: int
    rounds: int
    note: str = ""
    better: str = "higher"

    def reaches(self, level: float) -> bool:
        return self.value >= level if self.better == "higher" else self.value <= level

    @property
    def verdict(self) -> str:
        if not self.reaches(self.floor):
            return "BELOW THE FLOOR"
        return "goal" if self.reaches(self.goal) else "floor"


def in_turns(rounds: int, *sides: Callable[[], object], clock: Callable[[], float] = process_time) -> list[float]:
    """The median seconds of each side; they take turns, and who begins changes from round to round.

    Seconds of the processor, so that other work on the machine counts little; where a side waits for a server, say
    `perf_counter`.
    """
    seconds: list[list[float]] = [[] for _side in sides]
    for number in range(rounds):
        places = range(len(sides)) if number % 2 == 0 else range(len(sides) - 1, -1, -1)
        for place in places:
            began = clock()
            sides[place]()
            seconds[place].append(clock() - began)
    return [median(times) for times in seconds]


def table(bars: Sequence[Bar]) -> str:
    """For the terminal."""
    head = ("bar", "value", "floor", "goal", "unit", "reached", "note")
    rows = [
        (bar.bar, f"{bar.value:,.4g}", f"{bar.floor:,g}", f"{bar.goal:,g}", bar.unit, bar.verdict, bar.note)
        for bar in bars
    ]
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in (head, *rows)]
    return "\n".join(line.rstrip() for line in lines)


def write(bars: Sequence[Bar], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(bar) for bar in bars], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
