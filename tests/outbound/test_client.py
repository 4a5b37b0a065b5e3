"""The HTTP client against peers that redirect, trickle, cut off, lie and never end."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_network

import pytest

from service.outbound import Outbound, OutboundError, OutboundProblem, Response, UrlRefused
from tests.outbound.peer import Peer, Script, redirect, reply, serve

ALLOWED = Outbound((ip_network("127.0.0.1/32"),), "test")
PUBLIC_ONLY = Outbound((), "test")
BODY = b"<rss/>" * 100


def get(
    path: str, routes: Mapping[str, Script], *, deadline: float = 10, max_bytes: int = 100_000, headers: Mapping[str, str] | None = None
) -> tuple[Response, Peer]:
    """GET `path` from a peer with these routes."""

    async def run() -> tuple[Response, Peer]:
        async with serve(routes) as peer, ALLOWED.session() as session:
            return await session.get(peer.url + path, headers=headers or {}, deadline=deadline, max_bytes=max_bytes), peer

    return asyncio.run(run())


def trickle(head: bytes, piece: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """Never stops, never hurries."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    return script


def endless(head: bytes, piece: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """As fast as it can, for ever."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()

    return script


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def test_a_plain_answer_arrives_whole_with_headers_that_ignore_case() -> None:
    answer, peer = get("/feed", {"/feed": reply(BODY, ETag='"1"')})
    assert (answer.status, answer.body, answer.complete) == (200, BODY, True)
    assert answer.headers["etag"] == '"1"'
    assert answer.permanent_url is None
    assert peer.asked[0][1]["accept-encoding"] == "gzip"
    assert "cookie" not in peer.asked[0][1]


@pytest.mark.parametrize(
    ("script", "body", "complete"),
    [
        pytest.param(reply(gzip.compress(BODY), Content_Encoding="gzip"), BODY, True, id="gzip"),
        pytest.param(
            reply(gzip.compress(BODY) + gzip.compress(b"!"), Content_Encoding="gzip"), BODY + b"!", True, id="gzip in two members"
        ),
        pytest.param(reply(gzip.compress(BODY)[:-9], Content_Encoding="gzip"), BODY, False, id="cut gzip"),
        pytest.param(HEAD + b"Content-Length: 999\r\n\r\nabc", b"abc", False, id="shorter than its Content-Length"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc", True, id="chunked"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"abc", False, id="chunks without an end"),
        pytest.param(HEAD + b"\r\nabc", b"abc", True, id="no length, closed"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", b"no", True, id="an error status is a value"),
        pytest.param(reply(b"x" * 200_000, status="500 Oops"), b"x" * 65_536, False, id="an error page is cut"),
    ],
)
def test_bodies(script: bytes, body: bytes, complete: bool) -> None:
    answer, _ = get("/feed", {"/feed": script})
    assert (answer.body, answer.complete) == (body, complete)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        pytest.param(reply(b"x" * 100_001), OutboundProblem.TOO_LARGE, id="larger than allowed"),
        pytest.param(reply(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"), OutboundProblem.TOO_LARGE, id="a gzip bomb"),
        pytest.param(endless(HEAD + b"\r\n", b"x" * 65_536), OutboundProblem.TOO_LARGE, id="an endless body"),
        pytest.param(
            endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nabcd\r\n" * 100), OutboundProblem.TOO_LARGE, id="endless chunks"
        ),
        pytest.param(reply(b"x", Content_Encoding="br"), OutboundProblem.PROTOCOL, id="an encoding we did not ask for"),
        pytest.param(reply(b"x", Content_Encoding="gzip, gzip"), OutboundProblem.PROTOCOL, id="nested encodings"),
        pytest.param(b"SSH-2.0-OpenSSH_9\r\n", OutboundProblem.PROTOCOL, id="no HTTP at all"),
        pytest.param(endless(HEAD, b"X-Pad: " + b"y" * 1000 + b"\r\n"), OutboundProblem.PROTOCOL, id="endless headers"),
        pytest.param(b"", OutboundProblem.CONNECT, id="closed without an answer"),
    ],
)
def test_answers_that_are_none(script: Script, kind: OutboundProblem) -> None:
    with pytest.raises(OutboundError) as raised:
        get("/secret-path", {"/secret-path": script})
    assert raised.value.kind is kind
    assert "secret-path" not in str(raised.value)


def test_a_bomb_under_the_cap_is_stopped_by_its_ratio() -> None:
    with pytest.raises(OutboundError) as raised:
        get("/feed", {"/feed": reply(gzip.compress(bytes(10_000_000)), Content_Encoding="gzip")}, max_bytes=15_000_000)
    assert raised.value.kind is OutboundProblem.TOO_LARGE


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(trickle(HEAD, b"X"), id="trickling headers"),
        pytest.param(trickle(HEAD + b"\r\n", b"x"), id="a trickling body"),
        pytest.param(trickle(b"", b""), id="silence"),
    ],
)
def test_the_deadline_covers_everything(script: Script) -> None:
    with pytest.raises(OutboundError) as raised:
        get("/feed", {"/feed": script}, deadline=0.3)
    assert raised.value.kind is OutboundProblem.TIMEOUT


def test_redirects_are_followed_and_a_wholly_permanent_way_is_told() -> None:
    moved = {"/a": redirect("/b", "301 Moved"), "/b": redirect("c", "308 Moved"), "/c": reply(b"here"), "/t": redirect("/a")}
    answer, peer = get("/a", moved)
    assert (answer.body, answer.url) == (b"here", peer.url + "/c")
    assert answer.permanent_url == answer.url
    answer, _ = get("/t", moved)
    assert (answer.body, answer.permanent_url) == (b"here", None)


def test_five_redirects_are_followed_and_six_are_not() -> None:
    hops: dict[str, Script] = {f"/{n}": redirect(f"/{n + 1}") for n in range(6)}
    answer, _ = get("/1", {**hops, "/6": reply(b"end")})
    assert answer.body == b"end"
    with pytest.raises(OutboundError) as raised:
        get("/0", {**hops, "/6": reply(b"end")})
    assert raised.value.kind is OutboundProblem.TOO_MANY_REDIRECTS


def test_a_loop_ends() -> None:
    with pytest.raises(OutboundError) as raised:
        get("/a", {"/a": redirect("/a")})
    assert raised.value.kind is OutboundProblem.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://[::1]:80/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "gopher://x/",
        "http://a@b.example/",
        "http://[::1",
    ],
)
def test_a_redirect_to_where_we_may_not_go_is_refused(location: str) -> None:
    with pytest.raises(OutboundError) as raised:
        get("/feed", {"/feed": redirect(location)})
    assert raised.value.kind in (OutboundProblem.REFUSED, OutboundProblem.PROTOCOL)
    assert "169.254" not in str(raised.value)


def test_secrets_stay_with_their_origin_and_conditions_travel() -> None:
    async def run() -> tuple[dict[str, str], dict[str, str]]:
        async with serve({"/": reply(b"")}) as other, serve({"/": redirect(other.url + "/")}) as peer, ALLOWED.session() as session:
            headers = {"Authorization": "Bearer x", "X-Key": "y", "Cookie": "z", "If-None-Match": '"1"'}
            await session.get(peer.url + "/", headers=headers, deadline=10, max_bytes=10)
            return peer.asked[0][1], other.asked[0][1]

    first, second = asyncio.run(run())
    assert {"authorization", "x-key", "cookie", "if-none-match"} <= first.keys()
    assert "if-none-match" in second
    assert not {"authorization", "x-key", "cookie"} & second.keys()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_name_or_address_that_leads_inside_is_never_connected_to(host: str) -> None:
    async def run() -> Peer:
        async with serve({"/": reply(b"inside")}) as peer, PUBLIC_ONLY.session() as session:
            port = peer.url.rpartition(":")[2]
            with pytest.raises(UrlRefused):
                await session.get(f"http://{host}:{port}/", headers={}, deadline=10, max_bytes=10)
            with pytest.raises(UrlRefused):  # past the door: only the guard at the socket is left
                await session.get(f"http://{host}/", headers={}, deadline=10, max_bytes=10)
            return peer

    assert asyncio.run(run()).asked == []


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1"])
def test_an_allowed_network_is_called_on_any_port_in_every_spelling(host: str) -> None:
    async def run() -> Response:
        async with serve({"/": reply(b"hello")}) as peer, ALLOWED.session() as session:
            return await session.get(peer.url.replace("127.0.0.1", host) + "/", headers={}, deadline=10, max_bytes=10)

    assert asyncio.run(run()).body == b"hello"


def test_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    answer, _ = get("/", {"/": reply(b"direct")})
    assert answer.body == b"direct"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        pytest.param("http://nowhere.invalid/", OutboundProblem.DNS, id="an unknown name"),
        pytest.param("http://127.0.0.1:1/", OutboundProblem.CONNECT, id="nobody listens"),
    ],
)
def test_unreachable_peers(url: str, kind: OutboundProblem) -> None:
    async def run() -> None:
        async with ALLOWED.session() as session:
            await session.get(url, headers={}, deadline=10, max_bytes=10)

    with pytest.raises(OutboundError) as raised:
        asyncio.run(run())
    assert raised.value.kind is kind


def test_a_server_that_speaks_no_tls_is_told_apart() -> None:
    def speak_plainly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as server, ALLOWED.session() as session:
            port = server.sockets[0].getsockname()[1]
            await session.get(f"https://127.0.0.1:{port}/", headers={}, deadline=10, max_bytes=10)

    with pytest.raises(OutboundError) as raised:
        asyncio.run(run())
    assert raised.value.kind is OutboundProblem.TLS


@pytest.mark.parametrize(
    ("script", "status", "body"),
    [
        pytest.param(reply(b"ok", status="202 Accepted"), 202, b"ok", id="accepted"),
        pytest.param(redirect("http://10.0.0.1/"), 302, b"", id="a redirect is not followed"),
        pytest.param(endless(HEAD + b"\r\n", b"x" * 1000), 200, b"x" * 100, id="an endless reply is cut, its status counts"),
        pytest.param(reply(gzip.compress(bytes(9_000_000)), Content_Encoding="gzip"), 200, bytes(100), id="a bomb is cut"),
        pytest.param(reply(b"x", Content_Encoding="br"), 200, b"x", id="an odd encoding does not matter"),
        pytest.param(trickle(HEAD + b"\r\n", b"x"), 200, b"x" * 100, id="a reply that trickles is cut, too"),
    ],
)
def test_posts(script: Script, status: int, body: bytes) -> None:
    async def run() -> tuple[Response, Peer]:
        async with serve({"/hook": script}) as peer, ALLOWED.session() as session:
            answer = await session.post(
                peer.url + "/hook", body=b"{}", headers={"Content-Type": "application/json"}, deadline=10, max_bytes=100
            )
            return answer, peer

    answer, peer = asyncio.run(run())
    assert (answer.status, answer.body) == (status, body)
    assert peer.asked[0][1]["content-type"] == "application/json"


def test_a_post_whose_headers_trickle_has_no_answer() -> None:
    async def run() -> None:
        async with serve({"/hook": trickle(HEAD, b"X")}) as peer, ALLOWED.session() as session:
            await session.post(peer.url + "/hook", body=b"{}", headers={}, deadline=0.3, max_bytes=100)

    with pytest.raises(OutboundError) as raised:
        asyncio.run(run())
    assert raised.value.kind is OutboundProblem.TIMEOUT
