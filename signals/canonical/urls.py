"""URLs: parsed as browsers parse them (WHATWG), without what only follows people around, public hosts only."""

import ipaddress
import json
import re
from pathlib import Path
from urllib.parse import unquote_plus

import ada_url

from signals.canonical.answers import Canonical, refuse

LONGEST_URL = 2_048

_LISTS = json.loads((Path(__file__).parents[1] / "data" / "addresses.json").read_text(encoding="utf-8"))
_TRACKING = frozenset(_LISTS["tracking"])
_TRACKING_PREFIXES = tuple(_LISTS["tracking_prefixes"])
_PRIVATE_SUFFIXES = tuple(_LISTS["private_suffixes"])
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")
_NOT_ALLOWED = re.compile("[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]")
_UNRESERVED = re.compile("[A-Za-z0-9._~-]")


def url(text: str) -> Canonical:
    if not re.match(r"https?://", text, re.IGNORECASE):
        refuse("url_scheme")
    parsed = _parsed(text)
    if parsed.username or parsed.password:
        refuse("url_userinfo")
    _public_host(parsed.hostname)
    query = _without_tracking(_escaped(parsed.search))
    value = f"{parsed.protocol}//{parsed.host}{_escaped(parsed.pathname)}{query}"
    if len(value) > LONGEST_URL:
        refuse("url_too_long", most=LONGEST_URL)
    return Canonical(value)


def _parsed(text: str) -> ada_url.URL:
    """The URL as browsers read it, its host without the dot of the root."""
    try:
        parsed = ada_url.URL(text)
        while parsed.hostname.endswith("."):
            parsed = ada_url.URL(f"{parsed.protocol}//{_without_root_dot(parsed.host)}{parsed.pathname}{parsed.search}")
    except (ValueError, UnicodeError):
        refuse("url_form")
    return parsed


def _without_root_dot(host: str) -> str:
    name, colon, port = host.partition(":")
    return name.rstrip(".") + colon + port


def _escaped(part: str) -> str:
    """Percent-encoding in one spelling (RFC 3986, 6.2.2): upper case, everywhere where it is needed and nowhere else. A
    percent sign that begins no escape becomes one, so that it cannot join what is decoded behind it."""
    needed = _NOT_ALLOWED.sub(lambda found: f"%{ord(found[0]):02X}", part)  # ASCII: the parser has encoded the others
    return _ESCAPE.sub(_one_escape, needed)


def _one_escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()


def _public_host(host: str) -> None:
    """Refuse a host that only exists inside somebody's own network."""
    bare = host.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        private = "." not in bare or any(bare == name or bare.endswith(f".{name}") for name in _PRIVATE_SUFFIXES)
    else:
        private = not _is_public(address)
    if private:
        refuse("url_private_host")


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the address, and the one it may wrap, can be reached from everywhere."""
    inner: ipaddress.IPv4Address | None = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast


def _without_tracking(search: str) -> str:
    """The query without the parameters that only follow people around; the others keep order and spelling."""
    kept = [part for part in search.removeprefix("?").split("&") if part and not _follows(part)]
    return "?" + "&".join(kept) if kept else ""


def _follows(parameter: str) -> bool:
    name = unquote_plus(parameter.partition("=")[0]).lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
