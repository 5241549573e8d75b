from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.errors import Invalid
from lantern_site.members import networks

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@st.composite
def a_network(draw: st.DrawFn, address: object = None) -> str:
    """A network, around an address if one is given."""
    around = address or draw(ADDRESSES)
    width = draw(st.integers(1, 32 if around.version == 4 else 128))  # type: ignore[attr-defined]
    return str(ip_network(f"{around}/{width}", strict=False))


NETWORKS = st.lists(a_network(), max_size=networks.MOST)


@given(ADDRESSES, NETWORKS, st.booleans())
def test_an_address_is_allowed_if_and_only_if_a_network_contains_it(
    address: networks.Address, texts: list[str], around: bool
) -> None:
    seen = networks.read(str(address))
    assert seen is not None
    if around and texts:
        texts = [*texts[1:], str(ip_network(f"{seen}/{seen.max_prefixlen // 2}", strict=False))]
    parsed = networks.parse(texts)

    contained = any(seen in ip_network(text) for text in parsed)

    assert networks.allows(parsed, seen) == (contained or not texts)
    if around and texts:
        assert contained


@given(st.ip_addresses(v=4), st.integers(1, 32))
def test_a_mapped_address_is_the_one_that_it_maps(address: networks.Address, width: int) -> None:
    network = ip_network(f"{address}/{width}", strict=False)
    mapped = f"::ffff:{network.network_address}/{96 + width}"

    assert networks.read(f"::ffff:{address}") == address
    assert networks.parse([mapped]) == [str(network)]
    assert networks.allows([str(network)], networks.read(f"::ffff:{address}"))


@given(NETWORKS)
def test_a_second_reading_changes_nothing(texts: list[str]) -> None:
    once = networks.parse(texts)

    assert networks.parse(once) == once
    assert networks.narrows(once, once)


@given(NETWORKS, NETWORKS, ADDRESSES)
def test_what_narrows_allows_nothing_more(wished: list[str], old: list[str], address: networks.Address) -> None:
    wished, old, seen = networks.parse(wished), networks.parse(old), networks.read(str(address))

    if networks.narrows(wished, old) and networks.allows(wished, seen):
        assert networks.allows(old, seen)


@given(ADDRESSES)
def test_what_is_remembered_contains_the_address_and_many_more(address: networks.Address) -> None:
    seen = networks.read(str(address))
    assert seen is not None

    prefix = ip_network(networks.prefix_of(seen))

    assert seen in prefix
    assert prefix.num_addresses >= 256


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("here", "is no network"),
        ("203.0.113.0/33", "is no network"),
        ("203.0.113.300", "is no network"),
        ("fe80::1%eth0/64", "is no network"),
        ("203.0.113.7/24", "203.0.113.0/24 for the network, or 203.0.113.7 alone"),
        ("2001:db8::7/32", "2001:db8::/32 for the network, or 2001:db8::7 alone"),
        ("0.0.0.0/0", "every address"),
        ("::/0", "every address"),
        ("::ffff:0.0.0.0/96", "every address"),
    ],
)
def test_what_is_no_network_is_refused_with_what_to_write_instead(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        networks.parse([text])

    assert refusal.value.field == "networks"


def test_networks_are_few_and_each_stands_once() -> None:
    many = [f"203.0.113.{number}" for number in range(networks.MOST + 1)]

    assert networks.parse([" 203.0.113.7 ", "", "203.0.113.7/32"]) == ["203.0.113.7/32"]
    with pytest.raises(Invalid, match="20 networks"):
        networks.parse(many)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", None),
        ("unknown", None),
        ("203.0.113.7, 10.0.0.1", None),
    ],
)
def test_an_address_is_read_as_servers_and_proxies_write_it(text: str, address: str | None) -> None:
    assert networks.read(text) == (ip_address(address) if address else None)


@pytest.mark.parametrize(
    ("proxies", "passed", "address"),
    [
        (0, None, "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.8", "203.0.113.7"),
        (2, "203.0.113.7", None),
        (1, "", None),
        (1, None, None),
    ],
)
def test_only_what_our_own_proxies_say_counts(proxies: int, passed: str | None, address: str | None) -> None:
    meta = {"REMOTE_ADDR": "10.0.0.9"} | ({} if passed is None else {"HTTP_X_FORWARDED_FOR": passed})

    assert networks.of_client(meta, proxies) == (ip_address(address) if address else None)
