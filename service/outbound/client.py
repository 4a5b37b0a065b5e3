"""The HTTP client: every request has a total deadline, a size cap, and an address guard at the socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from service.outbound.addresses import Network, may_dial
from service.outbound.errors import AddressRefused, OutboundError, OutboundProblem, UrlRefused, explain
from service.outbound.resolver import LookUp, Resolver
from service.outbound.responses import Grow, Response, read_body
from service.outbound.room import Place
from service.outbound.urls import admit_url

MAX_REDIRECTS = 5
MAX_ERROR_BODY = 65_536  # bytes of an answer other than 2xx: enough for its message
CONNECT_SECONDS = 10.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_FOLLOW_ANYWHERE = frozenset(
    {"accept", "accept-language", "if-none-match", "if-modified-since"}
)  # headers that tell another origin nothing


@dataclass(frozen=True, slots=True)
class Outbound:
    """How we call the world: which networks besides the public internet, under what name, and who knows where a host lives."""

    allowed_networks: tuple[Network, ...]
    user_agent: str
    look_up: LookUp = socket.getaddrinfo

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A session for the running event loop; never share it with another loop or thread."""
        resolver = Resolver(self.look_up)
        connector = aiohttp.TCPConnector(
            socket_factory=_guarded_sockets(self.allowed_networks), resolver=resolver, limit=0, ttl_dns_cache=60
        )
        # trust_env is off: a proxy or .netrc from the environment would walk around the address guard.
        async with aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS), trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, max_line_size=32_768, max_field_size=32_768, max_headers=256,
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip"},
        ) as client:  # fmt: skip
            try:
                yield Session(client, self.allowed_networks)
            finally:
                await resolver.close()


@dataclass(frozen=True, slots=True)
class _Terms:
    """What `get` was told."""

    max_bytes: int
    cut: bool
    before: Callable[[str], Awaitable[None]] | None
    grow: Grow | None


@dataclass(frozen=True, slots=True)
class Session:
    """One event loop's connections."""

    client: aiohttp.ClientSession
    allowed_networks: tuple[Network, ...]

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        deadline: float,
        max_bytes: int,
        cut: bool = False,
        before: Callable[[str], Awaitable[None]] | None = None,
        place: Place | None = None,
    ) -> Response:
        """GET, following up to five redirects, each checked like the first; any status is a Response.

        `deadline` seconds cover everything from the look-up to the last byte; `max_bytes` is the body after decompression: a longer one
        is cut off there if `cut`, else an error. `before` is called with each address before it is asked, also where a redirect leads,
        and what it raises is raised. A large body takes `place` in a room, and is read on when there is one.
        Raises OutboundError (UrlRefused for what we will not call).
        """
        with _plain_errors():
            async with asyncio.timeout(deadline) as limit:
                terms = _Terms(max_bytes, cut, before, partial(place.take, limit) if place else None)
                return await self._follow(admit_url(url, self.allowed_networks), dict(headers), terms)

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str], deadline: float, max_bytes: int) -> Response:
        """POST `body`, following no redirect; the reply is cut off at `max_bytes` and at the deadline, for the status is what counts.

        Raises OutboundError.
        """
        until = asyncio.get_running_loop().time() + deadline
        with _plain_errors():
            async with asyncio.timeout_at(until):
                target = admit_url(url, self.allowed_networks)
                answer = await self.client.post(target, data=body, headers=headers, allow_redirects=False)
            async with answer:
                reply, complete = await _read_until(until, answer, max_bytes)
                return Response(answer.status, str(target), answer.headers, reply, complete)

    async def _follow(self, target: URL, headers: dict[str, str], terms: _Terms) -> Response:
        permanent, moved = True, False
        for _ in range(MAX_REDIRECTS + 1):
            if terms.before is not None:
                await terms.before(str(target))
            async with self.client.get(target, headers=headers, allow_redirects=False) as answer:
                location = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or location is None:
                    return await _read(answer, target, terms, str(target) if moved and permanent else None)
                permanent, moved = permanent and answer.status in _PERMANENT, True
            onward = _resolve(target, location, self.allowed_networks)
            if onward.origin() != target.origin():
                headers = {name: value for name, value in headers.items() if name.lower() in _FOLLOW_ANYWHERE}
            target = onward
        raise OutboundError(OutboundProblem.TOO_MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects one after another")


async def _read_until(until: float, answer: aiohttp.ClientResponse, max_bytes: int) -> tuple[bytes, bool]:
    """What comes of the body in time; nothing where it trickles, which takes nothing back of the status."""
    try:
        async with asyncio.timeout_at(until):
            return await read_body(answer, max_bytes, cut=True)
    except TimeoutError:
        answer.close()
        return b"", False


async def _read(answer: aiohttp.ClientResponse, target: URL, terms: _Terms, permanent_url: str | None) -> Response:
    good = 200 <= answer.status < 300
    most = terms.max_bytes if good else min(terms.max_bytes, MAX_ERROR_BODY)
    body, complete = await read_body(answer, most, cut=terms.cut or not good, grow=terms.grow)
    return Response(answer.status, str(target), answer.headers, body, complete, permanent_url)


def _resolve(base: URL, location: str, allowed: tuple[Network, ...]) -> URL:
    try:
        return admit_url(urljoin(str(base), location.strip().replace(" ", "%20")), allowed)
    except UrlRefused as refusal:
        raise UrlRefused(f"it redirects to where we may not go: {refusal.reason}") from None
    except ValueError:
        raise OutboundError(OutboundProblem.PROTOCOL, "it redirects to an address that is no URL") from None


_AddrInfo = tuple[int, int, int, str, tuple[str | int, ...]]


def _guarded_sockets(allowed: tuple[Network, ...]) -> Callable[..., socket.socket]:
    """The guard on the very address about to be dialled: literals, redirects and re-bound names all pass here."""

    def make_socket(info: _AddrInfo) -> socket.socket:
        family, kind, proto, _, address = info
        if not may_dial(str(address[0]), int(address[1]), allowed):
            raise AddressRefused("address not allowed")
        return socket.socket(family, kind, proto)

    return make_socket


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, TimeoutError) as error:
        raise explain(error) from error
