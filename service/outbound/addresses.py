"""Which IP addresses we may dial: public unicast, and what the operator allows.

Our own table of the IANA special-purpose registries: `ipaddress.is_global` calls multicast, 6to4 and NAT64-to-loopback global.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # publicly routable by its number, but Azure's metadata service
    )
)  # fmt: skip
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet.

    An IPv4 address inside IPv6 is judged as itself where the wire carries it so (mapped, NAT64); the other
    disguises (compatible, translated, 6to4, Teredo) have no honest use in a URL and are not public.
    """
    address = _unwrap(address)
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_V4)
    return address in _PUBLIC_V6 and not any(address in block for block in _NOT_PUBLIC_V6)


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks; a mapped IPv4 address counts as the IPv4 address that it dials."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    real = mapped or address
    return any(real.version == network.version and real in network for network in networks)


def may_dial(host: str, port: int, allowed: Iterable[Network]) -> bool:
    """Whether we may connect to the address literal `host`; public addresses on the usual web ports only."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return is_within(address, allowed) or (port in PUBLIC_PORTS and is_public(address))


def _unwrap(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address
