"""Which URLs we may call: the check at the door, before any name is looked up."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from yarl import URL

from service.outbound.addresses import PUBLIC_PORTS, Address, Network, is_public, is_within
from service.outbound.errors import UrlRefused

MAX_URL = 8000  # characters
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ud800-\udfff\\]")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def check_url(url: str, allow: tuple[Network, ...] = ()) -> None:
    """Refuse what we would never call, whatever its name resolves to; the address itself is checked when it is dialled.

    Raises UrlRefused.
    """
    admit_url(url, allow)


def admit_url(url: str, allow: tuple[Network, ...]) -> URL:
    """The URL to call, its host in canonical form, so that the address we judge is the one that gets dialled. Raises UrlRefused."""
    _check_text(url)
    try:
        parts = urlsplit(url)
        target = URL(url)
        host, port = target.raw_host, target.port
    except ValueError:
        raise UrlRefused("this is not a valid URL") from None
    if parts.scheme not in ("http", "https") or target.scheme != parts.scheme:
        raise UrlRefused("only http:// and https:// URLs are allowed")
    if "@" in parts.netloc or "@" in target.raw_authority:
        raise UrlRefused("a user name or password inside the URL is not allowed")
    if not host or port is None:
        raise UrlRefused("the URL has no host")
    address = _address_of(host)
    name = host.lower() if address is None else str(address)
    _check_place(address, port, allow)
    return target if name == host else target.with_host(name)


def literal_address(host: str) -> Address | None:
    """The address that a host literal connects to, in every spelling that getaddrinfo takes (2130706433, 0x7f.1, 0177.0.0.1, 127.1)."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _check_text(url: str) -> None:
    if len(url) > MAX_URL:
        raise UrlRefused(f"the URL is longer than {MAX_URL} characters")
    if _FORBIDDEN.search(url):
        raise UrlRefused("the URL contains white space, a backslash or invisible characters")


def _address_of(host: str) -> Address | None:
    """The address that a host is, or None for a good name."""
    bare = host.removesuffix(".")
    address = literal_address(bare)
    if isinstance(address, IPv6Address) and address.scope_id:
        raise UrlRefused("an address with a zone is not allowed")
    if address is None and (len(bare) > 253 or not _NAME.fullmatch(bare.lower())):
        raise UrlRefused("the host name is not valid")
    return address


def _check_place(address: Address | None, port: int, allow: tuple[Network, ...]) -> None:
    if address is not None and is_within(address, allow):
        return
    if address is not None and not is_public(address):
        raise UrlRefused("this address is not public and not in a network that the operator allows")
    # A name may lead into an allowed network, where any port is fine: then the port is judged with the address, when it is dialled.
    if port not in PUBLIC_PORTS and (address is not None or not allow):
        raise UrlRefused(f"port {port} is not allowed, only 80, 443, 8080 and 8443")
