"""The parser's children: real processes, killed by real limits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.domain.feeds import ParsedFeed
from service.feeds.errors import NotAFeed, ParseFailed
from service.feeds.sandbox import Sandbox

URL = "https://news.example/feed"
ITEM = b"<item><title>A bridge</title><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>"
GOOD = b"<rss version='2.0'><channel><title>T</title>" + ITEM + b"</channel></rss>"
ATTRIBUTES = b" ".join(b'a%d="1"' % number for number in range(200_000))
SLOW = b"<rss version='2.0'><channel><item><title>x</title><d " + ATTRIBUTES + b"/></item></channel></rss>"


def parse_all(bodies: Sequence[bytes], *, children: int = 1, wall_seconds: float = 20) -> list[ParsedFeed | BaseException]:
    async def run() -> list[ParsedFeed | BaseException]:
        async with Sandbox(children, wall_seconds=wall_seconds) as sandbox:
            return await asyncio.gather(*(sandbox.parse(body, {}, URL) for body in bodies), return_exceptions=True)

    return asyncio.run(run())


def test_a_document_comes_back_as_values() -> None:
    (feed,) = parse_all([GOOD])
    assert isinstance(feed, ParsedFeed)
    (entry,) = feed.entries
    assert (feed.title, entry.title) == ("T", "A bridge")
    assert entry.published_at is not None
    assert entry.published_at.isoformat() == "2026-03-02T10:00:00+00:00"


def test_one_child_takes_many_documents_and_says_what_is_no_feed() -> None:
    first, page, last = parse_all([GOOD, b"<html><title>Log in</title></html>", GOOD])
    assert isinstance(page, NotAFeed)
    assert "Log in" in page.reason
    assert first == last


def test_a_document_that_takes_too_long_costs_its_own_child_only() -> None:
    hostile, neighbour = parse_all([SLOW, GOOD], wall_seconds=2)
    assert isinstance(hostile, ParseFailed)
    assert "within 2 seconds" in hostile.reason
    assert isinstance(neighbour, ParsedFeed)


def _children() -> set[str]:
    """The parser children of this process, by pid; some are kept for other tests."""
    pids = {pid for listed in Path("/proc/self/task").glob("*/children") for pid in listed.read_text().split()}
    return {pid for pid in pids if b"service.feeds.child" in Path(f"/proc/{pid}/cmdline").read_bytes()}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for children in /proc")
def test_no_child_outlives_its_sandbox() -> None:
    before = _children()
    parse_all([SLOW, GOOD], children=2, wall_seconds=1)
    assert _children() <= before


def test_a_document_that_needs_too_much_memory_is_given_up_and_the_next_is_read() -> None:
    huge = b"<rss version='2.0'><channel><item><title>" + b"x " * 75_000_000 + b"</title></item></channel></rss>"
    hostile, neighbour = parse_all([huge, GOOD])
    assert isinstance(hostile, ParseFailed)
    assert isinstance(neighbour, ParsedFeed)


def test_documents_are_parsed_in_several_loops_of_their_own_threads() -> None:
    async def run() -> list[list[ParsedFeed | BaseException]]:
        return await asyncio.gather(*(asyncio.to_thread(parse_all, [GOOD, GOOD]) for _ in range(2)))

    for feeds in asyncio.run(run()):
        assert all(isinstance(feed, ParsedFeed) for feed in feeds)


def test_a_parse_called_off_leaves_the_sandbox_in_step() -> None:
    async def run() -> ParsedFeed:
        async with Sandbox() as sandbox:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await sandbox.parse(GOOD.replace(b"bridge", b"ghost"), {}, URL)
            return await sandbox.parse(GOOD, {}, URL)

    assert asyncio.run(run()).entries[0].title == "A bridge"
