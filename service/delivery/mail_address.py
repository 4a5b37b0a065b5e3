"""One mail address, and nothing that could be more than one."""

from __future__ import annotations

import re

MAX_ADDRESS = 254  # bytes (RFC 5321, with erratum 1690)
MAX_LOCAL = 64
_ATOM = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"localhost|{_LABEL}(?:\.{_LABEL})+")


def parse_address(text: str) -> str:
    """The address as it goes over the wire: the domain lower-case, in its ASCII form.

    Raises:
        ValueError: not exactly one plain `name@domain`; display names, quoted names and address literals are refused.
    """
    text = text.strip(" ")
    if len(text) > MAX_ADDRESS:
        raise ValueError(f"an address has at most {MAX_ADDRESS} characters")
    if "," in text or ";" in text or text.count("@") > 1:
        raise ValueError("one address only; make a channel for each recipient")
    local, at, domain = text.partition("@")
    # `=?` begins an encoded word, with which old mail software reads headers that are not there.
    if not at or not _LOCAL.fullmatch(local) or not local.isprintable() or "=?" in local or len(local.encode()) > MAX_LOCAL:
        raise ValueError("this is no e-mail address; write it as name@example.org")
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address.encode()) > MAX_ADDRESS:
        raise ValueError(f"an address has at most {MAX_ADDRESS} bytes")
    return address


def _ascii_domain(domain: str) -> str:
    try:
        ascii_form = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_form = ""
    if not _DOMAIN.fullmatch(ascii_form):
        raise ValueError("the part after the @ is no domain name; write it as name@example.org")
    return ascii_form
