"""Addresses of machines: from which networks a key may be used, and from where it was.

Pure functions over the standard library's `ipaddress`. An IPv4 address that comes mapped into IPv6
(`::ffff:192.0.2.1`, as a server that listens on both sees it) is the IPv4 address, everywhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _

from lantern_site.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST = 20
SEEN_AS = {4: 24, 6: 48}
"""How much of an address is remembered, by its version: enough to notice a stranger, too little to name a machine."""
_MAPPED = IPv6Network("::ffff:0:0/96")


def read(text: str) -> Address | None:
    """The address that a server or a proxy wrote, with or without port, brackets or zone; None when it is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def of_client(meta: Mapping[str, str], proxies: int) -> Address | None:
    """The address of whoever sent a request, from its WSGI environment, with `proxies` of ours in front.

    Each proxy adds the address that it was called from at the end of X-Forwarded-For, so the client is counted from the
    end: what stands further left was written by the client and may be anything. None when fewer addresses came than
    there are proxies: then the request took another way, and nobody knows from where.
    """
    if not proxies:
        return read(meta.get("REMOTE_ADDR", ""))
    passed = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return read(passed[-proxies]) if len(passed) >= proxies else None


def parse(texts: Iterable[str]) -> list[str]:
    """The networks in their normal form, each once. Raises Invalid for `networks`, with the one that is at fault."""
    found = list(dict.fromkeys(str(_parsed(text.strip())) for text in texts if text.strip()))
    if len(found) > MOST:
        raise Invalid(_("Name %(most)d networks at most.") % {"most": MOST}, "networks")
    return found


def _parsed(text: str) -> Network:
    try:
        network = _unmapped(ip_network(text.replace("%", "?"), strict=False))  # zones mean nothing from outside
    except ValueError:
        sentence = _("“%(network)s” is no network. Write one like 203.0.113.0/24 or 2001:db8:7::/48.")
        raise Invalid(sentence % {"network": text[:60]}, "networks") from None
    if not network.prefixlen:
        sentence = _("“%(network)s” is every address. Name no network if the key may be used from anywhere.")
        raise Invalid(sentence % {"network": text}, "networks")
    try:
        ip_network(text)
    except ValueError:
        sentence = _("“%(network)s” is an address in a network. Write %(meant)s for the network, or %(address)s alone.")
        words = {"network": text, "meant": network, "address": text.partition("/")[0]}
        raise Invalid(sentence % words, "networks") from None
    return network


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return ip_network(f"{mapped}/{network.prefixlen - 96}")
    return network


def allows(networks: Sequence[str], address: Address | None) -> bool:
    """Whether a key with these networks may be used from the address: from anywhere when there are none."""
    return not networks or (address is not None and any(address in ip_network(network) for network in networks))


def narrows(wished: Sequence[str], old: Sequence[str]) -> bool:
    """Whether everything that the wished networks allow is allowed by the old ones."""
    if not old:
        return True
    return bool(wished) and all(any(_within(one, other) for other in old) for one in wished)


def _within(inner: str, outer: str) -> bool:
    one, other = ip_network(inner), ip_network(outer)
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.subnet_of(other)
    return isinstance(other, IPv6Network) and one.subnet_of(other)


def prefix_of(address: Address | None) -> str:
    """What is remembered of an address: its /24 or /48, or nothing when it is not known."""
    if address is None:
        return ""
    return str(ip_network(f"{address}/{SEEN_AS[address.version]}", strict=False))
