"""What comes out of normalising: a value in normal form, or a refusal with a code."""

from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Canonical:
    """One value in normal form. `service`, `alias` and `quality` are there where the kind has them; `shown` is for the
    person who typed it, and empty where it is the value itself."""

    value: str
    service: str | None = None
    alias: str | None = None
    shown: str = ""
    quality: int | None = None


class Refused(ValueError):
    """This cannot be a value of its kind. `code` never changes its meaning; `field` names the input at fault:
    `value`, `service`, `quality` or `kind`. `facts` are numbers and words for the sentence, never the value."""

    def __init__(self, code: str, field: str = "value", **facts: str | int) -> None:
        super().__init__(code)
        self.code, self.field, self.facts = code, field, facts


def refuse(code: str, field: str = "value", **facts: str | int) -> NoReturn:
    raise Refused(code, field, **facts)
