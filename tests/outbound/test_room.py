"""Room for large bodies: few at once, small ones beside them, and no deadline runs while one waits."""

from __future__ import annotations

import asyncio
import gzip
from hashlib import sha256
from ipaddress import ip_network

import pytest

from service.outbound import Outbound, OutboundError, OutboundProblem, Response, Room, Session
from service.outbound.room import LARGE
from tests.outbound.peer import Peer, reply, serve

ALLOWED = Outbound((ip_network("127.0.0.1/32"),), "test")
LONG = "".join(sha256(b"%d" % number).hexdigest() for number in range(LARGE // 32)).encode()  # what packs too well is a bomb
ROUTES = {"/long": reply(LONG), "/packed": reply(gzip.compress(LONG), Content_Encoding="gzip"), "/short": reply(b"<rss/>")}


async def get(session: Session, peer: Peer, path: str, room: Room, then: asyncio.Event | None = None) -> Response:
    """The answer; its place is kept until `then`."""
    with room.place() as place:
        answer = await session.get(peer.url + path, headers={}, deadline=30, max_bytes=10 * LARGE, place=place)
        if then is not None:
            await then.wait()
        return answer


def when(limit: asyncio.Timeout) -> float:
    """When it ends, which it does."""
    at = limit.when()
    assert at is not None
    return at


@pytest.mark.parametrize("path", ["/long", "/packed"])
def test_few_large_bodies_are_held_at_once(path: str) -> None:
    room, held, most = Room(2), 0, 0

    async def hold(session: Session, peer: Peer) -> None:
        nonlocal held, most
        with room.place() as place:
            answer = await session.get(peer.url + path, headers={}, deadline=30, max_bytes=10 * LARGE, place=place)
            assert (answer.body, answer.complete) == (LONG, True)
            held += 1
            most = max(most, held)
            for _ in range(40):  # meanwhile the others have all the time that they need
                await get(session, peer, "/short", room)
            held -= 1

    async def run() -> None:
        async with serve(ROUTES) as peer, ALLOWED.session() as session:
            await asyncio.gather(*(hold(session, peer) for _ in range(8)))

    asyncio.run(run())
    assert most == 2


def test_small_bodies_need_no_place() -> None:
    async def run() -> None:
        room, then = Room(1), asyncio.Event()
        async with serve(ROUTES) as peer, ALLOWED.session() as session:
            first = asyncio.create_task(get(session, peer, "/long", room, then))
            second = asyncio.create_task(get(session, peer, "/long", room))
            async with asyncio.timeout(30):
                for _ in range(5):
                    assert (await get(session, peer, "/short", room)).body == b"<rss/>"
            then.set()
            assert [each.body for each in await asyncio.gather(first, second)] == [LONG, LONG]

    asyncio.run(run())


def test_the_time_that_a_body_waits_is_not_the_servers() -> None:
    async def run() -> None:
        room = Room(1)
        with room.place() as first, room.place() as second:
            async with asyncio.timeout(30) as limit:
                until = when(limit)
                await first.take(limit)
                free = when(limit)
                waiting = asyncio.create_task(second.take(limit))
                await asyncio.sleep(0)
                assert limit.when() is None, "it does not run"
                first.leave()
                await waiting
                now = when(limit)
                assert until <= free <= now
                await second.take(limit)
                assert limit.when() == now, "a place is taken once"

    asyncio.run(run())


def test_a_place_is_free_again_whatever_came_of_its_body() -> None:
    async def run() -> None:
        room = Room(1)
        async with serve(ROUTES) as peer, ALLOWED.session() as session:
            for _ in range(3):
                with pytest.raises(OutboundError) as refused, room.place() as place:
                    await session.get(f"{peer.url}/long", headers={}, deadline=30, max_bytes=3 * LARGE // 2, place=place)
                assert refused.value.kind is OutboundProblem.TOO_LARGE
            assert (await get(session, peer, "/long", room)).body == LONG

    asyncio.run(run())
