"""E-mail addresses, and the looser form at providers that deliver several spellings to one mailbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from email_validator import EmailNotValidError, validate_email

from signals.canonical.answers import Canonical, refuse
from signals.canonical.text import lowered

_LISTS = json.loads((Path(__file__).parents[1] / "data" / "addresses.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _Provider:
    """A provider that delivers `name+anything` to `name`. `domain` is the one that its domains have in common."""

    domain: str
    dots_ignored: bool


def _providers() -> dict[str, _Provider]:
    return {
        domain: _Provider(entry["domains"][0] if entry["same_mailbox"] else domain, entry["dots_ignored"])
        for entry in _LISTS["providers"]
        for domain in entry["domains"]
    }


_PROVIDERS: Mapping[str, _Provider] = MappingProxyType(_providers())


def email(text: str) -> Canonical:
    value, domain = _address(text)
    again, _domain = _address(value)
    if again != value:
        refuse("email_no_single_form")
    local = value.rpartition("@")[0]
    return Canonical(value, alias=_alias(value), shown=f"{local}@{domain}")


def _address(text: str) -> tuple[str, str]:
    """The normal form of an e-mail address, and its domain as people read it."""
    text = lowered(text)  # first, because a wide ＠ is an @ sign
    if "@" not in text:
        refuse("email_no_at")
    if any(mark in text for mark in "<>,; \t\r\n"):
        refuse("email_several")
    try:
        parts = validate_email(text, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        refuse("email_form")
    domain = (parts.ascii_domain or parts.domain).lower()
    return f"{lowered(parts.local_part)}@{domain}", parts.domain


def _alias(value: str) -> str | None:
    local, _at, domain = value.rpartition("@")
    provider = _PROVIDERS.get(domain)
    if provider is None:
        return None
    name = local.partition("+")[0] or local
    return f"{name.replace('.', '') if provider.dots_ignored else name}@{provider.domain}"
