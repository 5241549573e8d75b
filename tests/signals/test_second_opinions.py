"""What others say about the vectors: libraries that know nothing of our rules. Where they differ, it stands in a table
here with the reason, and a difference that goes away fails as well."""

import re
import socket
import unicodedata
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.headerregistry import Address
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import idna
import pytest
import rfc3986
import stdnum.bitcoin
import stdnum.iban
from stdnum import numdb

from signals import specification
from signals.canonical.payments import IBAN_LENGTHS
from signals.kinds import Kind

VECTORS = specification.vectors()
FLAWED = "flawed"
"""What a library is said to answer when it refuses."""


def of(kind: Kind) -> Iterator[tuple[str, str]]:
    """Inputs of a kind with their normal form, or with `FLAWED`."""
    return ((one["input"], one.get("normal_form", FLAWED)) for one in VECTORS if one["kind"] == kind.value)


def taken(kind: Kind) -> list[tuple[str, str]]:
    return [(raw, value) for raw, value in of(kind) if value != FLAWED]


def differences(pairs: list[tuple[str, str]], opinion: Callable[[str], str]) -> dict[str, str]:
    """What `opinion` says of each input on which it does not agree."""
    said = {raw: opinion(raw) for raw, _ours in pairs}
    return {raw: said[raw] for raw, ours in pairs if said[raw] != ours}


# Hosts


def hosts() -> list[tuple[str, str]]:
    """Names of hosts as they were given, and as they stand in the normal form."""
    mails = [(raw.rpartition("@")[2], value.rpartition("@")[2]) for raw, value in taken(Kind.EMAIL) if "@" in raw]
    links = [
        (found[1].rstrip("."), urlsplit(value).hostname or "")
        for raw, value in taken(Kind.URL)
        if (found := re.match(r"https?://([^/?#:\[\]@]+)", raw, re.IGNORECASE))
    ]
    return [(raw.strip(), ours) for raw, ours in {*mails, *links} if re.search("[a-wyz]", ours)]


def by_idna_2008(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return FLAWED


def by_idna_2003(host: str) -> str:
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return FLAWED


def test_hosts_are_written_as_the_idna_library_writes_them() -> None:
    assert differences(hosts(), by_idna_2008) == {
        # Browsers open these, so that they are met: UTS 46 as the WHATWG uses it is wider than IDNA 2008.
        "☃.example": FLAWED,
        "xn--ls8h.example": FLAWED,
        "a_b.example.org": FLAWED,
        ".example.org": FLAWED,
        # Only inside a URL is a host percent-encoded.
        "exa%6dple.org": FLAWED,
    }


def test_hosts_are_written_as_idna_2003_wrote_them_but_for_sharp_s() -> None:
    assert differences(hosts(), by_idna_2003) == {
        # Two names since 2010: ß is a letter of its own.
        "straße.example": "strasse.example",
        "faß.example": "fass.example",
        # As above.
        "exa%6dple.org": "exa%6dple.org",
        ".example.org": FLAWED,
    }


@pytest.mark.parametrize("written", ["0x5db8d70e", "1572394766", "93.184.55054", "0135.0270.0327.016"])
def test_odd_spellings_of_an_address_are_what_the_system_takes_them_for(written: str) -> None:
    normal = dict(taken(Kind.URL))[f"https://{written}/"]

    assert urlsplit(normal).hostname == socket.inet_ntoa(socket.inet_aton(written))


def test_ipv6_is_compressed_as_the_standard_library_does() -> None:
    found = [urlsplit(value).hostname or "" for _raw, value in taken(Kind.URL) if "[" in value]

    assert len(found) > 3
    for host in found:
        packed = IPv6Address(host)
        mapped = packed.ipv4_mapped
        assert mapped or packed.compressed == host  # a mapped address has two usual spellings; the WHATWG writes hex


# URLs


def by_rfc_3986(raw: str) -> str:
    """Syntax-based and scheme-based normalisation of RFC 3986 alone, fragment away."""
    found = rfc3986.uri_reference(raw).normalize()
    if not found.authority:
        return FLAWED
    port = {"http": ":80", "https": ":443"}.get(found.scheme or "", "")
    query = f"?{found.query}" if found.query else ""
    return f"{found.scheme}://{found.authority.removesuffix(port)}{found.path or '/'}{query}"


DIFFERENT_HOST = re.compile(r"https?://([^/]*[^\x00-\x7f]|[^/]*(%6d|55054|\.[/:])|0|[0-9]{5,}/|\[.*(:0|\.))")
"""Hosts that only the WHATWG brings into one spelling: Unicode, root dots, numbers; the tests above look at them."""


def test_urls_are_normal_by_rfc_3986() -> None:
    for _raw, value in taken(Kind.URL):
        assert rfc3986.uri_reference(value).normalize().unsplit() == value
        assert urlsplit(value).geturl() == value


def test_urls_differ_from_rfc_3986_alone_where_we_say_so() -> None:
    pairs = [(raw, ours) for raw, ours in taken(Kind.URL) if not DIFFERENT_HOST.match(raw)]
    base = "https://example.org/"

    assert len(pairs) > 30
    assert differences(pairs, by_rfc_3986) == {
        # What needs no escape is written without one (RFC 3986, 6.2.2.2, which rfc3986 leaves out).
        f"{base}%7euser": f"{base}%7Euser",
        f"{base}%7Euser": f"{base}%7Euser",
        f"{base}%41%2dB": f"{base}%41%2DB",
        f"{base}?q=%41": f"{base}?q=%41",
        f"{base}a/./b/%2e%2e/c": f"{base}a/b/%2E%2E/c",
        f"{base}%%34%31": f"{base}%25%2534%2531",
        f"{base}%4%31": f"{base}%254%2531",
        # Tracking parameters and empty ones go.
        f"{base}?utm_source=a&v=2&FBCLID=3&w": f"{base}?utm_source=a&v=2&FBCLID=3&w",
        f"{base}a?gclid=1": f"{base}a?gclid=1",
        f"{base}a?&&b=1&": f"{base}a?&&b=1&",
        f"{base}a?%75tm_source=1": f"{base}a?%75tm_source=1",
        f"{base}a?UTM_Medium=x#utm": f"{base}a?UTM_Medium=x",
        f"{base}?{'utm_a=1&' * 5}b": f"{base}?{'utm_a=1&' * 5}b",
        "https://m.youtube.com/?utm_source=x": "https://m.youtube.com/?utm_source=x",
        # Browsers drop tabs and line ends, forgive a third slash and an empty user name, read a backslash as a slash.
        f"{base}a\tb": f"{base}a%09b",
        f"{base}a\nb": f"{base}a%0Ab",
        f"{base}[c]\\d": f"{base}[c]%5Cd",
        "https:///example.org/a": FLAWED,
        "https://@example.org/": FLAWED,
        # In a query browsers escape the apostrophe. Brackets are for IPv6 alone: rfc3986 leaves them.
        f"{base}?'\"<>": f"{base}?'%22%3C%3E",
        f"{base}?{{a}}|b^[c]": f"{base}?%7Ba%7D%7Cb%5E[c]",
    }


def test_no_parameter_is_lost_but_those_that_track() -> None:
    for raw, value in taken(Kind.URL):
        before, after = (parse_qsl(urlsplit(text).query, keep_blank_values=True) for text in (raw, value))
        gone = {name.lower() for name, _content in before} - {name.lower() for name, _content in after}
        assert all(re.match("utm_|fbclid|gclid", name) for name in gone)


# E-mail addresses


def by_the_standard_library(raw: str) -> str:
    """RFC 5322 alone. Ends and what lies outside ASCII are not its concern and put in order first."""
    text = unicodedata.normalize("NFKC", raw.strip("\ufeff \n")).lower()
    local, _at, domain = text.rpartition("@")
    try:
        found = Address(addr_spec=f"{'x' if local and not local.isascii() else local}@{domain}")
    except (ValueError, HeaderParseError, IndexError):
        return FLAWED
    name = found.username if local.isascii() else local
    return f"{name}@{by_idna_2008(found.domain)}" if found.domain.isascii() is False else f"{name}@{found.domain}"


def test_email_addresses_are_what_the_standard_library_reads() -> None:
    ours = [(raw, value) for raw, value in of(Kind.EMAIL) if 0 < len(raw.strip()) < 4_096]

    assert differences(ours, by_the_standard_library) == {
        # Only inside one network, or not to be delivered by name.
        "anna@localhost": "anna@localhost",
        "anna@example": "anna@example",
        "anna@[192.0.2.1]": "anna@[192.0.2.1]",
        # Nobody has a quoted local part; hosts have neither underscores nor slashes nor endless labels.
        '"anna b"@example.org': "anna b@example.org",
        "anna@exa_mple.org": "anna@exa_mple.org",
        "anna@-example.org": "anna@-example.org",
        "anna@example.org/path": "anna@example.org/path",
        f"anna@{'a' * 64}.org": f"anna@{'a' * 64}.org",
        # Characters that are not seen make two addresses look alike.
        "an\u200bna@example.org": "an\u200bna@example.org",
        "an\u202ena@example.org": "an\u202ena@example.org",
    }


# Payment handles


def registry() -> dict[str, int]:
    """The length of an IBAN of each country, from the registry as python-stdnum carries it."""
    plan = numdb.get("iban")
    found = {}
    for letters in (f"{one}{two}" for one in ALPHABET for two in ALPHABET):
        parts = plan.info(letters + "0" * 40)
        if parts and "bban" in parts[0][1]:
            found[letters] = 4 + sum(int(count) for count in re.findall(r"(\d+)!", parts[0][1]["bban"]))
    return found


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_the_countries_and_lengths_of_ibans_are_those_of_the_registry() -> None:
    assert dict(IBAN_LENGTHS) == registry()


def by_stdnum(raw: str) -> str:
    text = re.sub(r"^iban[: ]\s*", "", unicodedata.normalize("NFKC", raw), flags=re.IGNORECASE)
    text = re.sub(r"[\u200b-\u202e]", "", text)
    return f"iban:{stdnum.iban.compact(text)}" if stdnum.iban.is_valid(text) else FLAWED


def test_ibans_are_what_stdnum_takes_for_one() -> None:
    accounts = [
        (one["input"], one.get("normal_form", FLAWED))
        for one in VECTORS
        if one.get("normal_form", "").startswith("iban:") or one.get("refused", "").startswith("iban_")
    ]

    assert len(accounts) > 20
    assert differences(accounts, by_stdnum) == {
        # The example of the registry. No bank of Belgium has this number, which stdnum knows: banks come and go.
        "BE68539007547034": FLAWED,
    }


def by_stdnum_bitcoin(raw: str) -> str:
    text = re.sub("^bitcoin:", "", raw.strip("\u200b"), flags=re.IGNORECASE).partition("?")[0]
    return f"bitcoin:{stdnum.bitcoin.compact(text)}" if stdnum.bitcoin.is_valid(text) else FLAWED


def test_addresses_of_bitcoin_are_what_stdnum_takes_for_one() -> None:
    def concerns(one: dict[str, Any]) -> bool:
        said = re.match("bitcoin:|bc1|1|3|\u200b1", one["input"], re.IGNORECASE)
        return one["kind"] == Kind.PAYMENT.value and said is not None

    addresses = {one["input"]: one.get("normal_form", FLAWED) for one in VECTORS if concerns(one)}
    disagreed = differences(list(addresses.items()), by_stdnum_bitcoin)

    assert len(addresses) > 15
    # stdnum knows Bech32 only: from version 1 on the checksum is that of Bech32m (BIP 350). It forgives mixed case,
    # which BIP 173 forbids.
    assert {raw: addresses[raw] for raw in disagreed if re.match("(bitcoin:)?bc1p", raw, re.IGNORECASE)} == {
        raw: addresses[raw] for raw in addresses if re.match("(bitcoin:)?bc1p", raw, re.IGNORECASE)
    }
    [mixed] = [raw for raw in disagreed if not re.match("(bitcoin:)?bc1p", raw, re.IGNORECASE)]
    assert mixed not in (mixed.lower(), mixed.upper())
    assert addresses[mixed] == FLAWED


# Telephone numbers

DIALLED = {
    "+33 1 99 00 12 34": ("33", "199001234"),
    "+33199001234": ("33", "199001234"),
    "＋３３１９９００１２３４": ("33", "199001234"),
    "\u202a+33 1 99 00 12 34\u202c": ("33", "199001234"),
    "+44 (0)20 7946 0123": ("44", "2079460123"),
    "+44 20 7946 0123": ("44", "2079460123"),
    "tel:+1-202-555-0143": ("1", "2025550143"),
    "TEL:+12025550143": ("1", "2025550143"),
    "+1 (202) 555-0143": ("1", "2025550143"),
    "+1.202.555.0143": ("1", "2025550143"),
    "+1\u00a0202\u00a0555\u00a00143": ("1", "2025550143"),
    "+1\u2011202\u2011555\u20110143": ("1", "2025550143"),
    "+49 30 23125-123": ("49", "3023125123"),
    "+49/30/23125123": ("49", "3023125123"),
    "+61 491 570 006": ("61", "491570006"),
    "+39 06 1234 5678": ("39", "0612345678"),  # Italy keeps the zero
    "+1 800 555 0199": ("1", "8005550199"),
    "+33 800 12 34 56": ("33", "800123456"),
}
"""What a person would dial: the code of the country, and the national number without its trunk digit."""


def test_telephone_numbers_are_what_a_person_would_dial() -> None:
    assert dict(taken(Kind.PHONE)) == {raw: f"+{country}{number}" for raw, (country, number) in DIALLED.items()}
    assert all(len(value) <= 16 for _raw, value in taken(Kind.PHONE))  # E.164: at most 15 digits
