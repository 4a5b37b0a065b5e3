"""What can go wrong on the way out, in words a user understands and never with a URL's secrets."""

from __future__ import annotations

from enum import StrEnum

import aiohttp


class OutboundProblem(StrEnum):
    """Where a request failed."""

    REFUSED = "refused"  # by us: the URL or its address is not allowed here
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    PROTOCOL = "protocol"  # it answers, but not in HTTP as we speak it


class OutboundError(Exception):
    """No usable answer. `str(error)` may be shown to users."""

    def __init__(self, kind: OutboundProblem, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class UrlRefused(OutboundError):
    """We will not call this URL. `reason` may be shown to users; it tells nothing about what lives at the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(OutboundProblem.REFUSED, reason)
        self.reason = reason


class AddressRefused(OSError):
    """The socket guard's answer; an OSError, so that another address of the same name may still be tried."""


def explain(error: aiohttp.ClientError | TimeoutError) -> OutboundError:
    """What the library's error means to a user; never its own text, which may quote the URL or the server."""
    match error:
        case TimeoutError():
            return OutboundError(OutboundProblem.TIMEOUT, "no complete answer in time")
        case aiohttp.ClientConnectorDNSError():
            return OutboundError(OutboundProblem.DNS, f"the host name {error.host} could not be resolved")
        case aiohttp.ClientConnectorCertificateError():
            return OutboundError(OutboundProblem.TLS, f"the certificate of {error.host} is not valid")
        case aiohttp.ClientSSLError():
            return OutboundError(OutboundProblem.TLS, f"no secure connection to {error.host} could be made")
        case aiohttp.ClientConnectorError(os_error=AddressRefused()):
            return UrlRefused("this address is not public (or not on a usual port) and not in a network that the operator allows")
        case aiohttp.ClientConnectorError():
            return OutboundError(OutboundProblem.CONNECT, f"no connection to {error.host}:{error.port} could be made")
        case aiohttp.ClientConnectionError():
            return OutboundError(OutboundProblem.CONNECT, "the server closed the connection without an answer")
        case _:
            return OutboundError(OutboundProblem.PROTOCOL, "the answer is not valid HTTP")
