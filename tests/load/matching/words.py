"""Keywords in messages against `pyahocorasick`, and near profile names against `pg_trgm`."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from rapidfuzz.distance import Levenshtein

from signals.matching.names import NameIndex
from signals.matching.text import KeywordIndex
from tests.load.bars import Bar, in_turns
from tests.load.matching import peers

LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


@dataclass(frozen=True)
class Sizes:
    phrases: int = 10_000
    messages: int = 50_000
    names: int = 1_000_000
    asked: int = 10_000
    asked_of_postgres: int = 20
    rounds: int = 5


QUICK = Sizes(phrases=200, messages=300, names=2_000, asked=100, asked_of_postgres=5, rounds=1)


def _words(count: int, chance: random.Random) -> list[str]:
    """Different made-up words of 3 to 10 letters, of which some are frequent in speech and most are not."""
    weights = [1 / (place + 3) for place in range(len(LETTERS))]
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(chance.choices(LETTERS, weights, k=chance.randint(3, 10)))] = None
    return list(made)


def _messages(words: Sequence[str], phrases: Sequence[str], count: int, chance: random.Random) -> list[str]:
    """Sentences of 6 to 30 words, frequent words first (Zipf); one in a hundred has a phrase in it."""
    weights = [1 / (place + 1) for place in range(len(words))]
    messages = []
    for number in range(count):
        spoken = chance.choices(words, weights, k=chance.randint(6, 30))
        if number % 100 == 0:
            spoken.insert(chance.randint(0, len(spoken)), chance.choice(phrases))
        messages.append(" ".join(spoken).capitalize() + ".")
    return messages


def keywords(sizes: Sizes) -> Iterator[Bar]:
    """Phrases of two and three ordinary words, looked for in messages: whole words only, on both sides.

    What keeps it from more: the automaton takes a twentieth of our time by now. The rest are passes of NumPy over all
    characters (lower case, edges of words, their first letters looked up), none of them more than a fifth.
    """
    if peers.ahocorasick is None:
        return
    chance = random.Random(3)
    words = _words(20_000 if sizes.phrases > 1_000 else 500, chance)
    phrases = list({" ".join(chance.sample(words, chance.randint(2, 3))) for _number in range(sizes.phrases)})
    messages = _messages(words, phrases, sizes.messages, chance)
    index = KeywordIndex(dict(enumerate(phrases)))
    automaton = peers.ahocorasick.Automaton()
    for number, phrase in enumerate(phrases):
        automaton.add_word(phrase, (number, len(phrase)))
    automaton.make_automaton()

    def theirs() -> list[tuple[int, int, int, int]]:
        return [
            (number, phrase, start, end)
            for number, message in enumerate(messages)
            for phrase, start, end in _whole(automaton, message.lower())
        ]

    if sorted(theirs()) != sorted(tuple(hit) for hit in index.search(messages)):
        raise AssertionError("pyahocorasick and the engine do not find the same.")
    slow, fast = in_turns(sizes.rounds, theirs, lambda: index.search(messages))
    note = f"{fast / len(messages) * 1e6:.2f} µs against {slow / len(messages) * 1e6:.2f} µs per message"
    yield Bar("keywords-10k", slow / fast, 4, 7, "× pyahocorasick per message", len(messages), sizes.rounds, note)


def _whole(automaton: Any, text: str) -> Iterator[tuple[int, int, int]]:
    for last, (phrase, length) in automaton.iter(text):
        start, end = last - length + 1, last + 1
        if not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            yield phrase, start, end


def names(sizes: Sizes, connection: Any) -> Iterator[Bar]:
    """Handles one edit apart. PostgreSQL finds by trigrams, in the default threshold; distances are checked after."""
    chance = random.Random(4)
    words = _words(3_000, chance)
    known = list(
        dict.fromkeys(
            f"{chance.choice(words)}{chance.choice(['', '_', '.'])}{chance.choice(words)}{chance.randint(1, 999)}"
            for _number in range(sizes.names)
        )
    )
    asked = [_edited(handle, chance) for handle in chance.sample(known, sizes.asked)]
    index = NameIndex([f"kestrel:{handle}" for handle in known], range(len(known)))
    questions = [f"kestrel:{handle}" for handle in asked]
    few = asked[: sizes.asked_of_postgres]
    _fill(connection, known)

    def theirs() -> set[tuple[int, int]]:
        found = set()
        for place, handle in enumerate(few):
            rows = connection.execute("SELECT id, handle FROM names WHERE handle %% %s", [handle])
            found |= {(place, number) for number, other in rows if Levenshtein.distance(handle, other) <= 1}
        return found

    ours = {(hit.query, hit.id) for hit in index.search(questions[: len(few)]) if hit.distance < 2}
    there = theirs()
    if there - ours:
        raise AssertionError("pg_trgm finds names that the engine does not.")
    slow, fast = in_turns(sizes.rounds, theirs, lambda: index.search(questions), clock=perf_counter)
    value = slow / len(few) / (fast / len(questions))
    note = f"recall 1; pg_trgm {len(there) / max(1, len(ours)):.2f} at its threshold of 0.3, asked {len(few)}"
    yield Bar("names-1m", value, 100, 400, "× pg_trgm", len(questions), sizes.rounds, note)


def _edited(handle: str, chance: random.Random) -> str:
    """The handle with one character taken out, put in or replaced."""
    at, letter = chance.randrange(len(handle)), chance.choice(LETTERS)
    return chance.choice([handle[:at], handle[:at] + letter]) + handle[at + chance.randint(0, 1) :]


def _fill(connection: Any, known: Sequence[str]) -> None:
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    connection.execute("DROP TABLE IF EXISTS names")
    connection.execute("CREATE TABLE names (id integer, handle text)")
    with connection.cursor().copy("COPY names FROM STDIN") as copy:
        for row in enumerate(known):
            copy.write_row(row)
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("CREATE INDEX ON names USING gin (handle gin_trgm_ops)")
    connection.execute("VACUUM ANALYZE names")
