"""Public ids: random 50-bit integers, shown as LN-XXXXX-XXXXX in Crockford's base 32, decimal in outside protocols."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
PATTERN = "LN-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}"
_drawn_by: ContextVar[Callable[[int], int] | None] = ContextVar("drawn_by", default=None)


def new() -> int:
    """A fresh id. Uniqueness is the database's: a clash raises there and nothing is lost."""
    draw = _drawn_by.get() or secrets.randbits
    return draw(50)


@contextmanager
def drawn_by(draw: Callable[[int], int]) -> Iterator[None]:
    """Let `new()` take its bits from `draw` inside the block: a demo told twice has the same ids."""
    token = _drawn_by.set(draw)
    try:
        yield
    finally:
        _drawn_by.reset(token)


def shown(number: int) -> str:
    """The form that people read and type."""
    digits = "".join(ALPHABET[number >> shift & 31] for shift in range(45, -1, -5))
    return f"LN-{digits[:5]}-{digits[5:]}"


def parse(text: str) -> int:
    """The number behind a typed id; case, spaces and misread letters are forgiven.

    Raises ValueError when it is none.
    """
    body = text.strip().upper().replace(" ", "").replace("-", "").removeprefix("LN").translate(_MISREAD)
    if len(body) != 10:
        raise ValueError(text)
    number = 0
    for letter in body:
        number = number << 5 | ALPHABET.index(letter)
    return number


class Converter:
    """URL path converter `<lnid:…>`; only the canonical form is routed, so that a page has one address."""

    regex = PATTERN

    def to_python(self, value: str) -> int:
        return parse(value)

    def to_url(self, value: int) -> str:
        return shown(value)
